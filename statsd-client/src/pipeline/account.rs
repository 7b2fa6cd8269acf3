//! The account of all calls: what `stats` reads. Its lock is held for a few additions, never while
//! anything is collected or sent, so nobody who asks waits for a socket.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::telemetry::{Dropped, Stats};

use super::block::Block;
use super::packer::Calls;
use super::pool;
use super::shared::Shared;

/// Shared by the client and its thread.
#[derive(Debug)]
pub(crate) struct Account {
    shared: Arc<Shared>,
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    blocks: Vec<&'static Block>,
    /// Those of `blocks` that the collector has not met.
    new_blocks: Vec<&'static Block>,
    /// What blocks had counted that were let go.
    past: Tallies,
    too_long: Calls,
    failed: Calls,
    given_up: u64,
    packets_sent: u64,
    packets_failed: u64,
    bytes_sent: u64,
    flush_time: Duration,
    failed_at: Option<Instant>,
    /// Every call of a time when all had been sent or lost.
    settled: u64,
}

impl Account {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let books = Books {
            blocks: Vec::new(),
            new_blocks: Vec::new(),
            past: Tallies::default(),
            too_long: Calls::NONE,
            failed: Calls::NONE,
            given_up: 0,
            packets_sent: 0,
            packets_failed: 0,
            bytes_sent: 0,
            flush_time: Duration::ZERO,
            failed_at: None,
            settled: 0,
        };
        Self { shared, books: Mutex::new(books) }
    }

    /// The blocks that threads opened since the last time.
    pub(crate) fn new_blocks(&self) -> Vec<&'static Block> {
        let mut books = self.books();
        books.accept(self.shared.threads.take_joined());
        std::mem::take(&mut books.new_blocks)
    }

    /// Sends every thread the long way at its next call.
    pub(crate) fn close_blocks(&self) {
        let mut books = self.books();
        books.accept(self.shared.threads.take_joined());
        books.blocks.iter().for_each(|block| block.close());
    }

    /// Keeps everybody out while `work` runs.
    pub(crate) fn while_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _books = self.books();
        work()
    }

    /// A block's thread has ended, and everything it recorded was taken.
    pub(crate) fn retire(&self, block: &'static Block) {
        let mut books = self.books();
        books.settle(block);
        books.blocks.retain(|known| !std::ptr::eq(*known, block));
    }

    /// Nothing is collected any more: what blocks count from now on was refused, see [`let_go`].
    pub(crate) fn end(&self) {
        let mut books = self.books();
        books.accept(self.shared.threads.take_joined());
        for block in std::mem::take(&mut books.blocks) {
            block.close();
            books.settle(block);
        }
    }

    /// The backend took a packet.
    pub(crate) fn packet_sent(&self, bytes: usize) {
        let mut books = self.books();
        books.packets_sent += 1;
        books.bytes_sent += bytes as u64;
    }

    /// The backend did not take a packet.
    pub(crate) fn packet_failed(&self, calls: Calls, now: Instant) {
        let mut books = self.books();
        books.packets_failed += 1;
        books.failed.add(calls);
        books.failed_at = Some(now);
    }

    /// A line is over the packet's limit by itself.
    pub(crate) fn line_too_long(&self, calls: Calls) {
        self.books().too_long.add(calls);
    }

    /// Queued calls were given up in favour of later ones.
    pub(crate) fn given_up(&self, calls: u64) {
        self.books().given_up += calls;
    }

    /// A flush has ended: all of the calls before it are sent or lost.
    pub(crate) fn flushed(&self, calls_before: u64, took: Duration) {
        let mut books = self.books();
        books.settled = calls_before;
        books.flush_time = took;
    }

    /// Calls that were made, and those of them that no flush has dealt with.
    pub(crate) fn calls(&self) -> (u64, u64) {
        let mut books = self.books();
        books.accept(self.shared.threads.take_joined());
        let calls = books.tallies().total();
        (calls, calls.saturating_sub(books.settled))
    }

    /// The account of all calls so far.
    pub(crate) fn stats(&self, now: Instant) -> Stats {
        let shared = &self.shared;
        let mut books = self.books();
        books.accept(self.shared.threads.take_joined());
        let all = books.tallies();
        let Books { too_long, failed, given_up, .. } = *books;
        let dropped = Dropped {
            queue_full: all.queue_full + given_up,
            not_finite: all.not_finite,
            bad_name: all.bad_name,
            too_long: all.too_long + too_long.total(),
            send_failed: failed.total(),
            no_thread: shared.threads.refused(),
            no_context: all.no_context,
            unsupported: all.unsupported,
            muted: all.muted,
        };
        let (contexts, rewritten) = shared.registry.counts();
        let sent = all.queued.saturating_sub(failed.own + too_long.own + given_up);
        let aggregated = all.aggregated.saturating_sub(failed.aggregated + too_long.aggregated);
        Stats {
            calls: sent + aggregated + all.sampled_out + dropped.total(),
            sent,
            aggregated,
            sampled_out: all.sampled_out,
            dropped,
            contexts,
            rewritten,
            contexts_refused: shared.registry.refused(),
            packets_sent: books.packets_sent,
            packets_failed: books.packets_failed,
            bytes_sent: books.bytes_sent,
            flush_time: books.flush_time,
            last_error_age: books.failed_at.map(|at| now.saturating_duration_since(at)),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets go of a block, for its thread or for the client's. The last gives it back to the pool, and counts
/// as refused what was under way when the client ended; `true`: that was the last.
pub(crate) fn let_go(block: &'static Block, shared: &Shared) -> bool {
    let was_last = block.release();
    if was_last {
        let settled = block.settled.load(Ordering::Relaxed);
        shared.threads.refuse(Tallies::of(block).total().wrapping_sub(settled));
        pool::give_block(block);
    }
    was_last
}

impl Books {
    /// Writes down what stands in a block.
    fn settle(&mut self, block: &Block) {
        let tallies = Tallies::of(block);
        block.settled.store(tallies.total(), Ordering::Relaxed);
        self.past.add(&tallies);
    }

    fn accept(&mut self, joined: Vec<&'static Block>) {
        self.blocks.extend_from_slice(&joined);
        self.new_blocks.extend(joined);
    }

    fn tallies(&self) -> Tallies {
        let mut all = self.past.clone();
        self.blocks.iter().for_each(|block| all.add(&Tallies::of(block)));
        all
    }
}

/// What threads counted.
#[derive(Debug, Clone, Default)]
struct Tallies {
    aggregated: u64,
    queued: u64,
    sampled_out: u64,
    queue_full: u64,
    not_finite: u64,
    bad_name: u64,
    unsupported: u64,
    too_long: u64,
    no_context: u64,
    muted: u64,
}

impl Tallies {
    fn of(block: &Block) -> Self {
        let dropped = &block.dropped;
        Self {
            aggregated: block.counter_calls() + block.gauge_calls.get(),
            queued: block.queued.get(),
            sampled_out: block.sampled_out.get(),
            queue_full: dropped.queue_full.get(),
            not_finite: dropped.not_finite.get(),
            bad_name: dropped.bad_name.get(),
            unsupported: dropped.unsupported.get(),
            too_long: dropped.too_long.get(),
            no_context: dropped.no_context.get(),
            muted: block.muted_calls(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.aggregated += other.aggregated;
        self.queued += other.queued;
        self.sampled_out += other.sampled_out;
        self.queue_full += other.queue_full;
        self.not_finite += other.not_finite;
        self.bad_name += other.bad_name;
        self.unsupported += other.unsupported;
        self.too_long += other.too_long;
        self.no_context += other.no_context;
        self.muted += other.muted;
    }

    fn total(&self) -> u64 {
        self.aggregated
            + self.queued
            + self.sampled_out
            + self.queue_full
            + self.not_finite
            + self.bad_name
            + self.unsupported
            + self.too_long
            + self.no_context
            + self.muted
    }
}
