use statsd_client::{Client, count, distribution, gauge, set, timing};

fn main() {
    let client = Client::from_env().unwrap();
    count!("orders", rate = 0.1);
    count!("orders", tag(plan = "pro"));
    count!("orders", colour = "red");
    count!("orders", 2, sample_rate = 0.1, colour = "red");
    count!("orders", client = client);
    timing!("render", std::time::Duration::ZERO, no_prefix = true);
    distribution!("size", 81.5, colour(red = 1));
    gauge!("depth", 17, sample_rate = 0.1);
    gauge!("depth", 17, colour = "red");
    set!("visitors", 81, sample_rate = 0.1);
}
