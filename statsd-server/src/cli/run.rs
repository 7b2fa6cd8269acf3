//! `statsd-server [run]`: the server in the foreground.

use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

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
        runtime()?.block_on(async {
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
    let app = App::bind(config, Some(Box::new(io::stdout())))?;
    let addresses = app.addresses();
    if let Some(statsd) = addresses.statsd {
        say(format_args!("statsd  udp {statsd}"));
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

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::outside("cannot start", error))
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
