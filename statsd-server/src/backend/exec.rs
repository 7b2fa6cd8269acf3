//! Snapshot → the standard input of a command, in statsite's protocol: a line `name|value|timestamp`
//! for each number, one process a flush. Whatever reads that can be an output.

use std::io::{self, Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::naming::Naming;
use super::number::push_number;
use super::{Backend, BackendError};
use crate::aggregate::Snapshot;
use crate::limits::EXEC_STDERR_MAX_BYTES;
use crate::telemetry::Telemetry;

/// How often it looks whether the command has ended; nothing else tells.
const POLL: Duration = Duration::from_millis(5);

/// How long, after the command has ended, its pipes may stay open: a process that it left behind may
/// hold them.
const PIPES_LINGER: Duration = Duration::from_millis(500);

/// Threads at the pipes of commands that have ended; more say that every command leaves one behind.
const LEFT_BEHIND_MAX: usize = 4;

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOptions {
    /// The program.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// How long it may run; then it and its children are killed, and the flush counts as failed.
    pub deadline: Duration,
}

/// Runs a command for every flush.
///
/// ```
/// use std::time::Duration;
/// use statsd_server::aggregate::{Named, Snapshot};
/// use statsd_server::backend::{Backend, ExecBackend, ExecOptions, Naming};
///
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("points");
/// let mut backend = ExecBackend::new(
///     ExecOptions {
///         program: "tee".to_owned(),
///         arguments: vec![file.display().to_string()],
///         deadline: Duration::from_secs(10),
///     },
///     Naming::default(),
///     Default::default(),
/// );
/// let gauges = Named::from([("load", 0.5)]);
/// backend.flush(&Snapshot { gauges, timestamp: 1_000, ..Snapshot::default() })?;
/// let points = std::fs::read_to_string(file)?;
/// assert_eq!(points, "stats.gauges.load|0.5|1000\nstatsd.numStats|1|1000\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ExecBackend {
    options: ExecOptions,
    naming: Naming,
    telemetry: Arc<Telemetry>,
    /// Threads whose pipe was still open when their command had ended.
    left_behind: Vec<JoinHandle<()>>,
}

/// What a thread at a pipe has to say at its end.
enum Piped {
    Stdin(io::Result<()>),
    Stderr(Vec<u8>),
}

/// A command that runs.
struct Running {
    child: Child,
    piped: Receiver<Piped>,
    /// Keeps the channel open when both threads have ended.
    _open: Sender<Piped>,
    threads: Vec<JoinHandle<()>>,
    stdin: Option<io::Result<()>>,
    stderr: Option<Vec<u8>>,
}

impl ExecBackend {
    /// Nothing is run before the first flush.
    pub fn new(options: ExecOptions, naming: Naming, telemetry: Arc<Telemetry>) -> Self {
        Self { options, naming, telemetry, left_behind: Vec::new() }
    }

    fn error(&self, what: impl std::fmt::Display) -> BackendError {
        BackendError { message: format!("{}: {what}", self.options.program) }
    }

    fn run(&mut self, text: String) -> Result<(), BackendError> {
        self.left_behind.retain(|thread| !thread.is_finished());
        if self.left_behind.len() >= LEFT_BEHIND_MAX {
            return Err(self.error("processes of earlier flushes still hold its pipes"));
        }
        let deadline = Instant::now() + self.options.deadline;
        let mut running = self.spawn(text).map_err(|error| self.error(error))?;
        let ended = running.wait(deadline);
        let status = match ended {
            Ok(Some(status)) => Ok(status),
            Ok(None) => {
                running.kill();
                Err(self.error(format!("killed: it ran longer than {:?}", self.options.deadline)))
            }
            Err(error) => {
                running.kill();
                Err(self.error(error))
            }
        };
        running.collect(Instant::now() + PIPES_LINGER);
        self.log(running.stderr.as_deref().unwrap_or_default());
        if running.stdin.is_some() && running.stderr.is_some() {
            // Each has said its last word.
            let _ended: Vec<_> = running.threads.into_iter().map(JoinHandle::join).collect();
        } else {
            self.left_behind.extend(running.threads.into_iter().filter(|t| !t.is_finished()));
        }
        match (status?, running.stdin) {
            (status, _) if !status.success() => Err(self.error(status)),
            (_, Some(Ok(()))) => Ok(()),
            (_, Some(Err(error))) => Err(self.error(format!("it did not read all: {error}"))),
            (_, None) => Err(self.error("it ended and did not read all")),
        }
    }

