//! A program that uses the SDK as a small application would, to see how large it makes one.

use std::time::Duration;

use statsd_client::{Client, Counter, Error, Gauge, Timer};

static REQUESTS: Counter = Counter::new("web.http.requests");

fn main() -> Result<(), Error> {
    let _flush_on_exit = statsd_client::install(Client::from_env()?);
    REQUESTS.increment();
    Gauge::new("web.http.open").set(3);
    Timer::new("web.http.latency").record(Duration::from_millis(2));
    statsd_client::increment("web.http.errors");
    Ok(())
}
