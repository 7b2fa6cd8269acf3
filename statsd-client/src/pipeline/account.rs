//! The account of all calls: what `stats` reads. Its lock is held for a few additions, never while
//! anything is collected or sent, so nobody who asks waits for a socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::Receiver;

use crate::telemetry::{Dropped, Stats};

use super::cells::ThreadCells;
use super::packer::Calls;
use super::shared::Shared;

/// Shared by the client and its thread.
#[derive(Debug)]
pub(crate) struct Account {
    books: Mutex<Books>,
}

#[derive(Debug)]
struct Books {
    joins: Receiver<Arc<ThreadCells>>,
    threads: Vec<Arc<ThreadCells>>,
    /// Those of `threads` that the collector has not met.
    new_threads: Vec<Arc<ThreadCells>>,
    /// What ended threads had counted.
    past: Tallies,
    too_long: Calls,
    failed: Calls,
    packets_sent: u64,
    packets_failed: u64,
    bytes_sent: u64,
}

impl Account {
    pub(crate) fn new(joins: Receiver<Arc<ThreadCells>>) -> Self {
        let books = Books {
            joins,
            threads: Vec::new(),
            new_threads: Vec::new(),
            past: Tallies::default(),
            too_long: Calls::default(),
            failed: Calls::default(),
            packets_sent: 0,
            packets_failed: 0,
            bytes_sent: 0,
        };
        Self { books: Mutex::new(books) }
    }

    /// The threads that began to record since the last time.
    pub(crate) fn new_threads(&self) -> Vec<Arc<ThreadCells>> {
        let mut books = self.books();
        books.accept_threads();
        std::mem::take(&mut books.new_threads)
    }

    /// A thread has ended, and everything it recorded was taken.
    pub(crate) fn retire(&self, cells: &Arc<ThreadCells>) {
        let mut books = self.books();
        books.past.add(&Tallies::of(cells));
        books.threads.retain(|known| !Arc::ptr_eq(known, cells));
    }

    /// The backend took a packet.
    pub(crate) fn packet_sent(&self, bytes: usize) {
        let mut books = self.books();
        books.packets_sent += 1;
        books.bytes_sent += bytes as u64;
    }

    /// The backend did not take a packet.
    pub(crate) fn packet_failed(&self, calls: Calls) {
        let mut books = self.books();
        books.packets_failed += 1;
        books.failed.add(calls);
    }

    /// A line is over the packet's limit by itself.
    pub(crate) fn line_too_long(&self, calls: Calls) {
        self.books().too_long.add(calls);
    }

    /// The account of all calls so far.
    pub(crate) fn stats(&self, shared: &Shared) -> Stats {
        let mut books = self.books();
        books.accept_threads();
        let mut all = books.past.clone();
        for cells in &books.threads {
            all.add(&Tallies::of(cells));
        }
        let Books { too_long, failed, .. } = *books;
        let dropped = Dropped {
            queue_full: all.queue_full,
            not_finite: all.not_finite,
            bad_name: all.bad_name,
            too_long: too_long.own + too_long.aggregated,
            send_failed: failed.own + failed.aggregated,
            no_thread: shared.threads.refused(),
        };
        let (contexts, rewritten) = shared.registry.counts();
        let sent = all.queued.saturating_sub(failed.own + too_long.own);
        let aggregated = all.cell_calls.saturating_sub(failed.aggregated + too_long.aggregated);
        Stats {
            calls: sent + aggregated + all.sampled_out + dropped.total(),
            sent,
            aggregated,
            sampled_out: all.sampled_out,
            dropped,
            contexts,
            rewritten,
            packets_sent: books.packets_sent,
            packets_failed: books.packets_failed,
            bytes_sent: books.bytes_sent,
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn accept_threads(&mut self) {
        let joined = self.threads.len();
        self.threads.extend(self.joins.try_iter());
        self.new_threads.extend_from_slice(&self.threads[joined..]);
    }
}

/// What threads counted.
#[derive(Debug, Clone, Default)]
struct Tallies {
    cell_calls: u64,
    queued: u64,
    sampled_out: u64,
    queue_full: u64,
    not_finite: u64,
    bad_name: u64,
}

impl Tallies {
    fn of(cells: &ThreadCells) -> Self {
        Self {
            cell_calls: cells.cell_calls(),
            queued: cells.queued.get(),
            sampled_out: cells.sampled_out.get(),
            queue_full: cells.dropped.queue_full.get(),
            not_finite: cells.dropped.not_finite.get(),
            bad_name: cells.dropped.bad_name.get(),
        }
    }

    fn add(&mut self, other: &Self) {
        self.cell_calls += other.cell_calls;
        self.queued += other.queued;
        self.sampled_out += other.sampled_out;
        self.queue_full += other.queue_full;
        self.not_finite += other.not_finite;
        self.bad_name += other.bad_name;
    }
}