    fn spawn(&self, text: String) -> io::Result<Running> {
        let mut child = Command::new(&self.options.program)
            .args(&self.options.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Its children are killed with it.
            .process_group(0)
            .spawn()?;
        let (open, piped) = channel();
        let mut threads = Vec::new();
        if let Some(stdin) = child.stdin.take() {
            let done = open.clone();
            threads.push(thread::spawn(move || feed(stdin, &text, &done)));
        }
        if let Some(stderr) = child.stderr.take() {
            let done = open.clone();
            threads.push(thread::spawn(move || listen(stderr, &done)));
        }
        Ok(Running { child, piped, _open: open, threads, stdin: None, stderr: None })
    }

    fn log(&self, stderr: &[u8]) {
        if !stderr.is_empty() {
            let text = String::from_utf8_lossy(stderr);
            tracing::warn!("{} says: {}", self.options.program, text.trim_end());
        }
    }
}

impl Backend for ExecBackend {
    fn name(&self) -> &'static str {
        "exec"
    }

    /// Waits until the command has ended, successfully or not, but not longer than its deadline.
    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let mut text = String::new();
        let not_finite = self.naming.for_each(snapshot, |series, value, _| {
            // A name that broke the line would make a second metric.
            text.extend(series.chars().map(|c| if matches!(c, '|' | '\n') { '_' } else { c }));
            text.push('|');
            push_number(&mut text, value);
            text.push('|');
            text.push_str(&snapshot.timestamp.to_string());
            text.push('\n');
        });
        self.telemetry.results_not_finite.add(not_finite);
        self.run(text)
    }

    fn deadline(&self) -> Duration {
        self.options.deadline + 2 * PIPES_LINGER
    }
}

impl Running {
    /// None where it still runs at the deadline.
    fn wait(&mut self, deadline: Instant) -> io::Result<Option<ExitStatus>> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            self.receive(POLL);
        }
    }

    fn receive(&mut self, within: Duration) {
        match self.piped.recv_timeout(within) {
            Ok(Piped::Stdin(written)) => self.stdin = Some(written),
            Ok(Piped::Stderr(text)) => self.stderr = Some(text),
            Err(_) => {}
        }
    }

    /// Waits for what its pipes have to say.
    fn collect(&mut self, until: Instant) {
        while self.stdin.is_none() || self.stderr.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            self.receive(left);
        }
    }

    fn kill(&mut self) {
        // Its group goes by its own id. An error says that it has ended by itself meanwhile.
        if let Ok(group) = i32::try_from(self.child.id()) {
            let _killed = killpg(Pid::from_raw(group), Signal::SIGKILL);
        }
        let _killed = self.child.kill();
        let _status = self.child.wait();
    }
}

fn feed(mut stdin: ChildStdin, text: &str, done: &Sender<Piped>) {
    let written = stdin.write_all(text.as_bytes());
    drop(stdin);
    let _nobody_waits_any_more = done.send(Piped::Stdin(written));
}

/// Keeps the beginning, and reads on, so that a command that says more is not held up.
fn listen(stderr: ChildStderr, done: &Sender<Piped>) {
    let mut text = Vec::new();
    let mut first = stderr.take(EXEC_STDERR_MAX_BYTES as u64);
    let read = first.read_to_end(&mut text);
    let _rest = read.and_then(|_| io::copy(&mut first.into_inner(), &mut io::sink()));
    let _nobody_waits_any_more = done.send(Piped::Stderr(text));
}

#[cfg(test)]
mod tests;
