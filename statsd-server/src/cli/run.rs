//! `statsd-server [run]`: the server in the foreground.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::reload::{Reloads, Watched, hangup};
use super::terminal::STDOUT;
use super::{Failure, say, start_log};
use crate::app::{Addresses, App, Inherited, Listening, RelayApp, Support, parts};
use crate::config::{
    Config, Environment, Listen, Loaded, NoteKind, StatsdListen, VARIABLES, parse_duration,
    parse_folder,
};

/// The flags of `run`; each overrides what the environment says, and that what the file says.
#[derive(Debug, Clone, Args)]
#[command(after_help = VARIABLES_HELP.as_str())]
pub(super) struct Run {
    /// A TOML file, a config.js of etsy's StatsD, or a carbon.conf.
    #[arg(value_name = "FILE", conflicts_with = "config")]
    file: Option<PathBuf>,
    /// The same, as a flag.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The folder of the Whisper files, or `off` [default: ./statsd-data; off with a config.js].
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    listen: ListenFlags,
}

/// The flags that `run` and `demo` share.
#[derive(Debug, Clone, Args)]
pub(super) struct ListenFlags {
    /// Where StatsD is received, over UDP and TCP, or `off` [default: 127.0.0.1:8125].
    #[arg(long, value_name = "ADDR")]
    statsd: Option<Listen>,
    /// Where the page and Graphite's API are served, or `off` [default: 127.0.0.1:8080; off with a
    /// config.js].
    #[arg(long, value_name = "ADDR")]
    http: Option<Listen>,
    /// Where carbon's lines are received, over TCP, or `off` [default: 127.0.0.1:2003, in the demo a free
    /// port; off with a config.js, or without data].
    #[arg(long, value_name = "ADDR")]
    carbon: Option<Listen>,
    /// Where carbon's pickles are received, or `off` [default: 127.0.0.1:2004, and as --carbon].
    #[arg(long, value_name = "ADDR")]
    pickle: Option<Listen>,
    /// Where etsy's management console listens, or `off` [default: 127.0.0.1:8126, in the demo a free
    /// port].
    #[arg(long, value_name = "ADDR")]
    admin: Option<Listen>,
    /// Time between flushes, such as 10s [default: 10s, in the demo 1s].
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    flush_interval: Option<Duration>,
}

/// What `--help` says of the environment.
static VARIABLES_HELP: LazyLock<String> = LazyLock::new(|| {
    let lines = VARIABLES.iter().map(|(name, what)| format!("  {name:<29}  {what}\n"));
    format!("Environment (a flag overrides it):\n{}", lines.collect::<String>())
});

