use statsd_client::{count, gauge, measure};

fn main() {
    let plan = "pro";
    count!("orders", tags(plan));
    count!("orders", tags = ["plan:pro"]);
    count!("orders", tags("plan:pro"));
    count!("orders", tags(plan: "pro"));
    count!("orders", 2, tags(plan => "pro"));
    count!("orders", tags(plan = "pro"), sample_rate = 0.1);
    gauge!("depth", 17, tags(plan = "pro"), tags(region = "eu"));
    gauge!("depth", tags(plan = "pro"));
    measure!("cron", { 1 }, tags(plan = "pro"), { 2 });
}
