//! The names on disk: a snapshot of all, and a tail of what has changed since.
//!
//! Both are numbered. Snapshot 8 holds what snapshot 7 and tail 7 tell together, and these two stay until
//! snapshot 9 is made: if 8 turns out to be damaged, nothing is lost.

use std::io;
use std::sync::{PoisonError, RwLock};
use std::time::Instant;

use super::block::{push_block, take_block};
use super::files::{Files, Tail};
use super::snapshot::{Encoder, announced, decode};
use crate::limits::{
    NAME_CHANGES_MAX_BYTES, NAMES_BLOCK_MAX_BYTES, NAMES_RETRY_PAUSE, NAMES_TAIL_BYTES,
};
use crate::store::index::{Change, Index, SeriesId, TakenChanges, read_changes};
use crate::store::name::SeriesName;

/// Numbers whose names are read under one lock.
const NAMES_AT_ONCE: usize = 4_096;

#[derive(Debug)]
pub(super) struct NamesLog {
    files: Box<dyn Files>,
    generation: u64,
    /// Nothing where it could not be opened, or is not to be trusted; then a snapshot is due.
    tail: Option<Box<dyn Tail>>,
    /// Bytes of the tail that hold.
    tail_length: u64,
    snapshot_length: u64,
    /// Blocks that a failing disk did not take.
    unwritten: Vec<u8>,
    is_synced: bool,
    /// When a snapshot could not be written.
    failed: Option<Instant>,
}

/// What was read at the start.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Loaded {
    /// Whether all names that were ever told are known. If not, only the files tell.
    pub(super) is_complete: bool,
    /// Bytes at the end of a tail that a crash has torn.
    pub(super) torn_bytes: u64,
    /// Files of the log that are damaged.
    pub(super) damaged: usize,
    /// Names that the index had no room for, or that are none.
    pub(super) refused: usize,
}

impl NamesLog {
    /// Reads what there is into an empty index. A log that cannot be read is as one that is not there.
    pub(super) fn open(files: Box<dyn Files>, index: &mut Index) -> (Self, Loaded) {
        let mut loaded = Loaded::default();
        let names = files.list().unwrap_or_default();
        let mut generations: Vec<u64> =
            names.iter().filter_map(|name| name.strip_prefix("snapshot-")?.parse().ok()).collect();
        generations.sort_unstable();
        let newest = generations.last().copied();
        let mut log = Self {
            files,
            generation: newest.unwrap_or(0),
            tail: None,
            tail_length: 0,
            snapshot_length: 0,
            unwritten: Vec::new(),
            is_synced: true,
            failed: None,
        };
        if let Some(newest) = newest {
            loaded.is_complete = log.read_snapshot(newest, index, &mut loaded);
            if !loaded.is_complete
                && let Some(before) = generations.iter().rev().nth(1).copied()
                && before + 1 == newest
            {
                let is_whole = log.read_snapshot(before, index, &mut loaded);
                // A torn end there means that what followed it was told to the damaged one alone.
                let torn_before = loaded.torn_bytes;
                log.read_tail(before, index, &mut loaded);
                loaded.is_complete = is_whole && loaded.torn_bytes == torn_before;
            }
            log.tail_length = log.read_tail(newest, index, &mut loaded);
            if loaded.is_complete {
                log.tail = log.files.open_tail(&tail_name(newest), log.tail_length).ok();
            }
        }
        log.sweep(&names);
        (log, loaded)
    }

    /// Whether all names must be written anew: the tail is long, or not to be trusted.
    pub(super) fn is_snapshot_due(&self) -> bool {
        self.tail.is_none() || self.tail_length > NAMES_TAIL_BYTES.max(self.snapshot_length / 2)
    }

    /// Whether nothing was ever written.
    pub(super) fn is_blank(&self) -> bool {
        self.generation == 0
    }

    /// Appends changes to the tail. What the disk does not take is tried again with the next ones.
    pub(super) fn append(&mut self, changes: &TakenChanges) -> io::Result<()> {
        if changes.is_incomplete {
            self.distrust();
        }
        let Some(tail) = &mut self.tail else {
            // The snapshot that is due has them.
            return Err(io::Error::other("the log of names waits to be written anew"));
        };
        for content in whole_changes(&changes.bytes) {
            push_block(&mut self.unwritten, content);
        }
        if self.unwritten.is_empty() {
            return Ok(());
        }
        if let Err(error) = tail.append(&self.unwritten) {
            let is_cut = tail.cut(self.tail_length).is_ok();
            if !is_cut || self.unwritten.len() > NAME_CHANGES_MAX_BYTES {
                self.distrust();
            }
            return Err(error);
        }
        self.tail_length += self.unwritten.len() as u64;
        self.unwritten.clear();
        self.is_synced = false;
        Ok(())
    }

