//! Where blocks, runs and gauges are lent from. They live for ever and are used again: by the next
//! thread, by the next client. What the process holds is the most that was in use at one time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, TryLockError};

use super::block::{Block, COUNTER_WORDS};
use super::gauges::GaugeTable;
use super::run::Run;

/// Counters of the smallest block; each class holds four times as many as the one before.
const SMALLEST: usize = 32;

/// Classes of blocks and of gauge tables; the largest holds 32,768, which is more than any client has.
const CLASSES: usize = 6;

/// How often a thread tries a lock that is held for a push or a pop before it asks for new memory.
const LOCK_TRIES: usize = 64;

static BLOCKS: [Mutex<Vec<&'static Block>>; CLASSES] = [const { Mutex::new(Vec::new()) }; CLASSES];
static GAUGES: [Mutex<Vec<&'static GaugeTable>>; CLASSES] =
    [const { Mutex::new(Vec::new()) }; CLASSES];
static FREE_RUNS: Mutex<Vec<&'static Run>> = Mutex::new(Vec::new());
/// Every run there is, by its number less 1.
static RUNS: RwLock<Vec<&'static Run>> = RwLock::new(Vec::new());

/// A block for at least `counters`. Allocates where none is free.
pub(crate) fn block(counters: usize) -> &'static Block {
    let class = class_of(counters);
    pop(&BLOCKS[class]).unwrap_or_else(|| {
        let words = (0..size_of_class(class) * COUNTER_WORDS).map(|_| AtomicU64::new(0)).collect();
        Box::leak(Box::new(Block::new(Vec::leak(words))))
    })
}

/// Takes back a block that nobody writes or reads any more.
pub(crate) fn give_block(block: &'static Block) {
    block.reset();
    lock(&BLOCKS[class_of(block.words().len() / COUNTER_WORDS)]).push(block);
}

/// Gauges, at least `count`. Allocates where none are free.
pub(crate) fn gauges(count: usize) -> &'static GaugeTable {
    let class = class_of(count);
    pop(&GAUGES[class]).unwrap_or_else(|| GaugeTable::leak(size_of_class(class)))
}

/// Takes back gauges that nobody uses any more.
pub(crate) fn give_gauges(gauges: &'static GaugeTable) {
    gauges.reset();
    lock(&GAUGES[class_of(gauges.values().len())]).push(gauges);
}

/// A run. Allocates where none is free.
pub(crate) fn run() -> &'static Run {
    try_pop(&FREE_RUNS).unwrap_or_else(|| {
        let mut runs = RUNS.write().unwrap_or_else(PoisonError::into_inner);
        // 2^32 runs are 8 TiB.
        let id = u32::try_from(runs.len() + 1).unwrap_or(u32::MAX);
        let run: &'static Run = Box::leak(Box::new(Run::new(id)));
        runs.push(run);
        run
    })
}

/// Takes back a run that nobody writes or reads any more.
pub(crate) fn give_run(run: &'static Run) {
    run.reset();
    lock(&FREE_RUNS).push(run);
}

/// The run of a number that another run or a block names.
pub(crate) fn run_by_id(id: u32) -> Option<&'static Run> {
    let runs = RUNS.read().unwrap_or_else(PoisonError::into_inner);
    runs.get((id as usize).checked_sub(1)?).copied()
}

/// Keeps everybody out while `work` runs: threads that want something then make it anew.
pub(crate) fn while_locked<R>(work: impl FnOnce() -> R) -> R {
    let _blocks = BLOCKS.each_ref().map(lock);
    let _gauges = GAUGES.each_ref().map(lock);
    let _free = lock(&FREE_RUNS);
    let _runs = RUNS.write().unwrap_or_else(PoisonError::into_inner);
    work()
}

fn class_of(count: usize) -> usize {
    (0..CLASSES - 1).find(|&class| size_of_class(class) >= count).unwrap_or(CLASSES - 1)
}

fn size_of_class(class: usize) -> usize {
    SMALLEST << (2 * class)
}

/// Waits for who pushes or pops at this moment: it is asked once a thread and generation, and what is
/// not taken from the pool is there for ever.
fn pop<T>(pool: &Mutex<Vec<T>>) -> Option<T> {
    lock(pool).pop()
}

/// As [`pop`], where a call must not wait.
fn try_pop<T>(pool: &Mutex<Vec<T>>) -> Option<T> {
    try_lock(pool, LOCK_TRIES)?.pop()
}

/// Takes a lock that is held for moments only, or gives up after `tries`.
fn try_lock<T>(mutex: &Mutex<T>, tries: usize) -> Option<MutexGuard<'_, T>> {
    (0..tries).find_map(|_| match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => {
            std::hint::spin_loop();
            None
        }
    })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number that no generation of any client in this process had before; never 0, below 2^29: what stands
/// above it in what a handle knows are flags.
pub(crate) fn new_stamp() -> u32 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    // It comes round after 2^29 generations; one a second would take 17 years.
    let stamp = NEXT.fetch_add(1, Ordering::Relaxed) % ((1 << 29) - 1) + 1;
    u32::try_from(stamp).unwrap_or(1)
}

#[cfg(test)]
mod tests;
