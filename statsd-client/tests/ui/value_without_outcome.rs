use std::future::Future;

use statsd_client::{statsd_count_if, statsd_count_success};

struct Order;

#[statsd_count_success("a")]
fn number() -> u8 {
    1
}

#[statsd_count_if("a")]
fn text() -> String {
    String::new()
}

#[statsd_count_success("a", tag_error_class)]
fn own() -> Order {
    Order
}

#[statsd_count_success("a")]
fn opaque() -> impl Iterator<Item = u8> {
    [1].into_iter()
}

#[statsd_count_success("a")]
fn generic<T>(value: T) -> T {
    value
}

#[statsd_count_success("a")]
fn future() -> impl Future<Output = u8> {
    async { 1 }
}

fn main() {}
