//! A server that nobody sends anything to.

use std::thread;
use std::time::Instant;

use super::cell::Cell;
use super::{Effort, Figure};
use crate::contender::Contender;

pub(super) fn measure(by: &Contender, effort: &Effort) -> Result<Vec<Figure>, String> {
    let cell = Cell::open(by, effort, effort.interval, false)?;
    // Whatever belongs to the start is over.
    cell.wait_for_flush()?;
    let (started, before) = (Instant::now(), cell.cpu()?);
    while started.elapsed() < effort.time * 2 {
        thread::park_timeout(effort.time);
    }
    let share = cell.cpu()?.saturating_sub(before).as_secs_f64() / started.elapsed().as_secs_f64();
    Ok(vec![Figure::new("share of a core", "%", share * 100.0)])
}
