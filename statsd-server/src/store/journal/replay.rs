//! The segments that earlier runs have left: read in their order, cut where they were torn, and put aside
//! where they are damaged. What cannot be put right is told, and keeps nobody from being served.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;
use std::path::Path;

use super::append::Older;
use super::disk::{Disk, DiskFile};
use super::read::{End, SegmentRead, read_segment};
use super::{Damage, ReplayReport, Replayed, Segment};
use crate::limits::{JOURNAL_DAMAGED_KEPT_MAX, JOURNAL_DAMAGES_TOLD_MAX};

/// How the name of a file ends that keeps damaged bytes for people to look at.
const DAMAGED: &str = ".damaged";

/// The same of a segment that the disk did not confirm.
pub(super) const DOUBTFUL: &str = ".doubtful";

/// Bytes that are copied at once.
const COPY_BYTES: u64 = 256 << 10;

/// What was there.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) segments: BTreeMap<Segment, Older>,
    /// The oldest segment that is worth keeping.
    pub(super) oldest_needed: Option<Segment>,
    /// The highest number that is taken.
    pub(super) number: u32,
    pub(super) high_water: u32,
    pub(super) report: ReplayReport,
    /// Segments that may not be on the disk as they were read.
    pub(super) doubtful: Vec<Segment>,
    /// Segments of which something was put aside.
    aside: Vec<Segment>,
}

/// Reads a folder's segments, after making the folder where there is none.
pub(super) fn replay(
    disk: &dyn Disk,
    folder: &Path,
    each: &mut dyn FnMut(Replayed<'_>),
) -> io::Result<Found> {
    let names = match disk.list(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            disk.create_folder(folder)?;
            if let Some(parent) = folder.parent() {
                disk.sync_folder(parent)?;
            }
            Vec::new()
        }
        names => names?,
    };
    let with =
        |end: &'static str| names.iter().filter_map(move |name| segment(name.strip_suffix(end)?));
    let mut segments: BTreeMap<Segment, bool> =
        with(DOUBTFUL).map(|segment| (segment, true)).collect();
    for segment in with("") {
        if segments.insert(segment, false).is_some() {
            // It was copied already.
            let _ = disk.remove(&folder.join(segment.file_name(true)));
        }
    }
    let mut aside: Vec<Segment> = with(DAMAGED).collect();
    let mut found = Found::default();
    for number in segments.keys().chain(&aside) {
        found.number = found.number.max(number.0);
    }
    for (segment, is_marked) in segments {
        // Where it cannot be copied, it remains as doubtful as it was.
        let is_marked = is_marked && copy_doubtful(disk, folder, segment).is_err();
        replay_segment(disk, folder, segment, is_marked, &mut found, each);
    }
    aside.append(&mut found.aside);
    aside.sort_unstable();
    aside.dedup();
    let too_many = aside.len().saturating_sub(JOURNAL_DAMAGED_KEPT_MAX);
    for old in &aside[..too_many] {
        // One more than are wanted does no harm until the next start.
        let _ = disk.remove(&folder.join(aside_name(*old)));
    }
    Ok(found)
}

/// The segment that a file's name stands for.
fn segment(name: &str) -> Option<Segment> {
    let segment = Segment(name.parse().ok().filter(|&number| number > 0)?);
    (segment.to_string() == name).then_some(segment)
}

