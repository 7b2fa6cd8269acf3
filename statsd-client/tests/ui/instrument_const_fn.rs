use statsd_client::statsd_instrument;

struct Queue;

#[statsd_instrument]
impl Queue {
    pub const fn new() -> Self {
        Self
    }

    fn push(&self) {}
}

fn main() {
    Queue::new().push();
}
