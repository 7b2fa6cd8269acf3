use statsd_macros::statsd_measure;

#[statsd_measure("")]
fn run() {}

fn main() {}
