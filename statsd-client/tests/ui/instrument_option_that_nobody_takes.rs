use statsd_client::statsd_instrument;

struct Queue;

#[statsd_instrument(count, measure, tag_error_class)]
impl Queue {
    #[statsd_skip]
    const fn new() -> Self {
        Self
    }
}

#[statsd_instrument(gauge_inflight, sample_rate = 0.1)]
impl Queue {}

#[statsd_instrument(tag_error_class)]
impl Queue {}

fn main() {
    Queue::new();
}
