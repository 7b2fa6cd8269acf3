#![allow(unused)]

use statsd_client::statsd_count;

#[statsd_count("orders", sample_rate)]
fn rate() {}

#[statsd_count("orders", tags)]
fn tags() {}

#[statsd_count("orders", client)]
fn client() {}

#[statsd_count("orders", sample_rate(0.1))]
fn parentheses() {}

#[statsd_count("orders", client: statsd)]
fn colon(statsd: statsd_client::Client) {}

fn main() {}
