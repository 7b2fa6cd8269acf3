use std::future::Future;
use std::pin::Pin;

use statsd_client::{statsd_count_if, statsd_count_success};

#[statsd_count_success("a")]
async fn number() -> u8 {
    1
}

#[statsd_count_if("a")]
async fn text() -> String {
    String::new()
}

#[statsd_count_success("a")]
async fn generic<T>(value: T) -> T {
    value
}

#[statsd_count_success("a")]
fn boxed() -> Pin<Box<dyn Future<Output = u8>>> {
    Box::pin(async move { 1 })
}

fn main() {}
