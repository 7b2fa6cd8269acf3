//! A block: the words that one thread writes for one client, and the client's thread reads.
//!
//! Every word has one writer, so a load and a store add to it, and nothing is ever reset under the
//! writer: the reader remembers what it has seen. Blocks are lent from a pool (`pool.rs`) and live
//! for ever, so that a thread reaches its own through a plain reference: no count, no lock, no
//! destructor's flag.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

/// The base of a block that takes no calls: no handle's number is within reach of it.
const CLOSED: u64 = 1 << 63;

/// Words of a counter: its calls, and what they added beyond 1 each.
pub(crate) const COUNTER_WORDS: usize = 2;

/// The word of the calls that are switched off: they are a counter that nobody hears.
pub(crate) const MUTED: u64 = 0;

/// One thread's words for one generation of one client.
#[derive(Debug)]
pub(crate) struct Block {
    /// Two words a counter, the first for what is switched off.
    words: &'static [AtomicU64],
    /// The generation's stamp in the upper half: what a handle knows, less this, is its word's number
    /// if both are of one generation, and far out of every range if not.
    base: AtomicU64,
    /// Calls that set or changed a gauge.
    pub(crate) gauge_calls: Tally,
    /// Calls that went into runs.
    pub(crate) queued: Tally,
    /// Calls that a draw left out.
    pub(crate) sampled_out: Tally,
    /// Calls dropped by this thread, by reason.
    pub(crate) dropped: DropTallies,
    /// The state of the thread's generator of draws.
    pub(crate) draws: AtomicU64,
    /// The stamp of the generation that it was opened for.
    generation: AtomicU32,
    /// The number of the thread's first run; 0: none yet.
    first_run: AtomicU32,
    /// The thread has let go: what stands here is final.
    retired: AtomicBool,
    /// Calls of it that stand in the client's account for good.
    pub(crate) settled: AtomicU64,
    /// Who has not let go: the thread, and the client's thread. The last gives it back to the pool.
    holders: AtomicU8,
}

/// Calls dropped before they reached a packet.
#[derive(Debug)]
pub(crate) struct DropTallies {
    /// The queue's bytes are used up.
    pub(crate) queue_full: Tally,
    /// The value is infinite or not a number.
    pub(crate) not_finite: Tally,
    /// The name is empty, or with its tags too long.
    pub(crate) bad_name: Tally,
    /// The dialect cannot say it.
    pub(crate) unsupported: Tally,
    /// A set's member is longer than any packet.
    pub(crate) too_long: Tally,
    /// Neither a context nor an overflow series was to be had.
    pub(crate) no_context: Tally,
}

impl DropTallies {
    const fn new() -> Self {
        Self {
            queue_full: Tally::new(),
            not_finite: Tally::new(),
            bad_name: Tally::new(),
            unsupported: Tally::new(),
            too_long: Tally::new(),
            no_context: Tally::new(),
        }
    }

    fn all(&self) -> [&Tally; 6] {
        let Self { queue_full, not_finite, bad_name, unsupported, too_long, no_context } = self;
        [queue_full, not_finite, bad_name, unsupported, too_long, no_context]
    }
}

/// A count with one writer.
#[derive(Debug)]
pub(crate) struct Tally(AtomicU64);

/// The block of a thread that has none: every call misses it.
pub(crate) static NO_BLOCK: Block = Block::new(&[]);

impl Tally {
    const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Adds one. Only the owning thread may call it: a load and a store, no read-modify-write.
    #[inline]
    pub(crate) fn add_one(&self) {
        add(&self.0, 1);
    }

