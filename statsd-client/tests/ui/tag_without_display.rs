mod fake;

use statsd_macros::{statsd_count, statsd_measure};

struct Region;

#[statsd_count("a", tags(plan = "pro", region = region), crate = crate::fake)]
fn tag(region: &Region) {}

#[statsd_measure("a.{region}", crate = crate::fake)]
fn template(region: Region) {}

fn main() {
    tag(&Region);
    template(Region);
}
