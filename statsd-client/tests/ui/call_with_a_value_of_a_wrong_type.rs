use std::time::Duration;

use statsd_client::{count, distribution, event, gauge, set, timing};

struct Visitor;

fn main() {
    count!("orders", "3");
    count!("orders", 2.5);
    gauge!("depth", "17");
    gauge!("depth", Duration::from_secs(1));
    timing!("render", 12);
    timing!("render", 12.5, tags(plan = "pro"));
    distribution!("size", Some(81.5));
    set!("visitors", Visitor);
    event!("Deployed", 21);
}
