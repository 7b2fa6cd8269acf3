use statsd_client::statsd_instrument;

struct Queue;

#[statsd_instrument(count_if)]
impl Queue {
    fn pop(&self) -> Option<u8> {
        None
    }
}

fn main() {}
