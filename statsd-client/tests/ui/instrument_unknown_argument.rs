use statsd_client::statsd_instrument;

struct Queue;

#[statsd_instrument("queue")]
impl Queue {}

#[statsd_instrument(mesure)]
impl Queue {}

#[statsd_instrument(statsd_count)]
impl Queue {}

#[statsd_instrument(name = "queue")]
impl Queue {}

#[statsd_instrument(prefix = QUEUE)]
impl Queue {}

#[statsd_instrument(prefix)]
impl Queue {}

#[statsd_instrument(count, count)]
impl Queue {}

#[statsd_instrument(prefix = "a", prefix = "b", tags(a = 1), tags(b = 2))]
impl Queue {}

#[statsd_instrument(measure(sample_rate = 0.1))]
impl Queue {}

#[statsd_instrument(skip = new)]
impl Queue {}

fn main() {}
