# What an application does with Ruby's StatsD::Instrument: etsy's dialect or DogStatsD's, as the last
# argument says.
require "statsd-instrument"

host, port, _tcp, dialect = ARGV
Kernel.send(:define_method, :rand) { |*| 0.0 } # Every sampled call is sent.

implementation = dialect == "dogstatsd" ? "datadog" : "statsd"
client = StatsD::Instrument::Client.new(
  implementation: implementation,
  sink: StatsD::Instrument::Sink.for_addr("#{host}:#{port}"),
  prefix: "rb",
  default_tags: dialect == "dogstatsd" ? { env: "test" } : nil,
)
client.increment("logins")
client.increment("logins", 4)
client.increment("sampled", 3, sample_rate: 0.1)
client.measure("render", 320)
client.measure("render", 80.5)
client.measure("block") { 1 + 1 }
client.gauge("depth", 20)
client.gauge("depth", 17.5)
client.set("visitors", "ada")
client.set("visitors", "ada")
client.set("visitors", "grace")
if dialect == "dogstatsd"
  client.increment("tagged", 2, tags: { plan: "pro", region: "eu" })
  client.histogram("size", 100)
  client.distribution("ratio", 0.25)
  client.event("Deployed", "version 7\nto all", alert_type: "info", tags: ["plan:pro"])
  client.service_check("db.up", :ok, message: "fine", tags: ["plan:pro"])
  client.increment("after_the_event")
end

# What annotated methods call.
class Shop
  extend StatsD::Instrument

  def order(paid)
    paid
  end
end
Shop.statsd_count_success(:order, "orders", client: client)
Shop.statsd_measure(:order, "order_time", client: client)
[true, true, false].each { |paid| Shop.new.order(paid) }
