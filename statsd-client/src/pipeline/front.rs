//! The way of nearly every call: what the calling thread writes for the client that it used last,
//! reached through thread-local references without a destructor. A call that finds what it needs here
//! is a few loads and a store; one that does not goes the long way (`local.rs`).

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use super::block::{self, Block, NO_BLOCK};
use super::gauges;
use super::run::{NO_RUN, Op, Run};

thread_local! {
    static BLOCK: Cell<&'static Block> = const { Cell::new(&NO_BLOCK) };
    static GAUGES: Cell<&'static [AtomicU64]> = const { Cell::new(&[]) };
    static RUN: Cell<&'static Run> = const { Cell::new(&NO_RUN) };
}

/// Set in what a handle knows where its calls need more than a store: a draw, a look at the value. No
/// block is within reach of such a number.
pub(crate) const LONG_WAY: u64 = 1 << 63;

/// Set in what a handle knows where every call is a record of its own. No block is within reach of such
/// a number, until [`alone`] takes the flag away.
pub(crate) const ALONE: u64 = 1 << 62;

/// Set in what a handle knows where its metric is switched off and it is no counter that is added up: such a
/// counter's word is another one, and its calls take no longer way than ever. No block is within reach of such
/// a number.
pub(crate) const MUTED: u64 = 1 << 61;

/// Numbers are below this; a greater distance means another generation.
const NUMBERS: u64 = 1 << 32;

/// Makes the thread's words for one client the ones that calls find here.
pub(crate) fn set(block: &'static Block, gauges: &'static [AtomicU64]) {
    BLOCK.set(block);
    GAUGES.set(gauges);
}

/// Makes `run` the one that calls find here.
pub(crate) fn set_run(run: &'static Run) {
    RUN.set(run);
}

/// Sends every call of this thread the long way.
pub(crate) fn clear() {
    set(&NO_BLOCK, &[]);
    set_run(&NO_RUN);
}

/// What a handle knows: in hand, or still to be read from the handle. The thread's own words are asked for
/// first, because what is read before that has to be kept over it.
pub(crate) trait Known {
    fn read(self) -> u64;
}

impl Known for u64 {
    #[inline]
    fn read(self) -> u64 {
        self
    }
}

impl Known for &AtomicU64 {
    #[inline]
    fn read(self) -> u64 {
        self.load(Ordering::Relaxed)
    }
}

/// Adds 1 to a counter; `false`: it takes the long way.
#[inline]
pub(crate) fn increment(known: impl Known) -> bool {
    let block = BLOCK.get();
    block.increment(block.distance(known.read()))
}

/// Adds to a counter; `false`: it takes the long way.
#[inline]
pub(crate) fn add(known: impl Known, n: i64) -> bool {
    let block = BLOCK.get();
    block.add(block.distance(known.read()), n)
}

/// Sets a gauge; `false`: it takes the long way.
#[inline]
pub(crate) fn gauge(known: impl Known, value: f64) -> bool {
    let block = BLOCK.get();
    let gauge =
        usize::try_from(block.distance(known.read())).ok().and_then(|at| GAUGES.get().get(at));
    match gauge {
        // Cheaper than to ask whether it is finite.
        Some(gauge) if value.abs() < f64::INFINITY => {
            gauges::set(gauge, value);
            block.gauge_calls.add_one();
            true
        }
        _ => false,
    }
}

/// Records a call whose handle knows it to stand alone; `false`: it takes the long way.
#[inline]
pub(crate) fn alone(known: u64, op: Op, value: u64) -> bool {
    let block = BLOCK.get();
    let number = block.distance(known ^ ALONE);
    let recorded = number < NUMBERS && RUN.get().push_op(number, op, value);
    if recorded {
        block.queued.add_one();
    }
    recorded
}

/// Counts a call whose handle knows it to be switched off; `false`: it takes the long way. Not inlined, so
/// that it takes no register from calls that are on.
#[cold]
#[inline(never)]
pub(crate) fn mute(known: u64) -> bool {
    let block = BLOCK.get();
    block.distance(known ^ MUTED) == block::MUTED && block.increment(block::MUTED)
}

/// Records a duration; `false`: it takes the long way.
#[inline]
pub(crate) fn nanos(known: impl Known, nanos: u64) -> bool {
    let block = BLOCK.get();
    let number = block.distance(known.read());
    let recorded = number < NUMBERS && RUN.get().push_op(number, Op::Nanos, nanos);
    if recorded {
        block.queued.add_one();
    }
    recorded
}

/// Records a sample; `false`: it takes the long way.
#[inline]
pub(crate) fn sample(known: impl Known, value: f64) -> bool {
    let block = BLOCK.get();
    let number = block.distance(known.read());
    // Below 0 and not finite are rare, and looked at more closely there.
    let is_plain = (0.0..f64::INFINITY).contains(&value);
    let recorded =
        number < NUMBERS && is_plain && RUN.get().push_op(number, Op::Sample, value.to_bits());
    if recorded {
        block.queued.add_one();
    }
    recorded
}
