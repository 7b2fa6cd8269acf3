//! A web service whose functions are annotated, with tests of what they count.
//!
//! Run the server in one terminal (`cargo run --release`), this in another, and open the page that the server
//! names; then send it something, and watch.
//!
//! ```text
//! STATSD_PREFIX=web cargo run -p statsd-examples --example web_service
//! curl http://127.0.0.1:3000/pages/home
//! curl -d 'address=ada@example.com&plan=pro' http://127.0.0.1:3000/subscriptions
//! ```
//!
//! `routes.rs` is what visitors see, `service.rs` what works behind it, `tests.rs` what
//! `cargo test -p statsd-examples` runs.

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

mod routes;
mod service;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use statsd_client::{Client, install, statsd_measure};
use tokio::net::TcpListener;
use tokio::signal::ctrl_c;
use tokio::time::interval;

use crate::routes::router;
use crate::service::Service;

/// Work that waits for no visitor.
struct Job {
    name: &'static str,
    every: Duration,
    work: fn(&Service),
}

const JOBS: [Job; 2] = [
    Job { name: "mail", every: Duration::from_secs(1), work: Service::deliver_mail },
    Job { name: "cache", every: Duration::from_secs(30), work: Service::forget_pages },
];

/// One metric a job: `cron.mail`, `cron.cache`.
#[statsd_measure("cron.{job.name}")]
fn run(job: &Job, service: &Service) {
    (job.work)(service);
}

async fn repeat(job: &Job, service: &Service) {
    let mut ticks = interval(job.every);
    loop {
        ticks.tick().await;
        run(job, service);
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // Address, prefix and dialect are for the deployment to choose; a bad value is an error here, and never later.
    let client = Client::from_env()?;
    // Attributes use it from here on; without this line they are no-ops.
    let flush_on_exit = install(client.clone());

    let service = Arc::new(Service::default());
    let jobs = JOBS.each_ref().map(|job| {
        let service = service.clone();
        tokio::spawn(async move { repeat(job, &service).await })
    });
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("serving on http://{}, until Ctrl-C", listener.local_addr()?);
    let stop = async { ctrl_c().await.unwrap_or_default() };
    axum::serve(listener, router(service.clone())).with_graceful_shutdown(stop).await?;

    // In this order, so that nothing counts any more when the last packet is sent.
    for job in jobs {
        job.abort();
    }
    service.deliver_mail();
    drop(flush_on_exit);
    let stats = client.stats();
    println!("{} calls, {} dropped", stats.calls, stats.dropped.total());
    Ok(())
}
