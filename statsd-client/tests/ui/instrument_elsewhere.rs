use statsd_client::statsd_instrument;

#[statsd_instrument]
fn function() {}

#[statsd_instrument(prefix = "queue")]
struct Queue;

#[statsd_instrument(measure)]
trait Job {
    fn run(&self) {}
}

#[statsd_instrument]
mod jobs {
    impl super::Queue {}
}

#[statsd_instrument]
fn opaque() -> impl Sized {}

fn main() {}