impl ListenFlags {
    pub(super) fn apply(self, config: &mut Config) -> Result<(), Failure> {
        if let Some(statsd) = self.statsd {
            config.statsd = StatsdListen::at(statsd);
        }
        if let Some(http) = self.http {
            config.http = http;
        }
        if let Some(carbon) = self.carbon {
            config.carbon.address = carbon;
        }
        if let Some(pickle) = self.pickle {
            config.pickle = pickle;
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
        // Before the runtime's threads: it changes the environment.
        let inherited = Inherited::take()
            .map_err(|error| Failure::outside("cannot receive on what was handed over", error))?;
        // Before it is read: what changes meanwhile is seen.
        let file = self.path().map(Watched::new);
        let (config, notes) = self.settings()?;
        let log_level = start_log(config.debug);
        for (kind, note) in notes {
            match kind {
                NoteKind::Warning => tracing::warn!("{note}"),
                NoteKind::Note => tracing::info!("{note}"),
            }
        }
        for part in parts(&config) {
            if part.support == Support::Missing {
                tracing::warn!(
                    "{} ({}) is not in this version: it has no effect",
                    part.key,
                    part.what
                );
            }
        }
        block_on(async {
            let stopped = stop_signal()?;
            // A relay does not read its file again; the signal must not end it either.
            let hangup = hangup()?;
            if config.is_relay() {
                bind_relay(&config, inherited)?.run(stopped).await?;
            } else {
                let app = bind(&config, inherited)?;
                let reloads = Reloads::new(self, app.reloader(), log_level, file, hangup);
                let reloading = tokio::spawn(reloads.run());
                let ran = app.run(stopped).await;
                reloading.abort();
                ran?;
            }
            say("server is down");
            Ok(())
        })
    }

    /// The file, if there is one.
    fn path(&self) -> Option<PathBuf> {
        self.file.clone().or_else(|| self.config.clone()).or_else(|| environment().file())
    }

    /// The file, then the environment, then the flags.
    pub(super) fn settings(&self) -> Result<(Config, Vec<(NoteKind, String)>), Failure> {
        let environment = environment();
        let (mut config, mut notes): (Config, Vec<_>) = match self.path() {
            Some(path) => {
                let loaded = load(&path, None)?;
                let notes = loaded.notes.iter().map(|note| (note.kind, note.in_file(&path)));
                (loaded.config, notes.collect())
            }
            None => (Config::default(), Vec::new()),
        };
        environment.apply(&mut config)?;
        if let Some(data) = self.data.clone() {
            config.data = parse_folder(data);
        }
        self.listen.clone().apply(&mut config)?;
        let rules = config.storage_rules()?;
        notes.extend(rules.notes.iter().map(|(file, note)| (note.kind, note.in_file(file))));
        Ok((config, notes))
    }
}

fn environment() -> Environment {
    Environment::read(|name| std::env::var(name).ok())
}

/// Reads a file. One that is not there may be a command that is written wrongly.
pub(super) fn load(path: &Path, instance: Option<&str>) -> Result<Loaded, Failure> {
    let is_word =
        path.to_str().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_alphabetic()));
    if is_word && !path.exists() {
        let word = path.display();
        return Err(Failure::Input(format!(
            "there is no command and no file `{word}`; see --help"
        )));
    }
    Ok(Loaded::read_instance(path, instance)?)
}

/// Binds everything, and tells where it listens: the last line is the address to open.
pub(super) fn bind(config: &Config, inherited: Inherited) -> Result<App, Failure> {
    let app = App::bind_inheriting(config, Some(Box::new(STDOUT.clone())), inherited)?;
    let folder = config.data.as_ref().map_or("off".into(), |folder| folder.to_string_lossy());
    let data = format!("data    {folder}, flushed every {:?}", config.flush_interval);
    tell(app.listening(), &app.addresses(), &data);
    if let Some(http) = app.addresses().http {
        say(format_args!("open http://{http}/"));
    }
    Ok(app)
}

/// The same for a relay, which has no page worth opening.
fn bind_relay(config: &Config, inherited: Inherited) -> Result<RelayApp, Failure> {
    let app = RelayApp::bind_inheriting(config, inherited)?;
    let relay = &config.relay;
    let (nodes, every) = (relay.nodes.len(), relay.check_interval);
    let nodes = format!("relay   to {nodes} nodes, checked every {every:?}");
    tell(app.listening(), &app.addresses(), &nodes);
    Ok(app)
}

fn tell(listening: &[Listening], addresses: &Addresses, what: &str) {
    for listening in listening {
        say(format_args!("statsd  {listening}"));
    }
    for (what, address) in [
        ("carbon  tcp", addresses.carbon),
        ("carbon  udp", addresses.carbon_udp),
        ("pickle  tcp", addresses.pickle),
        ("protobuf tcp", addresses.protobuf),
        ("query   tcp", addresses.query),
    ] {
        if let Some(address) = address {
            say(format_args!("{what} {address}"));
        }
    }
    if let Some(admin) = addresses.admin {
        say(format_args!("admin   tcp {admin}"));
    }
    if let Some(http) = addresses.http {
        say(format_args!("http    tcp {http}"));
    }
    say(what);
    say("server is up");
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
