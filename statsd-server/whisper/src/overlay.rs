//! A file's slots as they are, or as they would be when some more were written.
//!
//! Everything that reads slots and makes new ones of them works here, on pages in memory over a file
//! or over nothing. Whether the pages are then [written](Overlay::flush), or only asked, is the
//! caller's: points that still wait and points that stand in the file answer alike, because no code
//! tells them apart.

mod page;

use std::ops::Range;
use std::sync::atomic::{AtomicU32, Ordering};

use page::Page;

use crate::archive::{Archive, SLOT_BYTES};
use crate::disk::Disk;
use crate::error::Error;
use crate::layout::{Header, Slot, decode_slot, decode_slots};

/// Slots that a page has at least, where nothing says which others will be asked for.
const BLOCK_SLOTS: u32 = 64;

/// Slots that are read at once for a few points: 12 KiB, which cost less than another system call.
const PLAN_MAX_SLOTS: usize = 1_024;

/// Slots that are read at once for many points, for each of them.
const PLAN_MAX_SLOTS_A_POINT: usize = 4;

/// The slots of a file with others over them.
#[derive(Debug)]
pub(crate) struct Overlay<'a> {
    header: &'a Header,
    /// None: there is no file yet; it is as if one without points were there.
    disk: Option<(&'a Disk, &'a Known)>,
    held: Vec<Held>,
    /// The latest interval that was put here.
    newest_put: u32,
    /// Space for the values of one coarse interval.
    pub(crate) known: Vec<f64>,
    /// Space for the slots of one point.
    pub(crate) slots: Vec<Slot>,
}

/// What is known of an open file's slots.
#[derive(Debug)]
pub(crate) struct Known {
    /// The interval that went into slot 0 of each archive, 0 while it is not known. It holds for as
    /// long as the file does: what is written into slot 0 later is a whole number of rounds away.
    /// That an archive is empty is never remembered, as another process may write its first point.
    bases: Box<[AtomicU32]>,
    /// None of its slots holds a later interval; [`NOT_KNOWN`] where others have written it.
    newest: AtomicU32,
}

const NOT_KNOWN: u32 = u32::MAX;

impl Known {
    /// Of a file without points.
    pub(crate) fn of_new(archives: usize) -> Self {
        let bases = (0..archives).map(|_| AtomicU32::new(0)).collect();
        Self { bases, newest: AtomicU32::new(0) }
    }

    /// Of a file that others may have written: the bases, as far as they were read.
    pub(crate) fn of_opened(bases: impl Iterator<Item = Option<u32>>) -> Self {
        let bases = bases.map(|base| AtomicU32::new(base.unwrap_or(0))).collect();
        Self { bases, newest: AtomicU32::new(NOT_KNOWN) }
    }
}

/// What is known of one archive.
#[derive(Debug)]
struct Held {
    base: Base,
    /// The first interval that is going to be touched, and the number of slots from there on.
    plan: Option<(i64, u32)>,
    /// In order of slots, none over another.
    pages: Vec<Page>,
}

/// The interval in slot 0.
#[derive(Debug, Clone, Copy)]
enum Base {
    Unread,
    /// The archive is empty.
    None,
    At(u32),
}

impl<'a> Overlay<'a> {
    /// Nothing over a file yet, or over none.
    pub(crate) fn new(header: &'a Header, disk: Option<(&'a Disk, &'a Known)>) -> Self {
        let held = (0..header.archives().len()).map(|index| {
            let base = match disk.map(|(_, known)| known.bases[index].load(Ordering::Relaxed)) {
                None => Base::None,
                Some(0) => Base::Unread,
                Some(base) => Base::At(base),
            };
            Held { base, plan: None, pages: Vec::new() }
        });
        let held = held.collect();
        Self { header, disk, held, newest_put: 0, known: Vec::new(), slots: Vec::new() }
    }

