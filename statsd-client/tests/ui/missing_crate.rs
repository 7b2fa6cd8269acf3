use statsd_client::statsd_count;

#[statsd_count("a", crate = ::elsewhere)]
fn missing() {}

fn main() {
    missing();
}
