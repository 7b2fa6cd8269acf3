# What an application does with Ruby's statsd-ruby: etsy's dialect.
require "statsd"

Kernel.send(:define_method, :rand) { |*| 0.0 } # Every sampled call is sent.

client = Statsd.new(ARGV[0], Integer(ARGV[1])).tap { |it| it.namespace = "sr" }
client.increment("logins")
client.count("logins", 4)
client.decrement("logins")
client.count("sampled", 3, 0.1)
client.gauge("depth", 20)
client.timing("render", 320)
client.timing("render", 80)
client.set("visitors", "ada")
client.set("visitors", "ada")
client.set("visitors", "grace")
client.batch { |batch| 5.times { |value| batch.count("batched", value) } }
