use statsd_client::statsd_count;

#[statsd_count("orders", tags = ["plan:pro"])]
fn list() {}

#[statsd_count("orders", tags(plan))]
fn no_value() {}

#[statsd_count("orders", tags(plan = "pro" region = "eu"))]
fn no_comma() {}

#[statsd_count("orders", tags(plan: "pro"))]
fn colon() {}

#[statsd_count("orders", tags("plan:pro"))]
fn text() {}

#[statsd_count("orders", tags(self.plan = "pro"))]
fn field(&self) {}

#[statsd_count("orders", tags(plan = ))]
fn nothing() {}

fn main() {}
