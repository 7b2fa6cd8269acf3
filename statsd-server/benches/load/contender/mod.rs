//! The servers that are measured, a file each: how one is started, and how it says what it counted.
//! They may not know what is sent to them, nor what is measured. Next: `row/`.

mod bare_loop;
mod brubeck;
mod etsy;
mod ours;
mod statsite;

use std::fs;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Cores, Process};
use crate::program::printed;
use crate::report;
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

impl report::Contender for Contender {
    fn key(&self) -> &'static str {
        self.key
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn is_here(&self, _is_quick: bool) -> Result<(), String> {
        (self.find)().map(drop)
    }

    fn does(&self, _row: &str) -> bool {
        true
    }
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
            Address::Printed(before) => {
                let text = printed(&mut process.child, before).map_err(failed)?;
                text.parse().map_err(|_| format!("{}: `{text}` is no address", self.title))?
            }
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

/// For servers that know no shorter interval than a second.
fn whole_seconds(interval: Duration) -> u64 {
    interval.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX)
}

/// etsy's names, which the first two have as well.
fn is_etsys_count(name: &[u8]) -> bool {
    name.starts_with(b"stats_counts.bench.")
        || (name.starts_with(b"stats.timers.bench.") && name.ends_with(b".count"))
}
