// Ruby: `StatsD.increment("orders", value: 3)`.
use statsd_client::{
    count, distribution, gauge, histogram, set, statsd_count, statsd_gauge_inflight, timing,
};

#[statsd_count("orders", value = 3)]
fn order() {}

#[statsd_gauge_inflight("depth", by = 2)]
fn enter() {}

fn main() {
    count!("orders", value = 3);
    count!("orders", by = 3, tags(plan = "pro"));
    gauge!("depth", value = 17);
    timing!("render", value = 12);
    distribution!("size", value = 81.5);
    histogram!("size", value = 81.5);
    set!("visitors", value = "ada");
}
