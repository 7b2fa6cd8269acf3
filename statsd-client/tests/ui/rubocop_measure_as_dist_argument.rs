// Ruby: `statsd_measure :render, "render", as_dist: true`.
use statsd_client::{measure, statsd_measure};

#[statsd_measure("render", as_dist = true)]
fn render() {}

#[statsd_measure("render", as_dist)]
fn flag() {}

fn main() {
    measure!("render", { render() }, as_dist = true);
}
