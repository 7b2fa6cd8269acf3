mod fake;

use statsd_macros::{statsd_count, statsd_measure};

#[statsd_count("users:new", crate = crate::fake)]
fn name() {}

#[statsd_measure("cron:{task}", crate = crate::fake)]
fn template(task: &str) {}

#[statsd_count("users", tags("pl:an" = "pro", region = "e:u"), crate = crate::fake)]
fn tags() {}

fn main() {
    name();
    template("x");
    tags();
}
