use statsd_client::{count, gauge};

fn main() {
    let zone = "a";
    count!("orders", tags("pl:an" = "pro"));
    count!("orders", tags("pl:an" = zone));
    gauge!("depth", 17, tags(region = "e|u"));
}
