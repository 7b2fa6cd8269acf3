use statsd_client::{count, gauge, measure};

struct Region;

fn main() {
    let (region, plan) = (Region, Some("pro"));
    count!("orders", tags(region = region));
    gauge!("depth", 17, tags(plan = plan));
    measure!("cron", { 1 }, tags(region = "eu", plan = plan));
}