    pub(crate) fn header(&self) -> &'a Header {
        self.header
    }

    /// The archives, finest first.
    pub(crate) fn archives(&self) -> &'a [Archive] {
        self.header.archives()
    }

    /// Says for which timestamps points are going to be written, so that the slots of each archive
    /// are read at once.
    pub(crate) fn expect(&mut self, timestamps: impl Iterator<Item = i64> + Clone) {
        let count = timestamps.clone().count();
        let (Some(first), Some(last)) = (timestamps.clone().min(), timestamps.max()) else {
            return;
        };
        let most = PLAN_MAX_SLOTS.max(count.saturating_mul(PLAN_MAX_SLOTS_A_POINT));
        for (index, archive) in self.archives().iter().enumerate() {
            // Whole intervals of the next archive, where there is one.
            let whole = self.header.archives().get(index + 1).unwrap_or(archive);
            let first = archive.interval(whole.interval(first));
            let end = whole.interval(last) + whole.step();
            let slots = usize::try_from((end - first) / archive.step()).unwrap_or(usize::MAX);
            let points = archive.retention().points as usize;
            let plan = (slots <= most.min(points)).then_some(slots);
            self.held[index].plan =
                plan.and_then(|slots| Some((first, u32::try_from(slots).ok()?)));
        }
    }

    /// The interval in slot 0, from which all others count; none where the archive is empty.
    pub(crate) fn base(&mut self, index: usize) -> Result<Option<u32>, Error> {
        match (self.held[index].base, self.disk) {
            (Base::At(base), _) => Ok(Some(base)),
            (Base::None, _) | (Base::Unread, None) => Ok(None),
            (Base::Unread, Some((disk, known))) => {
                let archive = &self.header.archives()[index];
                let mut bytes = [0; SLOT_BYTES];
                disk.read(&mut bytes, archive, 0)?;
                let base = archive.base(decode_slot(&bytes).interval);
                known.bases[index].store(base.unwrap_or(0), Ordering::Relaxed);
                self.held[index].base = base.map_or(Base::None, Base::At);
                Ok(base)
            }
        }
    }

    /// No slot, written or put, holds a later interval than this one. Nothing where that is not known.
    pub(crate) fn newest(&self) -> Option<u32> {
        let stored = self.disk.map_or(0, |(_, known)| known.newest.load(Ordering::Relaxed));
        (stored != NOT_KNOWN).then(|| stored.max(self.newest_put))
    }

    /// The slots (at most the archive's points) from that of an interval on, in order of time.
    pub(crate) fn each_slot(
        &mut self,
        index: usize,
        base: u32,
        first: i64,
        count: usize,
        mut each: impl FnMut(Slot),
    ) -> Result<(), Error> {
        for slots in pieces(&self.header.archives()[index], base, first, count) {
            decode_slots(self.stretch(index, &slots)?).for_each(&mut each);
        }
        Ok(())
    }

    /// Puts slots (at most the archive's points), each one step after the one before it.
    pub(crate) fn put_run(&mut self, index: usize, run: &[Slot]) -> Result<(), Error> {
        let [first, ..] = run else { return Ok(()) };
        self.newest_put = run.iter().map(|slot| slot.interval).fold(self.newest_put, u32::max);
        let base = if let Some(base) = self.base(index)? {
            base
        } else {
            self.held[index].base = Base::At(first.interval);
            first.interval
        };
        let archive = &self.header.archives()[index];
        let mut run = run.iter();
        for slots in pieces(archive, base, first.interval.into(), run.len()) {
            let page = self.held[index].page(archive, base, &slots);
            for (slot, content) in slots.zip(run.by_ref()) {
                self.held[index].pages[page].write(slot, *content);
            }
        }
        Ok(())
    }

    /// The value in the slot of an interval, if it was written for it.
    pub(crate) fn value_at(&mut self, index: usize, interval: i64) -> Result<Option<f64>, Error> {
        let Some(base) = self.base(index)? else { return Ok(None) };
        let mut value = None;
        self.each_slot(index, base, interval, 1, |slot| value = slot.value_for(interval))?;
        Ok(value)
    }

    /// Values on a grid. Past what is in memory, straight from the file.
    pub(crate) fn values(
        &mut self,
        index: usize,
        start: i64,
        count: usize,
    ) -> Result<Vec<Option<f64>>, Error> {
        let archive = &self.header.archives()[index];
        let mut values = Vec::with_capacity(count);
        let Some(base) = self.base(index)? else {
            values.resize(count, None);
            return Ok(values);
        };
        let step = archive.step();
        for slots in pieces(archive, base, start, count) {
            let done = values.len();
            let expected = start + step * i64::try_from(done).unwrap_or(i64::MAX);
            match self.disk {
                Some((disk, _)) => disk.read_values(archive, &slots, expected, &mut values)?,
                None => values.resize(done + slots.len(), None),
            }
            for (slot, content) in self.held[index].pages.iter().flat_map(Page::written_slots) {
                if slots.contains(&slot) {
                    let at = slot - slots.start;
                    let interval = expected + step * i64::from(at);
                    values[done + at as usize] = content.value_for(interval);
                }
            }
        }
        Ok(values)
    }

    /// Writes what was put, the coarsest archive first: what a run takes the slots of stands there
    /// then, and where a write fails, all of it can be put and written again.
    pub(crate) fn flush(&self) -> Result<(), Error> {
        self.disk.map_or(Ok(()), |(disk, known)| self.flush_all(disk, known, |_, _| false))
    }

    /// Writes a new file: its first bytes, and what was put over none.
    pub(crate) fn flush_behind(
        &self,
        mut head: Vec<u8>,
        disk: &Disk,
        known: &Known,
    ) -> Result<(), Error> {
        self.flush_all(disk, known, |at, bytes| {
            let follows = at == head.len() as u64;
            if follows {
                head.extend_from_slice(bytes);
            }
            follows
        })?;
        disk.write_header(&head)
    }

    /// Writes what was put, but for what `kept` takes: where it begins in the file, and the bytes.
    fn flush_all(
        &self,
        disk: &Disk,
        known: &Known,
        mut kept: impl FnMut(u64, &[u8]) -> bool,
    ) -> Result<(), Error> {
        // Before, so that it holds where a write fails.
        known.newest.fetch_max(self.newest_put, Ordering::Relaxed);
        let archives = self.header.archives().iter().zip(&self.held).zip(&known.bases);
        for ((archive, held), base) in archives.rev() {
            for (slot, bytes) in held.pages.iter().flat_map(Page::written) {
                if !kept(archive.byte_of(slot), bytes) {
                    disk.write(bytes, archive, slot)?;
                }
            }
            if let Base::At(known) = held.base {
                base.store(known, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    fn stretch(&mut self, index: usize, slots: &Range<u32>) -> Result<&[u8], Error> {
        let archive = &self.header.archives()[index];
        let held = &mut self.held[index];
        let base = if let Base::At(base) = held.base { base } else { 0 };
        let page = held.page(archive, base, slots);
        let page = &mut held.pages[page];
        if let Some((disk, _)) = self.disk
            && !page.is_read(slots)
        {
            let first = page.first();
            page.read(|bytes| disk.read(bytes, archive, first))?;
        }
        Ok(page.bytes(slots))
    }
}

impl Held {
    /// Which page holds these slots; one is made where none does.
    fn page(&mut self, archive: &Archive, base: u32, slots: &Range<u32>) -> usize {
        let at = self.pages.partition_point(|page| page.end() <= slots.start);
        if self.pages.get(at).is_some_and(|page| page.covers(slots)) {
            return at;
        }
        let mut wide = self.widened(archive, base, slots);
        let begin = self.pages.partition_point(|page| page.end() <= wide.start);
        let end = self.pages.partition_point(|page| page.first() < wide.end);
        for page in &self.pages[begin..end] {
            wide = wide.start.min(page.first())..wide.end.max(page.end());
        }
        let mut page = Page::new(wide);
        for old in self.pages.drain(begin..end) {
            page.absorb(&old);
        }
        self.pages.insert(begin, page);
        begin
    }

    /// These slots and those that are likely to be asked for after them.
    fn widened(&self, archive: &Archive, base: u32, slots: &Range<u32>) -> Range<u32> {
        let planned = self.plan.and_then(|(first, count)| {
            pieces(archive, base, first, count as usize)
                .find(|piece| piece.start <= slots.start && slots.end <= piece.end)
        });
        planned.unwrap_or_else(|| {
            let start = slots.start - slots.start % BLOCK_SLOTS;
            let end = slots.end.checked_next_multiple_of(BLOCK_SLOTS).unwrap_or(u32::MAX);
            start..end.min(archive.retention().points)
        })
    }
}

/// Where slots that follow each other in time lie: in one piece, or in two where they wrap.
fn pieces(
    archive: &Archive,
    base: u32,
    first: i64,
    count: usize,
) -> impl Iterator<Item = Range<u32>> + use<> {
    let points = archive.retention().points;
    let slot = archive.slot(first, base);
    let count = u32::try_from(count).expect("not more than an archive's points");
    let before_wrap = count.min(points - slot);
    [slot..slot + before_wrap, 0..count - before_wrap].into_iter().filter(|piece| !piece.is_empty())
}
