use statsd_client::statsd_count;

#[statsd_count("a", tags(|| "plan:pro"))]
fn text() {}

#[statsd_count("a", tags(|| ["plan", "pro"]))]
fn words() {}

#[statsd_count("a", tags(|| list.to_vec()))]
fn without_display(list: &[(&str, Option<u8>)]) {}

fn main() {}
