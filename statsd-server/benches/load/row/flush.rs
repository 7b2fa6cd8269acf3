//! Very many counters: what they take of memory, what their flush takes, and for how long nobody reads
//! the socket meanwhile.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::cell::{Cell, told};
use super::{Effort, Figure, beside};
use crate::contender::Contender;
use crate::packets::{Kind, Packets, Packing};
use crate::socket_table;

/// Those of the figures that others publish are about as long.
const NAME_BYTES: usize = 36;

/// What comes while the flush runs.
const PACKETS_A_SECOND: u32 = 4_000;

/// Between two looks at the queue.
const LOOK: Duration = Duration::from_millis(1);

/// How long it goes on after the flush.
const AFTER: Duration = Duration::from_millis(100);

pub(super) fn measure(by: &Contender, effort: &Effort) -> Result<Vec<Figure>, String> {
    let packets = Packets::new(effort.names, NAME_BYTES, Kind::Counter, Packing::Packed);
    let mut cell = Cell::open(by, effort, effort.interval_of(by, effort.names), false)?;
    let mut figures = memory_and_cpu(&mut cell, &packets, effort.names as f64)?;
    figures.extend(unread(&mut cell, &packets, effort.names)?);
    Ok(figures)
}

fn memory_and_cpu(cell: &mut Cell, packets: &Packets, names: f64) -> Result<Vec<Figure>, String> {
    cell.wait_for_flush()?;
    let empty = cell.resident_bytes()?;
    cell.fill(packets, 1)?;
    let (filled, cpu) = (cell.resident_bytes()?, cell.cpu()?);
    cell.settle()?;
    let cpu = cell.cpu()?.saturating_sub(cpu);
    let a_name = |bytes: f64| (bytes - empty) / names;
    Ok(vec![
        Figure::new("memory a name before the flush", "B", a_name(filled)),
        Figure::new("memory a name at the flush's peak", "B", a_name(cell.peak_bytes()?)),
        Figure::new("CPU of a flush", "s", cpu.as_secs_f64()),
    ])
}

fn unread(cell: &mut Cell, packets: &Packets, names: usize) -> Result<Vec<Figure>, String> {
    cell.wait_for_flush()?;
    cell.fill(packets, 1)?;
    let single = Packets::new(names.min(10_000), NAME_BYTES, Kind::Counter, Packing::One);
    let mut watch = Watch::new(cell.server.address);
    let (flushes, started) = (cell.sink.flushes(), Instant::now());
    let mut flushed = None;
    let sent = cell
        .sender
        .pace(&single, PACKETS_A_SECOND, |now| {
            watch.look(now)?;
            if flushed.is_none() && cell.sink.flushes() > flushes {
                flushed = Some(now);
            }
            let goes_on = flushed.is_none_or(|flushed| now - flushed < AFTER);
            Ok(goes_on && now - started < cell.flushed_max())
        })
        .map_err(told)?;
    let kept = cell.keep(sent)?;
    cell.settle()?;
    Ok(vec![
        Figure::new("longest time unread in a flush", "ms", watch.longest.as_secs_f64() * 1e3),
        beside("packets lost in a flush", "", (sent.lines - kept) as f64),
    ])
}

/// Looks for a queue that never shrinks.
struct Watch {
    server: SocketAddr,
    due: Instant,
    waiting_bytes: u64,
    /// When the queue was last seen to be empty, or to shrink.
    read: Instant,
    longest: Duration,
}

impl Watch {
    fn new(server: SocketAddr) -> Self {
        let now = Instant::now();
        Self { server, due: now, waiting_bytes: 0, read: now, longest: Duration::ZERO }
    }

    fn look(&mut self, now: Instant) -> io::Result<()> {
        if now < self.due {
            return Ok(());
        }
        self.due = now + LOOK;
        let waiting_bytes = socket_table::look(self.server)?.waiting_bytes;
        if waiting_bytes == 0 || waiting_bytes < self.waiting_bytes {
            self.read = now;
        }
        self.waiting_bytes = waiting_bytes;
        self.longest = self.longest.max(now - self.read);
        Ok(())
    }
}
