mod fake;

use statsd_macros::{statsd_count, statsd_measure};

#[statsd_count("a", crate = crate::fake)]
fn semicolon(a: u32) -> u32 {
    a + 1;
}

#[statsd_measure("a", crate = crate::fake)]
async fn wrong_type(a: u32) -> Result<u32, String> {
    let half: u32 = "one";
    a + half
}

#[statsd_measure("a", crate = crate::fake)]
fn guard_is_out_of_reach() {
    drop(_guard);
}

fn main() {
    semicolon(1);
    guard_is_out_of_reach();
}
