//! The side of the journal that is written: the newest segment, which ones there are besides, and what the
//! disk has confirmed of them. One lock holds all of it, and none of what it does waits for the disk to
//! confirm anything.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::disk::{Disk, DiskFile};
use super::encode::{Encoder, Place};
use super::format::{SEGMENT_HEADER, SegmentHeader};
use super::replay::Found;
use super::{Entry, JournalOptions, JournalStatus, Segment};
use crate::limits::JOURNAL_UNCONFIRMED_SEGMENTS_MAX;

/// Everything that changes when points are appended.
#[derive(Debug)]
pub(super) struct Appender {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    options: JournalOptions,
    encoder: Encoder,
    /// The segment that is appended to; none where none could be made.
    newest: Option<Open>,
    /// Its number, or that of the last one.
    number: u32,
    /// Older segments that are there.
    older: BTreeMap<Segment, Older>,
    /// Older segments that hold what the disk has not confirmed.
    unconfirmed: Vec<Open>,
    /// Segments whose files were made since the folder was last confirmed.
    unlisted: Vec<Segment>,
    /// The newest segment that would be there after a crash.
    confirmed: Segment,
    doubtful: Vec<Segment>,
    failure: Option<Failure>,
    /// Counts what the disk is to confirm: appends that worked, and segments that were begun.
    changes: u64,
    bytes: u64,
    high_water: u32,
    status: JournalStatus,
}

/// A segment with an open file.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) segment: Segment,
    pub(super) file: Arc<dyn DiskFile>,
    /// Bytes of whole blocks, the header among them.
    pub(super) length: u64,
    /// Of these, what the disk has confirmed.
    pub(super) confirmed: u64,
}

/// An older segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Older {
    pub(super) bytes: u64,
    /// It is damaged, and nobody has a copy of what could not be read: it is put aside, not removed.
    pub(super) is_precious: bool,
    /// Its name says that it is doubtful.
    pub(super) is_marked: bool,
}

/// Points that could not be appended.
#[derive(Debug)]
struct Failure {
    reason: String,
    /// The change that was an append that worked after it. When the disk has confirmed that, this is over.
    over_with: Option<u64>,
}

/// What one confirmation is to cover.
#[derive(Debug)]
pub(super) struct Unconfirmed {
    pub(super) changes: u64,
    /// Oldest first.
    pub(super) files: Vec<Open>,
    /// The newest segment whose file the folder may not have after a crash.
    pub(super) newest_unlisted: Option<Segment>,
}

