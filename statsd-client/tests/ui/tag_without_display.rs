use statsd_client::{statsd_count, statsd_gauge_inflight, statsd_measure};

struct Region;

#[statsd_count("a", tags(plan = "pro", region = region))]
fn tag(region: &Region) {}

#[statsd_measure("a.{region}")]
fn template(region: Region) {}

#[statsd_count("a", tags(plan = plan))]
fn option(plan: Option<&str>) {}

#[statsd_gauge_inflight(|| Region)]
fn closure() {}

fn main() {}
