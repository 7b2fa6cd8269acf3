//! Flushes that could not be delivered, a file each, oldest first.
//!
//! A file is written beside its place, synced and then renamed, so that a crash leaves it whole or
//! not at all; its first line says how long the rest is, for file systems that keep no such promise.

use std::collections::VecDeque;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use fs_err as fs;

use super::SpoolOptions;
use crate::limits::SPOOL_FLUSHES_MAX;
use crate::telemetry::BackendStatus;

const ENDING: &str = ".flush";
const UNFINISHED: &str = ".unfinished";

#[derive(Debug)]
pub(super) struct Spool {
    options: SpoolOptions,
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
        fs::create_dir_all(&options.folder)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(&options.folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            } else if let Some(number) = name.strip_suffix(ENDING).and_then(|n| n.parse().ok()) {
                files.push((number, entry.metadata()?.len()));
            }
        }
        files.sort_unstable();
        let next = files.last().map_or(0, |(number, _)| number + 1);
        let bytes = files.iter().map(|(_, bytes)| bytes).sum();
        let flushes_max = SPOOL_FLUSHES_MAX;
        let mut spool = Self { options, flushes_max, files: files.into(), bytes, next, status };
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
        if bytes > self.options.max_bytes {
            self.status.spool_dropped.add(1);
            let message = format!(
                "a flush of {bytes} bytes is larger than the spool {} may be",
                self.options.folder.display()
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        if self.is_full(bytes, 1) && self.files.front().is_some_and(|(oldest, _)| number < *oldest)
        {
            self.status.spool_dropped.add(1);
            let message = format!("the spool {} is full", self.options.folder.display());
            return Err(io::Error::new(io::ErrorKind::QuotaExceeded, message));
        }
        self.make_room(bytes, 1, held);
        if let Err(error) = self.write(number, &head, text) {
            self.status.spool_dropped.add(1);
            // What there is of it would only take the room of others.
            let _removed = fs::remove_file(self.path(number, UNFINISHED));
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
            match self.read(number) {
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
            if let Err(error) = fs::remove_file(self.path(number, ENDING)) {
                tracing::error!(%error, "a delivered flush stays in the spool");
            }
            self.tell();
        }
    }

    fn is_full(&self, bytes: u64, flushes: usize) -> bool {
        self.bytes + bytes > self.options.max_bytes || self.files.len() + flushes > self.flushes_max
    }

    fn make_room(&mut self, bytes: u64, flushes: usize, held: Option<u64>) {
        while self.is_full(bytes, flushes) {
            let oldest = self.files.iter().find(|(number, _)| Some(*number) != held).copied();
            let Some((number, _)) = oldest else { break };
            let folder = self.options.folder.display();
            tracing::error!("the spool {folder} is full: its oldest flush is dropped");
            self.status.spool_dropped.add(1);
            self.remove(number);
        }
    }

    fn write(&self, number: u64, head: &str, text: &str) -> io::Result<()> {
        let unfinished = self.path(number, UNFINISHED);
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(head.as_bytes())?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&unfinished, self.path(number, ENDING))?;
        // The name, too, is to survive the machine; not every file system syncs folders.
        let _synced = fs::File::open(&self.options.folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    fn read(&self, number: u64) -> io::Result<String> {
        let path = self.path(number, ENDING);
        let torn = || {
            let message = format!("{} is torn", path.display());
            io::Error::new(io::ErrorKind::InvalidData, message)
        };
        let file = fs::read_to_string(&path)?;
        let (head, text) = file.split_once('\n').ok_or_else(torn)?;
        let bytes = head.strip_prefix("statsd-server flush of ").ok_or_else(torn)?;
        let bytes = bytes.strip_suffix(" bytes").and_then(|bytes| bytes.parse().ok());
        if bytes == Some(text.len()) { Ok(text.to_owned()) } else { Err(torn()) }
    }

    fn path(&self, number: u64, ending: &str) -> PathBuf {
        self.options.folder.join(format!("{number:020}{ending}"))
    }

    fn tell(&self) {
        self.status.spooled_flushes.set(self.files.len() as u64);
        self.status.spooled_bytes.set(self.bytes);
    }
}

#[cfg(test)]
mod tests;
