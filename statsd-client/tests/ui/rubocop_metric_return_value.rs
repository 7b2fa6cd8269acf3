// Ruby: `metric = StatsD.increment("orders")`.
use statsd_client::{Client, Counter, count, event, gauge};

static ORDERS: Counter = Counter::new("orders");

fn sent(client: &Client) -> bool {
    if count!("orders") {
        return true;
    }
    let total: i64 = ORDERS.increment();
    assert_eq!(client.count("orders", total), 1);
    event!("Deployed", "shop 2.1").is_sent() && gauge!("depth", 17)
}

fn main() {}
