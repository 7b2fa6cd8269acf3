"""What an application does with PyPI's `statsd`: etsy's dialect."""
import random
import sys

import statsd

random.random = lambda: 0.0  # Every sampled call is sent.

client = statsd.StatsClient(sys.argv[1], int(sys.argv[2]), prefix="py")
client.incr("logins")
client.incr("logins", 4)
client.decr("logins", 2)
client.incr("sampled", 3, rate=0.1)
client.gauge("depth", 20)
client.gauge("depth", -3, delta=True)
client.gauge("depth", 5, delta=True)
client.gauge("cold", -7)
client.timing("render", 320)
client.timing("render", 80.5)
client.timing("sampled_time", 40, rate=0.5)
client.set("visitors", "ada")
client.set("visitors", "ada")
client.set("visitors", "grace")
with client.pipeline() as pipe:
    pipe.incr("piped", 10)
    pipe.gauge("piped", 1.5)
    pipe.timing("piped", 7)

stream = statsd.TCPStatsClient(sys.argv[1], int(sys.argv[3]), prefix="py.tcp")
stream.incr("logins", 6)
stream.timing("render", 12)
stream.close()
