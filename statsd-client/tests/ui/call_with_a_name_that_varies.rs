use statsd_client::{count, gauge};

const NAME: &str = "orders";

fn main() {
    count!(NAME, tags(plan = "pro"));
    count!(NAME, 2, sample_rate = 0.1);
    gauge!(NAME, 17, tags(plan = "pro"));
    count!(7);
}
