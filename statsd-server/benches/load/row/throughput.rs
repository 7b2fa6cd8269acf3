//! CPU time of a line: from the first packet until the flushes have told of the last.

use std::io;
use std::time::Instant;

use super::cell::{Cell, told};
use super::{Effort, Figure, beside};
use crate::contender::Contender;
use crate::packets::{Kind, Packets, Packing};
use crate::sender::{Sender, Sent};

/// What is sent, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) kind: Kind,
    pub(super) packing: Packing,
    pub(super) way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As fast as one core can send.
    Saturated,
    /// The same, handed over in trains that the kernel cuts where the receiver does not merge.
    Segmented,
    /// So many packets a second, evenly.
    Paced(u32),
}

const NAMES: usize = 1_000;
const NAME_BYTES: usize = 32;

impl Load {
    pub(super) fn measure(&self, by: &Contender, effort: &Effort) -> Result<Vec<Figure>, String> {
        let packets = Packets::new(NAMES, NAME_BYTES, self.kind, self.packing);
        let mut cell = Cell::open(by, effort, effort.interval, self.way == Way::Segmented)?;
        // Every name is known, every buffer grown and every hot function compiled by then.
        cell.feed(&packets, 1)?;
        cell.settle()?;
        let (started, before) = (Instant::now(), cell.cpu()?);
        let sent = self.send(&cell.sender, &packets, by, effort).map_err(told)?;
        let seconds = started.elapsed().as_secs_f64();
        let kept = cell.keep(sent)?;
        cell.settle()?;
        Ok(figures((cell.cpu()?.saturating_sub(before)).as_secs_f64(), sent, kept, seconds))
    }

    fn send(
        &self,
        sender: &Sender,
        packets: &Packets,
        by: &Contender,
        effort: &Effort,
    ) -> io::Result<Sent> {
        match self.way {
            Way::Saturated => sender.saturate(packets, effort.time),
            Way::Segmented => sender.segments(packets, effort.time, by.merges),
            Way::Paced(per_second) => {
                let started = Instant::now();
                sender.pace(packets, per_second, |now| Ok(now - started < effort.time))
            }
        }
    }
}

/// Packed counters of very many names. Flushes of these are a row of their own, so none comes before
/// everything is read.
pub(super) fn many_names(by: &Contender, effort: &Effort) -> Result<Vec<Figure>, String> {
    let packets = Packets::new(effort.names, NAME_BYTES, Kind::Counter, Packing::Packed);
    let mut cell = Cell::open(by, effort, effort.interval_of(by, effort.names), false)?;
    cell.wait_for_flush()?;
    cell.fill(&packets, 1)?;
    cell.settle()?;
    cell.wait_for_flush()?;
    let (started, before) = (Instant::now(), cell.cpu()?);
    let sent = cell.sender.saturate(&packets, effort.time).map_err(told)?;
    let seconds = started.elapsed().as_secs_f64();
    let kept = cell.keep(sent)?;
    let cpu = cell.cpu()?.saturating_sub(before);
    cell.settle()?;
    Ok(figures(cpu.as_secs_f64(), sent, kept, seconds))
}

fn figures(cpu_seconds: f64, sent: Sent, kept: u64, seconds: f64) -> Vec<Figure> {
    let (sent, kept) = (sent.lines as f64, kept as f64);
    vec![
        Figure::new("CPU a line", "µs", cpu_seconds * 1e6 / kept),
        beside("kept", "M lines/s", kept / seconds / 1e6),
        beside("lost", "%", (sent - kept) * 100.0 / sent),
    ]
}