impl Appender {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        folder: &Path,
        options: JournalOptions,
        found: &Found,
    ) -> Self {
        let older = found.segments.clone();
        let bytes = older.values().map(|older| older.bytes).sum();
        Self {
            disk,
            folder: folder.to_owned(),
            options,
            encoder: Encoder::default(),
            newest: None,
            number: found.number,
            older,
            unconfirmed: Vec::new(),
            unlisted: Vec::new(),
            confirmed: Segment(0),
            doubtful: found.doubtful.clone(),
            failure: None,
            changes: 0,
            bytes,
            high_water: found.high_water,
            status: JournalStatus::default(),
        }
    }

    pub(super) fn append(&mut self, entries: &[Entry<'_>], at: u32) -> io::Result<Segment> {
        let newest = entries.iter().map(|entry| entry.timestamp).max().unwrap_or(0);
        // Before anything can fail: the points go on to their files all the same.
        self.high_water = self.high_water.max(newest);
        match self.append_blocks(entries, at) {
            Ok(segment) => {
                self.changes += 1;
                self.status.appended += entries.len() as u64;
                if let Some(failure) = &mut self.failure
                    && !entries.is_empty()
                {
                    failure.over_with.get_or_insert(self.changes);
                }
                Ok(segment)
            }
            Err(error) => {
                let reason = format!("points could not be journaled: {error}");
                self.failure = Some(Failure { reason, over_with: None });
                Err(error)
            }
        }
    }

    fn append_blocks(&mut self, entries: &[Entry<'_>], at: u32) -> io::Result<Segment> {
        let mut rest = entries;
        let mut first = None;
        while !rest.is_empty() {
            self.make_room()?;
            let taken = self.append_block(rest, at)?;
            rest = &rest[taken..];
            first.get_or_insert(Segment(self.number));
        }
        Ok(first.unwrap_or(Segment(self.number)))
    }

    fn append_block(&mut self, entries: &[Entry<'_>], at: u32) -> io::Result<usize> {
        let Some(newest) = &mut self.newest else { return Err(io::ErrorKind::NotFound.into()) };
        let (segment, offset, high_water) = (newest.segment, newest.length, self.high_water);
        let place = Place { segment, offset, at, high_water };
        let encoded = self.encoder.encode(entries, place)?;
        let (taken, length) = (encoded.taken, encoded.block.len() as u64);
        let written = if self.bytes + length > self.options.max_bytes {
            Err(io::Error::new(
                io::ErrorKind::QuotaExceeded,
                format!("the journal holds {} bytes, which is as many as it may", self.bytes),
            ))
        } else {
            newest.file.write_all_at(encoded.block, offset)
        };
        match written {
            Ok(()) => {
                newest.length += length;
                self.bytes += length;
                Ok(taken)
            }
            Err(error) => {
                self.encoder.undo();
                // What was written of it would be taken for damage if something stood behind it.
                if newest.file.set_len(offset).is_err() {
                    self.close();
                }
                Err(error)
            }
        }
    }

    /// Sees to it that there is a segment to append to.
    fn make_room(&mut self) -> io::Result<()> {
        let is_full =
            self.newest.as_ref().is_none_or(|open| open.length >= self.options.segment_bytes);
        if !is_full || self.unconfirmed.len() >= JOURNAL_UNCONFIRMED_SEGMENTS_MAX {
            return if self.newest.is_some() { Ok(()) } else { self.begin() };
        }
        match self.begin() {
            // A long segment is better than none.
            Err(_) if self.newest.is_some() => Ok(()),
            begun => begun,
        }
    }

    /// Begins a segment. Where that fails, the newest one remains what it was.
    pub(super) fn begin(&mut self) -> io::Result<()> {
        let number = self.number.checked_add(1).ok_or(io::ErrorKind::QuotaExceeded)?;
        let segment = Segment(number);
        let path = self.folder.join(segment.file_name(false));
        let file = self.disk.create(&path)?;
        let header = SegmentHeader { segment, high_water: self.high_water }.encode();
        if let Err(error) = file.write_all_at(&header, 0) {
            drop(file);
            // One that stays is empty, or nearly: the next start knows it for that. Its number is taken.
            if self.disk.remove(&path).is_err() {
                self.number = number;
                self.close();
            }
            return Err(error);
        }
        self.close();
        self.number = number;
        self.bytes += SEGMENT_HEADER as u64;
        self.encoder.begin_segment();
        let length = SEGMENT_HEADER as u64;
        self.newest = Some(Open { segment, file: Arc::from(file), length, confirmed: 0 });
        self.unlisted.push(segment);
        self.changes += 1;
        Ok(())
    }

    /// Appends no more to the newest segment.
    fn close(&mut self) {
        let Some(open) = self.newest.take() else { return };
        self.older.insert(
            open.segment,
            Older { bytes: open.length, is_precious: false, is_marked: false },
        );
        if open.confirmed < open.length {
            self.unconfirmed.push(open);
        }
    }

    /// What the disk has not confirmed.
    pub(super) fn unconfirmed(&mut self) -> Unconfirmed {
        self.mark_doubtful();
        let mut files = self.unconfirmed.clone();
        files.extend(self.newest.iter().filter(|open| open.confirmed < open.length).cloned());
        Unconfirmed { changes: self.changes, files, newest_unlisted: self.unlisted.last().copied() }
    }

    /// The disk has confirmed a segment as long as it was then, or has not.
    pub(super) fn confirm(&mut self, asked: &Open, is_good: bool) {
        self.status.syncs += 1;
        if !is_good {
            self.doubt(asked.segment);
            return;
        }
        let opened = self.unconfirmed.iter_mut().chain(self.newest.as_mut());
        for open in opened.filter(|open| open.segment == asked.segment) {
            open.confirmed = open.confirmed.max(asked.length);
        }
        self.unconfirmed.retain(|open| open.confirmed < open.length);
    }

    /// The disk has confirmed that the segments are in the folder up to this one, or has not.
    pub(super) fn confirm_folder(&mut self, newest: Segment, is_good: bool) {
        let asked: Vec<Segment> =
            self.unlisted.iter().copied().filter(|&segment| segment <= newest).collect();
        self.unlisted.retain(|&segment| segment > newest);
        for segment in asked {
            if !is_good {
                self.doubt(segment);
            } else if !self.doubtful.contains(&segment) {
                self.confirmed = self.confirmed.max(segment);
            }
        }
    }

    /// After a failed confirmation the system may take what it could not write for written. So nothing is
    /// appended behind it, and it is not asked about again.
    fn doubt(&mut self, segment: Segment) {
        self.status.failed_syncs += 1;
        if self.newest.as_ref().is_some_and(|open| open.segment == segment) {
            self.close();
        }
        self.unconfirmed.retain(|open| open.segment != segment);
        // It may have been trimmed meanwhile.
        if self.older.contains_key(&segment) && !self.doubtful.contains(&segment) {
            self.doubtful.push(segment);
            self.mark_doubtful();
        }
    }

    /// Gives the doubtful segments names that say so to the next run: it sees what the system believes to
    /// have written, too.
    fn mark_doubtful(&mut self) {
        for segment in &self.doubtful {
            let Some(older) = self.older.get_mut(segment).filter(|older| !older.is_marked) else {
                continue;
            };
            let marked = self.folder.join(segment.file_name(true));
            let renamed = self.disk.rename(&self.folder.join(segment.file_name(false)), &marked);
            older.is_marked = renamed.is_ok();
        }
    }

    /// The disk has confirmed these changes. Says why there are points all the same that are not safe.
    pub(super) fn confirmed(&mut self, changes: u64) -> io::Result<()> {
        let is_over = |failure: &mut Failure| failure.over_with.is_some_and(|over| over <= changes);
        self.failure.take_if(|failure| is_over(failure));
        self.trouble().map_or(Ok(()), |trouble| Err(io::Error::other(trouble)))
    }

    fn trouble(&self) -> Option<String> {
        if let Some(failure) = &self.failure {
            return Some(failure.reason.clone());
        }
        if let Some(first) = self.doubtful.first() {
            return Some(format!("the disk did not confirm segment {first} of the journal"));
        }
        let has_none = self.newest.is_none();
        has_none.then(|| "no segment of the journal could be begun".to_owned())
    }

    /// What a confirmation that is asked for now has to cover. There must be a segment to go on with, in
    /// which the high-water mark is.
    pub(super) fn wanted(&mut self) -> u64 {
        if self.newest.is_none() {
            // The next append says why, if it still cannot be.
            let _ = self.begin();
        }
        self.changes
    }

    pub(super) fn doubtful(&self) -> Vec<Segment> {
        self.doubtful.clone()
    }

    pub(super) fn settle(&mut self, segment: Segment) {
        self.doubtful.retain(|&doubtful| doubtful != segment);
    }

    /// Takes the oldest segment out, if it may be trimmed: nobody needs it, and a newer one that carries on
    /// its high-water mark would be there after a crash.
    pub(super) fn take_oldest(&mut self, needed: Segment) -> Option<(Segment, Older)> {
        let (&segment, _) = self.older.first_key_value()?;
        if segment >= needed || segment >= self.confirmed {
            return None;
        }
        let (_, older) = self.older.pop_first()?;
        self.bytes -= older.bytes;
        self.unconfirmed.retain(|open| open.segment != segment);
        self.settle(segment);
        Some((segment, older))
    }

    /// Puts it back where it could not be removed.
    pub(super) fn put_back(&mut self, segment: Segment, older: Older) {
        self.bytes += older.bytes;
        self.older.insert(segment, older);
    }

    pub(super) fn current(&self) -> Segment {
        Segment(self.number)
    }

    /// Points came that could not be appended.
    pub(super) fn count_unappended(&mut self, points: usize) {
        self.status.unappended += points as u64;
    }

    /// A segment could not be removed, or what was removed may be there again after a crash.
    pub(super) fn count_untrimmed(&mut self) {
        self.status.untrimmed += 1;
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    #[cfg(test)]
    pub(super) fn high_water(&self) -> u32 {
        self.high_water
    }

    pub(super) fn status(&self) -> JournalStatus {
        JournalStatus {
            segments: self.older.len() + usize::from(self.newest.is_some()),
            bytes: self.bytes,
            trouble: self.trouble(),
            ..self.status.clone()
        }
    }
}
