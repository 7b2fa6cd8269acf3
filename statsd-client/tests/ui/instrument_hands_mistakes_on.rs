use statsd_client::statsd_instrument;

struct Queue;

#[statsd_instrument(prefix = "que|ue", count_success, tags(region = self.region))]
impl Queue {
    fn push(&self) -> u8 {
        1
    }
}

#[statsd_instrument(count, sample_rate = 7)]
impl Queue {
    fn pop(&self) {}
}

fn main() {
    Queue.push();
    Queue.pop();
}
