//! Arguments → commands. The only room that writes to the terminal.
//! May not know any part of the running server but `app` and `config`; the demo's shop knows the SDK. Data goes
//! to `app`; the commands on files (`import/`, `whisper/`) take `rrd`, and of `store` how a name is a path.

mod check;
mod convert;
mod demo;
mod folder;
mod import;
mod progress;
mod reload;
mod run;
mod send;
mod shop;
mod table;
mod terminal;
mod whisper;

use std::fmt::Display;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::app::AppError;
use crate::config::ConfigError;

use terminal::{STDERR, STDOUT};

/// The variable that says how much is logged to standard error: `warn`, `info`, `debug`.
const LOG_VARIABLE: &str = "STATSD_LOG";

/// A StatsD server with Whisper storage, Graphite's API and a live page.
#[derive(Debug, Parser)]
#[command(version, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    run: run::Run,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive, store and serve until SIGTERM or SIGINT (this is what runs without a command).
    Run(run::Run),
    /// Say what a configuration asks for, and whether this version does it; exit 1 with its mistakes.
    Check(check::Check),
    /// Print a config.js of etsy's StatsD, or a carbon.conf, as the TOML file that means the same.
    ConvertConfig(convert::Convert),
    /// Run the server with a small shop that sends it metrics, and data in a temporary folder.
    Demo(demo::Demo),
    /// Send lines such as 'users.new:1|c' to a server.
    Send(send::Send),
    /// Make Whisper files of what other programs have kept.
    Import(import::Import),
    /// Look into, write, resize, merge and repair Whisper files.
    Whisper(whisper::Whisper),
}

/// Runs the command that the arguments name.
///
/// The exit code is 0, 1 where something outside went wrong (a port in use, a disk), or 2 where
/// what was asked for makes no sense (a flag, a configuration, a line).
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Run(cli.run)) {
        Command::Run(run) => run.execute(),
        Command::Check(check) => check.execute(),
        Command::ConvertConfig(convert) => convert.execute(),
        Command::Demo(demo) => demo.execute(),
        Command::Send(send) => send.execute(),
        Command::Import(import) => import.execute(),
        Command::Whisper(whisper) => whisper.execute(),
    };
    let code = match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // A closed standard error leaves the exit code to speak.
            let _written =
                STDERR.clone().write_all(format!("statsd-server: {failure}\n").as_bytes());
            failure.code()
        }
    };
    STDOUT.finish();
    STDERR.finish();
    code
}

/// Starts the log; `is_debug` says how much is logged where the variable does not.
fn start_log(is_debug: bool) -> LogLevel {
    let asked = EnvFilter::try_from_env(LOG_VARIABLE).ok();
    let is_asked_for = asked.is_some();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(asked.unwrap_or_else(|| filter(is_debug)))
        .with_writer(|| STDERR.clone())
        .with_ansi(io::stderr().is_terminal())
        .with_filter_reloading();
    let handle = builder.reload_handle();
    builder.init();
    LogLevel(Box::new(move |is_debug| {
        if !is_asked_for {
            // It fails where there is no log any more.
            let _set = handle.reload(filter(is_debug));
        }
    }))
}

fn filter(is_debug: bool) -> EnvFilter {
    EnvFilter::new(if is_debug { "debug" } else { "warn,messages=info" })
}

/// Says how much is logged, as [`start_log`] does, while it goes on.
struct LogLevel(Box<dyn Fn(bool) + Send + Sync>);

impl LogLevel {
    fn set(&self, is_debug: bool) {
        (self.0)(is_debug);
    }
}

/// Why a command ended without doing what it was asked to.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    App(#[from] AppError),
    #[error("{0}")]
    Input(String),
    #[error("{0}")]
    Outside(String),
    /// What `check` found.
    #[error("{0}")]
    Checked(ConfigError),
}

impl Failure {
    fn outside(what: &str, error: impl Display) -> Self {
        Self::Outside(format!("{what}: {error}"))
    }

    fn code(&self) -> ExitCode {
        match self {
            Self::Config(_) | Self::Input(_) => ExitCode::from(2),
            Self::App(_) | Self::Outside(_) | Self::Checked(_) => ExitCode::from(1),
        }
    }
}

/// Writes a line to standard output, without waiting for it.
fn say(line: impl Display) {
    let _written = STDOUT.clone().write_all(format!("{line}\n").as_bytes());
}

/// Writes a line to standard error: what went wrong with one of several things.
fn warn(line: impl Display) {
    // A closed standard error leaves the exit code to speak.
    let _written = io::stderr().write_all(format!("statsd-server: {line}\n").as_bytes());
}

/// An error of a Whisper file with its cause, in one line.
fn told(error: statsd_whisper::Error) -> String {
    match std::error::Error::source(&error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
