//! Flushes that could not be delivered, a file each, oldest first; in memory where there is no folder.
//!
//! A file is written beside its place, synced and then renamed, so that a crash leaves it whole or
//! not at all; its first line says how long the rest is, for file systems that keep no such promise.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;

use super::SpoolOptions;
use crate::limits::{SPOOL_FLUSHES_MAX, SPOOL_MEMORY_BYTES};
use crate::telemetry::BackendStatus;

mod place;

use place::Place;

#[derive(Debug)]
pub(super) struct Spool {
    place: Place,
    max_bytes: u64,
    flushes_max: usize,
    /// Number and bytes of each file, by number.
    files: VecDeque<(u64, u64)>,
    bytes: u64,
    next: u64,
    status: Arc<BackendStatus>,
}

impl Spool {
    /// Makes the folder if there is none, and finds what an earlier run left there.
    pub(super) fn open(options: SpoolOptions, status: Arc<BackendStatus>) -> io::Result<Self> {
        let (place, files) = Place::open(options.folder)?;
        let most = if place.is_lasting() { u64::MAX } else { SPOOL_MEMORY_BYTES };
        let max_bytes = options.max_bytes.min(most);
        let next = files.last().map_or(0, |(number, _)| number + 1);
        let bytes = files.iter().map(|(_, bytes)| bytes).sum();
        let flushes_max = SPOOL_FLUSHES_MAX;
        let files = files.into();
        let mut spool = Self { place, max_bytes, flushes_max, files, bytes, next, status };
        spool.make_room(0, 0, None);
        spool.tell();
        Ok(spool)
    }

    /// A number for a flush that is younger than all others.
    pub(super) fn next_number(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Keeps a flush. Where there is no room, the oldest ones are dropped, except `held`, which is
    /// being delivered.
    pub(super) fn put(&mut self, number: u64, text: &str, held: Option<u64>) -> io::Result<()> {
        let head = format!("statsd-server flush of {} bytes\n", text.len());
        let bytes = (head.len() + text.len()) as u64;
        if bytes > self.max_bytes {
            self.status.spool_dropped.add(1);
            let message = format!("{bytes} bytes are more than the spool {} may be", self.place);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        if self.is_full(bytes, 1) && self.files.front().is_some_and(|(oldest, _)| number < *oldest)
        {
            self.status.spool_dropped.add(1);
            let message = format!("the spool {} is full", self.place);
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, message));
        }
        self.make_room(bytes, 1, held);
        if let Err(error) = self.place.write(number, &head, text) {
            self.status.spool_dropped.add(1);
            return Err(error);
        }
        let at = self.files.partition_point(|(other, _)| *other < number);
        self.files.insert(at, (number, bytes));
        self.bytes += bytes;
        self.tell();
        Ok(())
    }

    /// Keeps a flush that has been delivered once, if there is room for it.
    pub(super) fn put_again(&mut self, number: u64, text: &str) -> io::Result<()> {
        // With its head.
        if self.is_full(text.len() as u64 + 64, 1) { Ok(()) } else { self.put(number, text, None) }
    }

    /// The oldest flush, read. Files that are not whole are dropped on the way there.
    pub(super) fn oldest(&mut self) -> Option<(u64, String)> {
        while let Some(&(number, _)) = self.files.front() {
            match self.place.read(number) {
                Ok(text) => return Some((number, text)),
                Err(error) => {
                    tracing::error!(%error, "a spooled flush is lost");
                    self.status.spool_dropped.add(1);
                    self.remove(number);
                }
            }
        }
        None
    }

    /// Forgets a flush: it was delivered.
    pub(super) fn remove(&mut self, number: u64) {
        if let Ok(at) = self.files.binary_search_by_key(&number, |(other, _)| *other) {
            let (_, bytes) = self.files.remove(at).unwrap_or_default();
            self.bytes -= bytes;
            if let Err(error) = self.place.remove(number) {
                tracing::error!(%error, "a delivered flush stays in the spool");
            }
            self.tell();
        }
    }

    /// Says what the end of the process loses; a folder loses nothing.
    pub(super) fn end(&self) {
        let flushes = self.files.len();
        if flushes > 0 && !self.place.is_lasting() {
            self.status.spool_dropped.add(flushes as u64);
            tracing::error!(flushes, "not delivered before the end, and no folder to keep them");
        }
    }

    fn is_full(&self, bytes: u64, flushes: usize) -> bool {
        self.bytes + bytes > self.max_bytes || self.files.len() + flushes > self.flushes_max
    }

    fn make_room(&mut self, bytes: u64, flushes: usize, held: Option<u64>) {
        while self.is_full(bytes, flushes) {
            let oldest = self.files.iter().find(|(number, _)| Some(*number) != held).copied();
            let Some((number, _)) = oldest else { break };
            tracing::error!("the spool {} is full: its oldest flush is dropped", self.place);
            self.status.spool_dropped.add(1);
            self.remove(number);
        }
    }

    fn tell(&self) {
        self.status.spooled_flushes.set(self.files.len() as u64);
        self.status.spooled_bytes.set(self.bytes);
    }
}

#[cfg(test)]
mod tests;