fn replay_segment(
    disk: &dyn Disk,
    folder: &Path,
    segment: Segment,
    is_marked: bool,
    found: &mut Found,
    each: &mut dyn FnMut(Replayed<'_>),
) {
    let report = &mut found.report;
    report.segments += 1;
    let path = folder.join(segment.file_name(is_marked));
    let file = match disk.open(&path) {
        Ok(file) => file,
        Err(error) => {
            report.tell(segment, 0, 0, format!("it cannot be opened: {error}"), None);
            found.oldest_needed.get_or_insert(segment);
            found.segments.insert(segment, Older { bytes: 0, is_precious: true, is_marked });
            return;
        }
    };
    let read = read_segment(&*file, segment, each);
    // Where the last run was killed, what was read may have been in memory only.
    if file.sync_data().is_err() || is_marked {
        found.doubtful.push(segment);
    }
    report.blocks += read.blocks;
    report.points += read.points;
    report.bytes += read.intact;
    found.high_water = found.high_water.max(read.high_water);
    let mut older = Older { bytes: read.intact, is_precious: false, is_marked };
    match &read.end {
        End::Whole => {}
        End::Torn => {
            report.torn += 1;
            report.torn_bytes += read.length - read.intact;
            let is_cut = if read.intact == 0 {
                drop(file);
                disk.remove(&path)
            } else {
                file.set_len(read.intact).and_then(|()| file.sync_data())
            };
            match is_cut {
                Ok(()) if read.intact == 0 => return,
                Ok(()) => {}
                // It is found there again at the next start, or removed with its segment.
                Err(_) => older.bytes = read.length,
            }
        }
        End::Damaged(reason) => {
            let aside = put_aside(disk, folder, segment, &path, &*file, &read);
            let kept_as = aside.is_ok().then(|| aside_name(segment));
            let bytes = read.length - read.intact;
            if kept_as.is_some() {
                found.aside.push(segment);
            } else {
                older = Older { bytes: read.length, is_precious: true, is_marked };
            }
            found.report.tell(segment, read.intact, bytes, reason.clone(), kept_as);
            if aside.is_ok() && read.intact == 0 {
                return;
            }
        }
        // The next start may have more luck.
        End::Unreadable(reason) => {
            let bytes = read.length - read.intact;
            found.report.tell(segment, read.intact, bytes, reason.clone(), None);
            older = Older { bytes: read.length, is_precious: true, is_marked };
        }
    }
    if read.blocks > 0 || older.is_precious {
        found.oldest_needed.get_or_insert(segment);
    }
    found.segments.insert(segment, older);
}

/// Moves what could not be read to a file of its own, and leaves a segment that ends before it.
fn put_aside(
    disk: &dyn Disk,
    folder: &Path,
    segment: Segment,
    path: &Path,
    file: &dyn DiskFile,
    read: &SegmentRead,
) -> io::Result<()> {
    let aside = folder.join(aside_name(segment));
    // From an attempt that did not come to its end: the segment still has all of it.
    remove_if_there(disk, &aside)?;
    if read.intact == 0 {
        disk.rename(path, &aside)?;
        return disk.sync_folder(folder);
    }
    copy(disk, file, read.intact..read.length, &aside)?;
    disk.sync_folder(folder)?;
    file.set_len(read.intact)?;
    file.sync_data()
}

/// Writes a doubtful segment once more: what the system took for written when it was not would never be
/// written otherwise.
fn copy_doubtful(disk: &dyn Disk, folder: &Path, segment: Segment) -> io::Result<()> {
    let from = folder.join(segment.file_name(true));
    let under_way = folder.join(format!("{segment}.copy"));
    remove_if_there(disk, &under_way)?;
    let file = disk.open(&from)?;
    copy(disk, &*file, 0..file.len()?, &under_way)?;
    disk.rename(&under_way, &folder.join(segment.file_name(false)))?;
    disk.sync_folder(folder)?;
    // Or the next start removes it.
    let _ = disk.remove(&from);
    Ok(())
}

/// Makes a file of a part of another one, and has the disk confirm it.
fn copy(disk: &dyn Disk, file: &dyn DiskFile, part: Range<u64>, to: &Path) -> io::Result<()> {
    let copy = disk.create(to)?;
    let copied = copy_bytes(file, part, &*copy).and_then(|()| copy.sync_data());
    if copied.is_err() {
        let _ = disk.remove(to);
    }
    copied
}

fn copy_bytes(file: &dyn DiskFile, part: Range<u64>, copy: &dyn DiskFile) -> io::Result<()> {
    let mut bytes = Vec::new();
    let mut offset = part.start;
    while offset < part.end {
        let count = (part.end - offset).min(COPY_BYTES);
        bytes.resize(usize::try_from(count).unwrap_or(0), 0);
        file.read_exact_at(&mut bytes, offset)?;
        copy.write_all_at(&bytes, offset - part.start)?;
        offset += count;
    }
    Ok(())
}

fn remove_if_there(disk: &dyn Disk, path: &Path) -> io::Result<()> {
    match disk.remove(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The name of the file that keeps what is damaged of a segment.
pub(super) fn aside_name(segment: Segment) -> String {
    format!("{segment}{DAMAGED}")
}

impl ReplayReport {
    fn tell(
        &mut self,
        segment: Segment,
        offset: u64,
        bytes: u64,
        reason: String,
        kept_as: Option<String>,
    ) {
        self.damaged += 1;
        if self.damages.len() < JOURNAL_DAMAGES_TOLD_MAX {
            self.damages.push(Damage { file: segment.to_string(), offset, bytes, reason, kept_as });
        }
    }
}
