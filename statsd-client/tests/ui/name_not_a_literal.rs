use statsd_macros::statsd_count;

const NAME: &str = "users.new";

#[statsd_count(NAME)]
fn constant() {}

#[statsd_count(format!("users.{}", 1))]
fn formatted() {}

fn main() {
    constant();
    formatted();
}
