#![deny(warnings)]

use statsd_client::{statsd_count_success, statsd_measure};

#[statsd_measure("a")]
fn unused(a: u8) {
    let mut b = 1;
}

#[statsd_count_success("a")]
fn unreachable(a: u8) -> Option<u8> {
    return Some(a);
    None
}

fn main() {
    unused(1);
}
