//! Very many samples of a thousand timers: what they take of memory. A server that needs long to read
//! them gets fewer; figures are by the sample.

use super::cell::Cell;
use super::{Effort, Figure};
use crate::contender::Contender;
use crate::packets::{Kind, Packets, Packing};

const NAMES: usize = 1_000;
const NAME_BYTES: usize = 32;

/// Of reading, at the slowest.
const SECONDS_MAX: usize = 20;

pub(super) fn measure(by: &Contender, effort: &Effort) -> Result<Vec<Figure>, String> {
    let packets = Packets::new(NAMES, NAME_BYTES, Kind::Timer, Packing::Packed);
    let samples = effort.samples.min(SECONDS_MAX * by.lines_a_second as usize);
    let times = samples.div_ceil(packets.len() * packets.lines);
    let samples = times * packets.len() * packets.lines;
    let mut cell = Cell::open(by, effort, effort.interval_of(by, samples), false)?;
    cell.wait_for_flush()?;
    let empty = cell.resident_bytes()?;
    cell.fill(&packets, times)?;
    let (filled, cpu) = (cell.resident_bytes()?, cell.cpu()?);
    cell.settle()?;
    let cpu = cell.cpu()?.saturating_sub(cpu);
    let peak = cell.peak_bytes()?;
    Ok(vec![
        Figure::new("memory a sample before the flush", "B", (filled - empty) / samples as f64),
        Figure::new("memory a sample at the flush's peak", "B", (peak - empty) / samples as f64),
        Figure::new("CPU of the flush, a sample", "ns", cpu.as_secs_f64() * 1e9 / samples as f64),
    ])
}
