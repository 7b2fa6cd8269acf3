use statsd_client::statsd_skip;

#[statsd_skip]
fn alone() {}

struct Queue;

impl Queue {
    #[statsd_skip]
    fn push(&self) {}
}

fn main() {
    alone();
    Queue.push();
}
