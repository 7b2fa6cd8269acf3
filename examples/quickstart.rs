//! Everything a small application needs of the SDK, on one page.
//!
//! Run the server in one terminal (`cargo run --release`), this in another
//! (`cargo run -p statsd-examples --example quickstart`), and open the page that the server names.

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::error::Error;
use std::time::Duration;

use statsd_client::{
    Client, Counter, Gauge, install, statsd_count, statsd_count_success, statsd_measure,
};

/// A handle: the name is resolved once, a call costs what a memory write costs.
static LOGINS: Counter = Counter::new("logins");
static QUEUE: Gauge = Gauge::new("queue.depth");

/// Counted by how it ends, `subscriptions.success` or `.failure`, and timed until it does.
#[statsd_count_success("subscriptions")]
#[statsd_measure("subscribe")]
fn subscribe(user: &str) -> Result<usize, String> {
    let name = user.strip_prefix('@').ok_or_else(|| format!("{user} is no user"))?;
    Ok(name.len())
}

/// Counted when it is called; a name may hold parameters.
#[statsd_count("cron.runs", tags(task = task))]
#[statsd_measure("cron.{task}")]
fn run(task: &str) -> u64 {
    (0..200_000).filter(|n| n % task.len() as u64 == 0).sum()
}

fn main() -> Result<(), Box<dyn Error>> {
    // STATSD_ADDR, STATSD_PREFIX and the like override nothing that is set here.
    let client = Client::builder().prefix("quickstart").from_env()?.build()?;
    // Statics, attributes and free functions use it from here on; dropped, it sends what is left.
    let _flush_on_exit = install(client.clone());

    for round in 0..100 {
        LOGINS.increment();
        QUEUE.set(round % 17);
        // One in ten is refused, which is a failure that is counted and timed as well.
        let user = if round % 10 == 0 { "nobody" } else { "@ada" };
        let _length = subscribe(user);
    }
    run("cleanup");

    // By hand, where there is nothing to annotate.
    statsd_client::increment("users.new");
    statsd_client::count("bytes.sent", 512);
    statsd_client::timing("render", Duration::from_micros(12_500));
    let report = statsd_client::measure("report", || "3 files removed".to_owned());

    client.flush(Duration::from_secs(1));
    let stats = client.stats();
    println!("{report}; {} calls, {} dropped", stats.calls, stats.dropped.total());
    Ok(())
}