    #[inline]
    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    fn reset(&self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

#[inline]
fn add(word: &AtomicU64, n: u64) {
    word.store(word.load(Ordering::Relaxed).wrapping_add(n), Ordering::Release);
}

impl Block {
    pub(crate) const fn new(words: &'static [AtomicU64]) -> Self {
        Self {
            words,
            base: AtomicU64::new(CLOSED),
            gauge_calls: Tally::new(),
            queued: Tally::new(),
            sampled_out: Tally::new(),
            dropped: DropTallies::new(),
            draws: AtomicU64::new(0),
            generation: AtomicU32::new(0),
            first_run: AtomicU32::new(0),
            retired: AtomicBool::new(false),
            settled: AtomicU64::new(0),
            holders: AtomicU8::new(0),
        }
    }

    /// How far what a handle knows is from this block: the number of its word, gauge or context, or
    /// at least 2^32 where the handle means another generation.
    #[inline]
    pub(crate) fn distance(&self, known: u64) -> u64 {
        known.wrapping_sub(self.base.load(Ordering::Relaxed))
    }

    /// Adds 1 to the counter at `word`. Owner only.
    #[inline]
    pub(crate) fn increment(&self, word: u64) -> bool {
        let calls = usize::try_from(word).ok().and_then(|at| self.words.get(at));
        calls.is_some_and(|calls| {
            add(calls, 1);
            true
        })
    }

    /// Adds `n` to the counter at `word`. Owner only.
    #[inline]
    pub(crate) fn add(&self, word: u64, n: i64) -> bool {
        let Ok(at) = usize::try_from(word) else { return false };
        let (Some(calls), Some(extra)) = (self.words.get(at), self.words.get(at.wrapping_add(1)))
        else {
            return false;
        };
        add(calls, 1);
        add(extra, n.cast_unsigned().wrapping_sub(1));
        true
    }

    pub(crate) fn words(&self) -> &'static [AtomicU64] {
        self.words
    }

    /// Whether it takes calls.
    pub(crate) fn is_open(&self) -> bool {
        self.base.load(Ordering::Relaxed) != CLOSED
    }

    /// The stamp of the generation that it is, or was, open for.
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Opens it for a generation. Owner only, before anybody else sees it.
    pub(crate) fn open(&self, stamp: u32, seed: u64) {
        self.draws.store(seed | 1, Ordering::Relaxed);
        self.generation.store(stamp, Ordering::Relaxed);
        self.holders.store(2, Ordering::Relaxed);
        self.base.store(u64::from(stamp) << 32, Ordering::Relaxed);
    }

    /// Sends its thread the long way round at the next call; anybody may say so.
    pub(crate) fn close(&self) {
        self.base.store(CLOSED, Ordering::Relaxed);
    }

    /// Publishes the thread's first run. Owner only.
    pub(crate) fn set_first_run(&self, run: u32) {
        self.first_run.store(run, Ordering::Release);
    }

    pub(crate) fn first_run(&self) -> u32 {
        self.first_run.load(Ordering::Acquire)
    }

    /// Calls of metrics that are switched off.
    pub(crate) fn muted_calls(&self) -> u64 {
        self.words.first().map_or(0, |calls| calls.load(Ordering::Relaxed))
    }

    /// Calls that went into counters.
    pub(crate) fn counter_calls(&self) -> u64 {
        let calls = self.words.iter().step_by(COUNTER_WORDS).skip(1);
        calls.map(|calls| calls.load(Ordering::Relaxed)).fold(0, u64::wrapping_add)
    }

    /// Says that the owning thread will write no more.
    pub(crate) fn retire(&self) {
        self.close();
        self.retired.store(true, Ordering::Release);
    }

    /// Whether what stands here is final. Acquires everything the thread wrote.
    pub(crate) fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    /// Lets go of it; `true`: nobody else holds it.
    pub(crate) fn release(&self) -> bool {
        self.holders.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Makes a retired block like new. For the one who read it last.
    pub(crate) fn reset(&self) {
        for word in self.words {
            word.store(0, Ordering::Relaxed);
        }
        let tallies = [&self.gauge_calls, &self.queued, &self.sampled_out];
        self.dropped.all().into_iter().chain(tallies).for_each(Tally::reset);
        self.first_run.store(0, Ordering::Relaxed);
        self.settled.store(0, Ordering::Relaxed);
        self.retired.store(false, Ordering::Relaxed);
    }
}

/// What the client's thread has already taken from a block's counters.
#[derive(Debug)]
pub(crate) struct Seen {
    words: Box<[u64]>,
}

impl Seen {
    pub(crate) fn of(block: &Block) -> Self {
        Self { words: vec![0; block.words.len()].into() }
    }

    /// Calls `changed(counter, sum, calls)` with the difference of every counter since the last time.
    pub(crate) fn advance(&mut self, block: &Block, mut changed: impl FnMut(usize, i64, u64)) {
        let now = block.words.chunks_exact(COUNTER_WORDS);
        let counters = self.words.chunks_exact_mut(COUNTER_WORDS).zip(now).skip(1);
        for (at, (old, now)) in counters.enumerate() {
            let read = [now[0].load(Ordering::Acquire), now[1].load(Ordering::Relaxed)];
            if old != read {
                let calls = read[0].wrapping_sub(old[0]);
                let extra = read[1].wrapping_sub(old[1]);
                changed(at, calls.wrapping_add(extra).cast_signed(), calls);
                old.copy_from_slice(&read);
            }
        }
    }
}

#[cfg(test)]
mod tests;
