//! What a server's process holds of memory.

use std::fs;
use std::io;

use crate::process::Process;

/// Bytes that it holds.
pub(crate) fn resident_bytes(process: &Process) -> io::Result<u64> {
    status(process, "VmRSS:")
}

/// The most that it ever held.
pub(crate) fn peak_bytes(process: &Process) -> io::Result<u64> {
    status(process, "VmHWM:")
}

fn status(process: &Process, field: &str) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.child.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.map(|kib| kib << 10).ok_or_else(|| io::Error::other(format!("no {field} of a process")))
}