    /// Waits until what was appended is safe.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        if self.is_synced && self.tail.is_some() {
            return Ok(());
        }
        let synced = match &mut self.tail {
            Some(tail) => tail.sync(),
            None => Err(io::Error::other("the log of names waits to be written anew")),
        };
        // Nobody knows what of it is on the disk now.
        if synced.is_err() {
            self.distrust();
        }
        self.is_synced = synced.is_ok();
        synced
    }

    /// Writes all names, in pieces, so that nobody waits for the disk to use the index. What changes
    /// meanwhile is told to the new tail. After it has failed, it is not tried for [`NAMES_RETRY_PAUSE`],
    /// so that a full disk costs nothing.
    pub(super) fn write_snapshot(&mut self, index: &RwLock<Index>) -> io::Result<()> {
        if self.failed.is_some_and(|failed| failed.elapsed() < NAMES_RETRY_PAUSE) {
            return Err(io::Error::other("the log of names could not be written a moment ago"));
        }
        let written = self.try_snapshot(index);
        self.failed = written.is_err().then(Instant::now);
        written
    }

    fn try_snapshot(&mut self, index: &RwLock<Index>) -> io::Result<()> {
        let read = || index.read().unwrap_or_else(PoisonError::into_inner);
        let next = self.generation + 1;
        let mut length = 0;
        self.files.create(&snapshot_name(next), &mut |out| {
            let mut encoder = Encoder::new(out, read().len() as u64)?;
            // A number that is another series' by now is in the changes, and those go to the new tail.
            let ids = read().in_order();
            for ids in ids.chunks(NAMES_AT_ONCE) {
                let names = copy_names(&read(), ids);
                names.iter().try_for_each(|name| encoder.name(name))?;
            }
            length = encoder.end()?;
            Ok(())
        })?;
        // From here on a restart reads this one.
        self.generation = next;
        self.snapshot_length = length;
        self.tail_length = 0;
        self.unwritten.clear();
        self.tail = None;
        self.tail = Some(self.files.open_tail(&tail_name(next), 0)?);
        self.is_synced = true;
        let names = self.files.list().unwrap_or_default();
        self.sweep(&names);
        Ok(())
    }

    /// As if the pause after it were over.
    #[cfg(test)]
    pub(super) fn forget_failure(&mut self) {
        self.failed = None;
    }

    fn distrust(&mut self) {
        self.tail = None;
        self.unwritten = Vec::new();
    }

    fn read_snapshot(&mut self, generation: u64, index: &mut Index, loaded: &mut Loaded) -> bool {
        let bytes = self.files.read(&snapshot_name(generation)).unwrap_or_default();
        if let Some(names) = announced(&bytes) {
            // No name takes fewer bytes than four.
            index.reserve(usize::try_from(names).unwrap_or(usize::MAX).min(bytes.len() / 4));
        }
        self.snapshot_length = bytes.len() as u64;
        let is_whole = decode(&bytes, |name| loaded.refused += usize::from(!learn(index, name)));
        loaded.damaged += usize::from(!is_whole);
        is_whole
    }

    /// The length up to where it holds.
    fn read_tail(&self, generation: u64, index: &mut Index, loaded: &mut Loaded) -> u64 {
        let bytes = match self.files.read(&tail_name(generation)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return 0,
            Err(_) => {
                loaded.damaged += 1;
                return 0;
            }
        };
        let mut rest = &bytes[..];
        while let Some(content) = take_block(&mut rest) {
            for change in read_changes(content) {
                let is_taken = match change {
                    Ok(Change::Inserted(name)) => learn(index, name),
                    Ok(Change::Removed(name)) => forget(index, name),
                    Err(()) => false,
                };
                loaded.refused += usize::from(!is_taken);
            }
        }
        loaded.torn_bytes += rest.len() as u64;
        (bytes.len() - rest.len()) as u64
    }

    /// Removes what no start would read: all but the newest two.
    fn sweep(&self, names: &[String]) {
        for name in names {
            let number = name.strip_prefix("snapshot-").or_else(|| name.strip_prefix("tail-"));
            let number = number.and_then(|number| number.parse::<u64>().ok());
            if number.is_some_and(|number| number + 1 < self.generation) {
                // One that stays does no harm.
                drop(self.files.remove(name));
            }
        }
    }
}

/// The names of some numbers.
fn copy_names(index: &Index, ids: &[u32]) -> Vec<String> {
    ids.iter().filter_map(|&id| index.name(SeriesId(id))).map(str::to_owned).collect()
}

/// Changes in pieces that a block may hold.
fn whole_changes(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let mut end = 0;
        while let Some(length) = rest.get(end + 1..end + 3) {
            let next = end + 3 + usize::from(u16::from_le_bytes([length[0], length[1]]));
            if next > NAMES_BLOCK_MAX_BYTES {
                break;
            }
            end = next;
        }
        let (content, behind) = rest.split_at_checked(end)?;
        rest = behind;
        (!content.is_empty()).then_some(content)
    })
}

fn learn(index: &mut Index, name: &str) -> bool {
    use crate::store::index::Inserted;

    SeriesName::parse(name).is_ok_and(|name| index.insert(&name) != Inserted::Full)
}

fn forget(index: &mut Index, name: &str) -> bool {
    let Ok(name) = SeriesName::parse(name) else { return false };
    // Nothing refers to a number before the log is read.
    if let Some(id) = index.remove(&name) {
        index.release(id);
    }
    true
}

fn snapshot_name(generation: u64) -> String {
    format!("snapshot-{generation}")
}

fn tail_name(generation: u64) -> String {
    format!("tail-{generation}")
}

#[cfg(test)]
mod tests;
