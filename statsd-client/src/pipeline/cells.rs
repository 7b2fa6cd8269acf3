//! A thread's own words: one counter cell a context, and its share of the telemetry.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::queue::{Ring, RingReader};

/// Cells allocated together: 1 KiB, so that a thread pays for the contexts it touches.
const CHUNK_CELLS: usize = 64;

/// Chunks a thread may have.
const CHUNKS: usize = 256;

/// Contexts of one client; calls for further ones travel as lines of their own.
pub(crate) const CONTEXTS_MAX: usize = CHUNK_CELLS * CHUNKS;

/// One counter of one thread. Written by that thread alone, so a load and a store add to it.
#[derive(Debug, Default)]
struct Cell {
    /// Everything this thread ever added; wraps.
    sum: AtomicU64,
    /// How many calls that took.
    calls: AtomicU64,
}

/// What a reader has seen of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) sum: u64,
    pub(crate) calls: u64,
}

/// The words of one thread for one client.
#[derive(Debug)]
pub(crate) struct ThreadCells {
    chunks: [OnceLock<Box<[Cell; CHUNK_CELLS]>>; CHUNKS],
    /// The first ring of the thread's queue; set at its first timing.
    first_ring: OnceLock<RingReader>,
    /// Calls that went into the queue.
    pub(crate) queued: Tally,
    /// Calls that a draw left out.
    pub(crate) sampled_out: Tally,
    /// Calls dropped here, by reason.
    pub(crate) dropped: DropTallies,
    /// The thread has ended, or let go of this client: what stands here is final.
    retired: AtomicBool,
}

/// Calls dropped before they reached a packet.
#[derive(Debug, Default)]
pub(crate) struct DropTallies {
    /// The queue's bytes are used up.
    pub(crate) queue_full: Tally,
    /// The value is infinite or not a number.
    pub(crate) not_finite: Tally,
    /// The name is empty, or with its tags too long.
    pub(crate) bad_name: Tally,
}

/// A count with one writer.
#[derive(Debug, Default)]
pub(crate) struct Tally(AtomicU64);

impl Tally {
    /// Adds one. Only the owning thread may call it: a load and a store, no read-modify-write.
    #[inline]
    pub(crate) fn add_one(&self) {
        self.0.store(self.0.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl ThreadCells {
    pub(crate) fn new() -> Self {
        Self {
            chunks: [const { OnceLock::new() }; CHUNKS],
            first_ring: OnceLock::new(),
            queued: Tally::default(),
            sampled_out: Tally::default(),
            dropped: DropTallies::default(),
            retired: AtomicBool::new(false),
        }
    }

    /// Adds to a counter. Only the owning thread may call it.
    #[inline]
    pub(crate) fn add(&self, context: u32, n: i64) {
        let Some(cell) = self.cell_or_new(context) else { return };
        let sum = cell.sum.load(Ordering::Relaxed).wrapping_add(n.cast_unsigned());
        cell.sum.store(sum, Ordering::Relaxed);
        cell.calls.store(cell.calls.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
    }

    /// Counts a call whose value went elsewhere (a gauge's). Only the owning thread may call it.
    #[inline]
    pub(crate) fn touch(&self, context: u32) {
        self.add(context, 0);
    }

    /// The cells of the chunk `at`, if this thread ever used one of them.
    pub(crate) fn read_chunk(&self, at: usize) -> Option<[Reading; CHUNK_CELLS]> {
        let chunk = self.chunks.get(at)?.get()?;
        let mut readings = [Reading::default(); CHUNK_CELLS];
        for (reading, cell) in readings.iter_mut().zip(chunk.iter()) {
            reading.sum = cell.sum.load(Ordering::Relaxed);
            reading.calls = cell.calls.load(Ordering::Relaxed);
        }
        Some(readings)
    }

    /// Calls that went into cells.
    pub(crate) fn cell_calls(&self) -> u64 {
        let chunks = self.chunks.iter().filter_map(OnceLock::get);
        chunks.flat_map(|chunk| chunk.iter()).map(|cell| cell.calls.load(Ordering::Relaxed)).sum()
    }

    /// Publishes the queue's first ring. Only the owning thread may call it, once.
    pub(crate) fn publish_ring(&self, ring: &std::sync::Arc<Ring>) {
        let _first = self.first_ring.set(RingReader::new(ring.clone()));
    }

    /// The reading end of the queue, if there is one.
    pub(crate) fn ring(&self) -> Option<RingReader> {
        self.first_ring.get().cloned()
    }

    /// Says that the owning thread will write no more.
    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    /// Whether what stands here is final. Acquires everything the thread wrote.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    #[inline]
    fn cell_or_new(&self, context: u32) -> Option<&Cell> {
        let context = usize::try_from(context).ok()?;
        let chunk = self.chunks.get(context / CHUNK_CELLS)?;
        let cells = chunk.get_or_init(|| Box::new([const { Cell::new() }; CHUNK_CELLS]));
        Some(&cells[context % CHUNK_CELLS])
    }
}

impl Cell {
    const fn new() -> Self {
        Self { sum: AtomicU64::new(0), calls: AtomicU64::new(0) }
    }
}

/// What the collector has already taken from a thread's cells.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    chunks: Vec<Option<Box<[Reading; CHUNK_CELLS]>>>,
}

impl Seen {
    /// Calls `changed(context, sum, calls)` with the difference of every cell since the last time.
    pub(crate) fn advance(
        &mut self,
        cells: &ThreadCells,
        mut changed: impl FnMut(usize, i64, u64),
    ) {
        self.chunks.resize_with(CHUNKS, || None);
        for (at, seen) in self.chunks.iter_mut().enumerate() {
            let Some(now) = cells.read_chunk(at) else { continue };
            let seen = seen.get_or_insert_with(|| Box::new([Reading::default(); CHUNK_CELLS]));
            for (offset, (old, new)) in seen.iter_mut().zip(now).enumerate() {
                if *old != new {
                    let sum = new.sum.wrapping_sub(old.sum).cast_signed();
                    changed(at * CHUNK_CELLS + offset, sum, new.calls.wrapping_sub(old.calls));
                    *old = new;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
