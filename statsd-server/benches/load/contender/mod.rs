//! The servers that are measured, a file each: how one is started, and how it says what it counted.
//! They may not know what is sent to them, nor what is measured. Next: `row/`.

mod bare_loop;
mod brubeck;
mod etsy;
mod ours;
mod statsite;

use std::io::{self, BufRead as _, BufReader};
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use crate::process::{Cores, Process};
use crate::sink::IsCount;
use crate::socket_table;

/// Ours stands first, and the floor after it.
pub(crate) const ALL: [Contender; 6] = [
    ours::OURS,
    bare_loop::BARE_LOOP,
    ours::BEFORE,
    etsy::ETSY,
    statsite::STATSITE,
    brubeck::BRUBECK,
];

/// How long a server may take to open its socket.
const START_MAX: Duration = Duration::from_secs(20);

/// One server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contender {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    /// Whether the kernel hands it trains of segments in one piece where the row sends them.
    pub(crate) merges: bool,
    /// What may wait in its socket without a loss: a part of the receive buffer that it asks for.
    pub(crate) waiting_max_bytes: u64,
    /// Packed lines that it surely reads in a second: how long it gets for a number of them.
    pub(crate) lines_a_second: u32,
    /// Which lines of its flushes say how many of a metric came.
    pub(crate) is_count: IsCount,
    /// Where it is, or how it gets to be there.
    pub(crate) find: fn() -> Result<PathBuf, String>,
    /// The command that starts it.
    pub(crate) command: fn(&Path, &Setting) -> io::Result<(Command, Address)>,
}

/// What a server is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) sink: SocketAddr,
    pub(crate) flush: Duration,
    /// Trains of segments will come.
    pub(crate) segments: bool,
}

/// How to learn where a server listens.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Address {
    /// It was told.
    Told(SocketAddr),
    /// It prints a line with this in front of it.
    Printed(&'static str),
}

/// A server that listens.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Contender {
    pub(crate) fn start(&self, cores: Cores, setting: &Setting) -> Result<Running, String> {
        let failed = |error: io::Error| format!("{}: {error}", self.title);
        let (mut command, address) = (self.command)(&(self.find)()?, setting).map_err(failed)?;
        let log = format!("{}.log", self.key);
        let log = fs::File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join(log));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log.map_err(failed)?);
        if let Address::Printed(_) = address {
            command.stdout(Stdio::piped());
        }
        let mut process = cores.start(&mut command).map_err(failed)?;
        let address = match address {
            Address::Told(address) => wait_for(address).map_err(failed)?,
            Address::Printed(before) => printed(&mut process.child, before).map_err(failed)?,
        };
        Ok(Running { process, address })
    }
}

/// Waits until somebody listens there.
fn wait_for(address: SocketAddr) -> io::Result<SocketAddr> {
    let started = Instant::now();
    while socket_table::find(address)?.is_none() {
        if started.elapsed() > START_MAX {
            return Err(io::Error::other("does not open its socket"));
        }
        thread::park_timeout(Duration::from_millis(10));
    }
    Ok(address)
}

/// The address behind `before`. What else is printed is read by a thread, so that nobody waits for it.
fn printed(child: &mut Child, before: &str) -> io::Result<SocketAddr> {
    let stdout = child.stdout.take().ok_or_else(|| io::Error::other("nothing is printed"))?;
    let mut lines = BufReader::new(stdout).lines();
    for line in &mut lines {
        if let Some(address) = line?.strip_prefix(before) {
            thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
            return address.trim().parse().map_err(io::Error::other);
        }
    }
    Err(io::Error::other("ended at once"))
}

/// A port that is free now.
fn free_port() -> io::Result<SocketAddr> {
    UdpSocket::bind("127.0.0.1:0")?.local_addr()
}

/// A file below cargo's target folder.
fn configuration(name: &str, text: &str) -> io::Result<PathBuf> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text)?;
    Ok(path)
}

/// A file that an environment variable names.
fn named_by(variable: &str, what: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(env::var_os(variable).ok_or(format!("{variable} is not set"))?);
    if path.is_file() { Ok(path) } else { Err(format!("{variable} is not {what}")) }
}

/// A program that the shell would find.
fn on_path(program: &str) -> Result<PathBuf, String> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&folders).map(|folder| folder.join(program)).find(|at| at.is_file());
    found.ok_or_else(|| format!("there is no `{program}` on the path"))
}

/// For servers that know no shorter interval than a second.
fn whole_seconds(interval: Duration) -> u64 {
    interval.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}

/// etsy's names, which the first two have as well.
fn is_etsys_count(name: &[u8]) -> bool {
    name.starts_with(b"stats_counts.bench.")
        || (name.starts_with(b"stats.timers.bench.") && name.ends_with(b".count"))
}
