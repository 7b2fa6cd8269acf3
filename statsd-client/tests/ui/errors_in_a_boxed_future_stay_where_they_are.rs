use std::future::Future;
use std::pin::Pin;

use statsd_client::{statsd_count_if, statsd_count_success};

#[statsd_count_success("a")]
fn judged(a: u32) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send>> {
    Box::pin(async move {
        if a > 1 {
            return a;
        }
        Err("none")
    })
}

#[statsd_count_if("a")]
fn block(text: String) -> impl Future<Output = Option<u8>> {
    async move { text.bytes().next().ok_or("empty") }
}

fn main() {}
