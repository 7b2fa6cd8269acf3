//! `statsd-server [run]`: the server in the foreground.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::terminal::STDOUT;
use super::{Failure, say};
use crate::app::App;
use crate::config::{Config, Listen, parse_duration};

/// The flags of `run`; each overrides what the file says.
#[derive(Debug, Args)]
pub(super) struct Run {
    /// A TOML file.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the Whisper files [default: ./statsd-data].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    listen: ListenFlags,
}

/// The flags that `run` and `demo` share.
#[derive(Debug, Args)]
pub(super) struct ListenFlags {
    /// Where StatsD packets are received over UDP, or `off` [default: 127.0.0.1:8125].
    #[arg(long, value_name = "ADDR")]
    statsd: Option<Listen>,
    /// Where the page and Graphite's API are served, or `off` [default: 127.0.0.1:8080].
    #[arg(long, value_name = "ADDR")]
    http: Option<Listen>,
    /// Where etsy's management console listens, or `off` [default: 127.0.0.1:8126].
    #[arg(long, value_name = "ADDR")]
    admin: Option<Listen>,
    /// Time between flushes, such as 10s [default: 10s, in the demo 1s].
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    flush_interval: Option<Duration>,
}

impl ListenFlags {
    pub(super) fn apply(self, config: &mut Config) -> Result<(), Failure> {
        if let Some(statsd) = self.statsd {
            config.statsd = statsd;
        }
        if let Some(http) = self.http {
            config.http = http;
        }
        if let Some(admin) = self.admin {
            config.admin = admin;
        }
        if let Some(interval) = self.flush_interval {
            config.flush_interval = interval;
        }
        Ok(config.validate()?)
    }
}

impl Run {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let mut config = match &self.config {
            Some(path) => Config::read(path)?,
            None => Config::default(),
        };
        if let Some(data) = self.data {
            config.data = data;
        }
        self.listen.apply(&mut config)?;
        block_on(async {
            let stopped = stop_signal()?;
            let app = bind(&config)?;
            app.run(stopped).await?;
            say("server is down");
            Ok(())
        })
    }
}

/// Binds everything, and tells where it listens: the last line is the address to open.
pub(super) fn bind(config: &Config) -> Result<App, Failure> {
    let app = App::bind(config, Some(Box::new(STDOUT.clone())))?;
    let addresses = app.addresses();
    if let Some(statsd) = addresses.statsd {
        say(format_args!("statsd  udp {statsd}"));
    }
    if let Some(admin) = addresses.admin {
        say(format_args!("admin   tcp {admin}"));
    }
    if let Some(http) = addresses.http {
        say(format_args!("http    tcp {http}"));
    }
    say(format_args!(
        "data    {}, flushed every {:?}",
        config.data.display(),
        config.flush_interval
    ));
    say("server is up");
    if let Some(http) = addresses.http {
        say(format_args!("open http://{http}/"));
    }
    Ok(app)
}

/// Runs to the end of `command`, and no longer: a query that is still at work then has nobody who
/// waits for its answer, and must not hold up the end of the process.
pub(super) fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::outside("cannot start", error))?;
    let done = runtime.block_on(command);
    runtime.shutdown_background();
    done
}

/// Resolves at SIGTERM or SIGINT. Registered at once, so that a signal during the start counts.
pub(super) fn stop_signal() -> Result<impl Future<Output = ()> + Send, Failure> {
    let register =
        |kind| signal(kind).map_err(|error| Failure::outside("cannot handle signals", error));
    let mut terminate = register(SignalKind::terminate())?;
    let mut interrupt = register(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_query_at_work_does_not_hold_up_the_end() {
        let (release, held) = mpsc::channel::<()>();
        block_on(async {
            let _at_work = tokio::task::spawn_blocking(move || held.recv());
            Ok(())
        })
        .unwrap();
        // The query could not have ended before this.
        drop(release);
    }
}
