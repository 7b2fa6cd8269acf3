// Ruby: `StatsD.increment("orders", prefix: "shop")`, `statsd_count :order, "orders", prefix: "shop"`.
use statsd_client::{count, gauge, statsd_count, statsd_count_success};

#[statsd_count("orders", prefix = "shop")]
fn order() {}

#[statsd_count_success("orders", prefix = nil)]
fn without() {}

fn main() {
    count!("orders", prefix = "shop");
    count!("orders", 2, sample_rate = 0.1, prefix = "shop");
    gauge!("depth", 17, prefix = "shop");
}
