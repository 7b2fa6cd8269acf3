// Ruby: `StatsD.increment("orders", 1, 0.5, ["plan:pro"])`.
use statsd_client::{count, distribution, gauge, set, timing};

const RATE: f64 = 0.5;

fn main() {
    count!("orders", 1, 0.5);
    count!("orders", 1, RATE);
    count!("orders", 1, 0.5, ["plan:pro"]);
    gauge!("depth", 17, 1.0);
    timing!("render", std::time::Duration::ZERO, 0.5);
    distribution!("size", 81.5, RATE, tags(plan = "pro"));
    set!("visitors", "ada", ["plan:pro"]);
    statsd_client::count("orders", 1, 0.5);
    statsd_client::increment("orders", 3);
}
