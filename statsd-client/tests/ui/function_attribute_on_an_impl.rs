use statsd_client::{statsd_count, statsd_measure};

struct Queue;

#[statsd_measure("queue")]
impl Queue {
    fn push(&self) {}
}

#[statsd_count("queue")]
impl Drop for Queue {
    fn drop(&mut self) {}
}

fn main() {
    Queue.push();
}
