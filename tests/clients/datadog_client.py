"""What an application does with PyPI's `datadog`: DogStatsD's dialect."""
import sys

from datadog.dogstatsd import DogStatsd, base

base.random = lambda: 0.0  # Every sampled call is sent.

client = DogStatsd(
    host=sys.argv[1],
    port=int(sys.argv[2]),
    namespace="dd",
    constant_tags=["env:test"],
    disable_telemetry=True,
)
client.increment("logins")
client.increment("logins", 4)
client.decrement("logins", 2)
client.increment("sampled", 3, sample_rate=0.1)
client.increment("tagged", 2, tags=["plan:pro", "region:eu"])
client.gauge("depth", 20)
client.gauge("depth", 17.5)
client.gauge("cold", -7)
client.timing("render", 320)
client.timing("render", 80.5)
client.histogram("size", 100)
client.histogram("size", 300, sample_rate=0.5)
client.distribution("ratio", 0.25)
client.set("visitors", "ada")
client.set("visitors", "ada")
client.set("visitors", "grace")
client.event("Deployed", "version 7\nto all", alert_type="info", tags=["plan:pro"])
client.service_check("db.up", client.OK, tags=["plan:pro"], message="fine")
client.increment("after_the_event")
client.close_socket()

# Values that wait in the client and go out packed, several in a line, or summed.
packed = DogStatsd(
    host=sys.argv[1],
    port=int(sys.argv[2]),
    namespace="dd.packed",
    disable_telemetry=True,
    disable_aggregation=False,
    disable_buffering=False,
    max_metric_samples_per_context=10,
)
for value in range(1, 6):
    packed.increment("logins", value)
    packed.distribution("ratio", value)
    packed.timing("render", value)
packed.gauge("depth", 3)
packed.gauge("depth", 4)
packed.flush_aggregated_metrics()
packed.flush()
packed.close_socket()
