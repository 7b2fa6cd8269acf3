//! What the kernel's table says of a server's UDP socket: what waits in it, and what was dropped.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

/// Between two looks at a socket that is waited for.
const A_MOMENT: Duration = Duration::from_millis(1);

const LOOKS_MAX: usize = 100;

/// How long a server may take to read what waits.
const READ_MAX: Duration = Duration::from_secs(60);

/// One look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Socket {
    /// Bytes that nobody has read, as the kernel counts memory.
    pub(crate) waiting_bytes: u64,
    /// Since it was opened. A train of segments that is dropped in one piece counts as one.
    pub(crate) drops: u64,
}

/// The socket that is bound to the address' port, if there is one.
pub(crate) fn find(address: SocketAddr) -> io::Result<Option<Socket>> {
    let table = fs::read_to_string("/proc/self/net/udp")?;
    Ok(find_in(&table, address.port()))
}

/// As [`find`], of a server that is known to run.
pub(crate) fn look(address: SocketAddr) -> io::Result<Socket> {
    // A table that changes while it is read can lack a line.
    for _ in 0..LOOKS_MAX {
        if let Some(socket) = find(address)? {
            return Ok(socket);
        }
    }
    Err(io::Error::other("the server has closed its socket"))
}

/// Waits until nothing waits.
pub(crate) fn wait_until_read(address: SocketAddr) -> io::Result<Socket> {
    let started = Instant::now();
    loop {
        let socket = look(address)?;
        if socket.waiting_bytes == 0 {
            return Ok(socket);
        }
        if started.elapsed() > READ_MAX {
            return Err(io::Error::other("the server does not read"));
        }
        thread::park_timeout(A_MOMENT);
    }
}

/// Its lines: `sl local remote st tx:rx tr:when retrnsmt uid timeout inode ref pointer drops`.
fn find_in(table: &str, port: u16) -> Option<Socket> {
    let port = format!(":{port:04X}");
    let line = table
        .lines()
        .find(|line| line.split_whitespace().nth(1).is_some_and(|local| local.ends_with(&port)))?;
    let (_, waiting) = line.split_whitespace().nth(4)?.split_once(':')?;
    Some(Socket {
        waiting_bytes: u64::from_str_radix(waiting, 16).ok()?,
        drops: line.split_whitespace().next_back()?.parse().ok()?,
    })
}
