use statsd_macros::statsd_measure;

#[statsd_measure("cron.{task:?}")]
fn formatted() {}

#[statsd_measure("cron.{task")]
fn unclosed() {}

#[statsd_measure("cron.{}")]
fn nameless() {}

fn main() {}
