use statsd_client::statsd_count;

const NAME: &str = "users.new";

#[statsd_count(NAME)]
fn constant() {}

#[statsd_count(format!("users.{}", 1))]
fn formatted() {}

#[statsd_count(users.new)]
fn bare() {}

#[statsd_count('u')]
fn character() {}

#[statsd_count(Self::name())]
fn call() {}

fn main() {
    constant();
    formatted();
}
