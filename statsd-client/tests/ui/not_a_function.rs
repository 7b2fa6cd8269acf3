use statsd_macros::{statsd_count, statsd_measure};

#[statsd_count("a")]
pub struct Queue;

#[statsd_measure("a")]
impl Queue {
    fn push(&self) {}
}

#[statsd_measure("a")]
trait Job {
    fn run(&self) {}
}

#[statsd_count("a")]
mod jobs {}

#[statsd_count("a")]
const LIMIT: u8 = 1;

fn main() {
    Queue.push();
}
