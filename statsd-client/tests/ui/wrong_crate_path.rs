use statsd_client::{statsd_count, statsd_instrument};

#[statsd_count("a", crate = "::elsewhere")]
fn quoted() {}

#[statsd_count("a", crate)]
fn nothing() {}

#[statsd_count("a", crate = statsd::<u8>)]
fn generic() {}

struct Queue;

#[statsd_instrument(crate = "statsd")]
impl Queue {}

fn main() {}
