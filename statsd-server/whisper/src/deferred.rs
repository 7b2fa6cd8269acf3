//! Coarse values that are made when their interval has closed, once, and not with each point of it.

use std::num::NonZeroU64;

use crate::archive::Archive;
use crate::error::Error;
use crate::file::Whisper;
use crate::layout::{Header, Slot};
use crate::overlay::Overlay;
use crate::update::{Accepted, Counts};

/// Seconds of the longest interval whose coarse values are put off: what must be made up for when the
/// one who puts them off is killed.
const SPAN_MAX_SECONDS: i64 = 600;

/// Intervals of the second archive that one that is put off may have, so that a caller can keep them in what
/// a number has beside its sign and exponent.
const INTERVALS_MAX: u32 = 50;

/// Spans that the finest archive must be long, so that what is put off never has to hurry.
const SPANS_IN_FINEST: i64 = 4;

/// When coarse values are made of fine ones.
///
/// ```
/// use statsd_whisper::{Accepted, AggregationMethod, Rollups, Whisper, parse_retentions};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a.wsp");
/// let archives = parse_retentions("10s:1h,1m:1d")?;
/// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0)?;
/// let mut deferred = None;
/// for timestamp in [1_772_599_820, 1_772_599_830] {
///     let point = Accepted { timestamp, at: timestamp, value: 2.0 };
///     let _ = file.update_with(&[point], Rollups::Deferred, &mut deferred)?;
/// }
/// assert_eq!((file.points(10)?.len(), file.points(60)?.len()), (2, 0));
///
/// // The first point after the minute has it made.
/// let next = Accepted { timestamp: 1_772_599_860, at: 1_772_599_860, value: 2.0 };
/// let _ = file.update_with(&[next], Rollups::Deferred, &mut deferred)?;
/// assert_eq!(file.points(60)?[0].value, 4.0);
///
/// let open = deferred.expect("the minute that `next` lies in");
/// file.roll_up(open)?;
/// assert_eq!(file.points(60)?[1].value, 2.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Rollups {
    /// With every point.
    #[default]
    AtOnce,
    /// When the longest interval of up to ten minutes that an archive has is over, where the finest
    /// archive is four times as long at least. What is put off is handed to the caller.
    Deferred,
}

/// Coarse values of one file that are still to be made, of fine ones that stand in it.
///
/// Whoever has it answers for it: what is dropped is never made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deferred {
    /// Where the interval begins that all of them lie in.
    start: u32,
    /// A bit for each interval of the second archive in it: whether points of it were written.
    touched: NonZeroU64,
}

impl Deferred {
    /// What [`start`](Self::start) and [`touched`](Self::touched) had answered; nothing where they cannot have.
    ///
    /// ```
    /// use statsd_whisper::Deferred;
    ///
    /// let deferred = Deferred::new(1_772_599_800, 0b101).expect("two intervals");
    /// assert_eq!((deferred.start(), deferred.touched()), (1_772_599_800, 0b101));
    /// assert_eq!([0, 1 << 50].map(|touched| Deferred::new(1_772_599_800, touched)), [None, None]);
    /// ```
    pub fn new(start: u32, touched: u64) -> Option<Self> {
        let touched = NonZeroU64::new(touched)?;
        (touched.get() >> INTERVALS_MAX == 0).then_some(Self { start, touched })
    }

    /// Where the interval begins that all of them lie in, seconds since the epoch.
    pub fn start(self) -> u32 {
        self.start
    }

    /// A bit for each interval of the second archive from there on, the lowest first: whether points of it
    /// were written. The highest 14 are 0.
    pub fn touched(self) -> u64 {
        self.touched.get()
    }

    /// The timestamps of what is to be made.
    pub(crate) fn timestamps(self, header: &Header) -> impl Iterator<Item = i64> {
        let step =
            header.archives().get(1).map_or(0, |second| second.retention().seconds_per_point);
        self.intervals(step).map(i64::from)
    }

    /// The intervals of the second archive that are to be made, oldest first.
    fn intervals(self, step: u32) -> impl Iterator<Item = u32> {
        let is_touched = move |bit: &u32| self.touched.get() >> bit & 1 == 1;
        (0..INTERVALS_MAX)
            .filter(is_touched)
            .map(move |bit| self.start.saturating_add(bit.saturating_mul(step)))
    }
}

/// What is not in a file yet.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pending<'a> {
    /// Points that wait, in the order in which they were accepted.
    pub points: &'a [Accepted],
    /// Coarse values that were put off.
    pub deferred: Option<Deferred>,
}

impl Pending<'_> {
    pub(crate) fn is_empty(&self) -> bool {
        self.points.is_empty() && self.deferred.is_none()
    }

    /// The timestamps of the points.
    pub(crate) fn timestamps(&self) -> impl Iterator<Item = i64> {
        self.points.iter().map(|point| point.timestamp.into())
    }
}

impl<'a> From<&'a [Accepted]> for Pending<'a> {
    fn from(points: &'a [Accepted]) -> Self {
        Self { points, deferred: None }
    }
}

impl<'a, const N: usize> From<&'a [Accepted; N]> for Pending<'a> {
    fn from(points: &'a [Accepted; N]) -> Self {
        Self::from(&points[..])
    }
}

impl<'a> From<&'a Vec<Accepted>> for Pending<'a> {
    fn from(points: &'a Vec<Accepted>) -> Self {
        Self::from(&points[..])
    }
}

impl Whisper {
    /// Writes points as [`update_accepted`](Self::update_accepted) does, and says what becomes of the
    /// coarse values. `deferred` is what the last call has left there, also of who had the file open before.
    ///
    /// Answers do not show what is put off if it is [given](Pending) with the question. Other readers of
    /// the file see it when it is written. One write for a run of points; in the call that is first in
    /// an interval, the writes and reads of `update_accepted` for the interval before, and of a file that
    /// was not created by this process a read for each archive but the coarsest.
    ///
    /// Points that could change what was put off otherwise than in their order (late for the finest
    /// archive, or in it where newer ones stand) have it made first, and theirs at once.
    ///
    /// # Errors
    /// The operating system's. `deferred` is as before, then, and the same call can be made again.
    pub fn update_with(
        &mut self,
        points: &[Accepted],
        rollups: Rollups,
        deferred: &mut Option<Deferred>,
    ) -> Result<Counts, Error> {
        let mut overlay = self.overlay();
        let (counts, left) = overlay.update_with(points, rollups, *deferred)?;
        overlay.flush()?;
        *deferred = left;
        Ok(counts)
    }

    /// Makes what was put off.
    ///
    /// # Errors
    /// The operating system's; the same call can be made again then.
    pub fn roll_up(&mut self, deferred: Deferred) -> Result<(), Error> {
        let mut overlay = self.overlay();
        overlay.roll_up(deferred)?;
        overlay.flush()
    }
}

/// What the archives of a file say about putting off.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// Seconds of the interval that is put off as a whole.
    seconds: u32,
    /// Seconds of the second archive's step.
    step: u32,
}

impl Span {
    /// None where nothing can be put off.
    fn of(header: &Header) -> Option<Self> {
        let archives = header.archives();
        let (finest, second) = (archives.first()?, archives.get(1)?);
        let most = SPAN_MAX_SECONDS.min(second.step() * i64::from(INTERVALS_MAX));
        let fits = |pair: &&[Archive]| {
            pair[1].step() % pair[0].step() == 0
                && pair[1].step() <= most
                && pair[1].step() * SPANS_IN_FINEST <= finest.seconds()
        };
        let [_, last] = archives.windows(2).take_while(fits).last()? else { return None };
        let seconds = |archive: &Archive| archive.retention().seconds_per_point;
        Some(Self { seconds: seconds(last), step: seconds(second) })
    }

    fn start(self, timestamp: u32) -> u32 {
        timestamp - timestamp % self.seconds
    }

    /// The intervals that are to be made. Who replaced the file may have given it another step.
    fn intervals(self, deferred: Deferred) -> Vec<u32> {
        let aligned = |interval: u32| interval - interval % self.step;
        let mut intervals: Vec<u32> = deferred.intervals(self.step).map(aligned).collect();
        intervals.dedup();
        intervals
    }

    fn bit(self, interval: u32) -> u64 {
        1 << (interval % self.seconds / self.step)
    }
}

impl Overlay<'_> {
    pub(crate) fn update_with(
        &mut self,
        points: &[Accepted],
        rollups: Rollups,
        deferred: Option<Deferred>,
    ) -> Result<(Counts, Option<Deferred>), Error> {
        if rollups == Rollups::Deferred && points.is_empty() {
            return Ok((Counts::default(), deferred));
        }
        if rollups == Rollups::Deferred
            && let Some(span) = Span::of(self.header())
            && self.can_defer(points, span, deferred)?
        {
            let left = self.write_deferring(points, span, deferred)?;
            return Ok((Counts { written: points.len(), ..Counts::default() }, left));
        }
        if let Some(deferred) = deferred {
            self.roll_up(deferred)?;
        }
        Ok((self.update_accepted(points)?, None))
    }

    /// Makes what was put off.
    pub(crate) fn roll_up(&mut self, deferred: Deferred) -> Result<(), Error> {
        let Some(span) = Span::of(self.header()) else { return Ok(()) };
        let intervals = span.intervals(deferred);
        self.expect(intervals.iter().map(|interval| i64::from(*interval)));
        self.make(&intervals)
    }

    /// Puts all that is not in the file.
    pub(crate) fn put_pending(&mut self, pending: Pending<'_>) -> Result<(), Error> {
        let Pending { points, deferred } = pending;
        self.update_with(points, Rollups::AtOnce, deferred).map(drop)
    }

    /// Whether it leaves the same when the coarse values of these points are made later: all points go to
    /// the finest archive, and in no archive a coarse value is made where newer slots stand.
    fn can_defer(
        &mut self,
        points: &[Accepted],
        span: Span,
        deferred: Option<Deferred>,
    ) -> Result<bool, Error> {
        if points.iter().any(|point| point.timestamp > point.at) {
            return Ok(false);
        }
        let timestamps = || points.iter().map(|point| point.timestamp);
        let (Some(first), Some(last)) = (timestamps().min(), timestamps().max()) else {
            return Ok(false);
        };
        let at = points.iter().map(|point| i64::from(point.at)).max().unwrap_or_default();
        let first = deferred.map_or(first, |deferred| span.start(deferred.start).min(first));
        let archives = self.archives();
        // What each archive is asked for, for the interval of the next one.
        let windows = |time: u32| {
            archives.iter().enumerate().map(move |(index, archive)| {
                let next = archives.get(index + 1).unwrap_or(archive);
                (archive, next, next.interval(span.start(time).into()))
            })
        };
        if windows(first).any(|(archive, _, from)| from < archive.oldest(at)) {
            return Ok(false);
        }
        if self.newest().is_some_and(|newest| i64::from(newest) <= at) {
            return Ok(true);
        }
        if deferred.is_some_and(|deferred| {
            span.start(first) == deferred.start && span.start(last) == deferred.start
        }) {
            // Looked at when it was first put off.
            return Ok(true);
        }
        let [begin, end] = [first, last].map(|time| i64::from(span.start(time)));
        self.expect([begin, end + i64::from(span.seconds) - 1].into_iter());
        let ends = windows(last).map(|(_, next, from)| from + next.step().max(span.seconds.into()));
        let windows = windows(first).zip(ends).enumerate();
        for (index, ((archive, _, from), end)) in windows.take(archives.len() - 1) {
            if self.is_lapped(index, from, (end - from) / archive.step())? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether one of these intervals' slots holds a newer one.
    fn is_lapped(&mut self, index: usize, from: i64, count: i64) -> Result<bool, Error> {
        let Some(base) = self.base(index)? else { return Ok(false) };
        let archive = self.archives()[index];
        let points = archive.retention().points as usize;
        let count = usize::try_from(count).unwrap_or(points).min(points);
        let (mut expected, mut is_lapped) = (from, false);
        self.each_slot(index, base, from, count, |slot| {
            is_lapped |= i64::from(slot.interval) > expected;
            expected += archive.step();
        })?;
        Ok(is_lapped)
    }

    fn write_deferring(
        &mut self,
        points: &[Accepted],
        span: Span,
        deferred: Option<Deferred>,
    ) -> Result<Option<Deferred>, Error> {
        let finest = self.archives()[0];
        let slot = |point: &Accepted| {
            let step = finest.retention().seconds_per_point;
            Slot { interval: point.timestamp - point.timestamp % step, value: point.value }
        };
        // The last one's value where several have the same slot.
        let mut slots: Vec<Slot> = points.iter().rev().map(slot).collect();
        slots.sort_by_key(|slot| slot.interval);
        slots.dedup_by_key(|slot| slot.interval);

        let mut touched = deferred.map(|deferred| span.intervals(deferred)).unwrap_or_default();
        touched.extend(slots.iter().map(|slot| slot.interval - slot.interval % span.step));
        let open = touched.iter().copied().max().map_or(0, |newest| span.start(newest));
        let (mut closed, mut bits) = (Vec::new(), 0);
        for interval in touched {
            if span.start(interval) == open {
                bits |= span.bit(interval);
            } else {
                closed.push(interval);
            }
        }
        closed.sort_unstable();
        closed.dedup();

        let read = closed.iter().copied().chain(slots.iter().map(|slot| slot.interval));
        if !closed.is_empty() {
            self.expect(read.map(i64::from));
        }
        self.put_runs(0, &finest, &slots)?;
        self.make(&closed)?;
        Ok(Deferred::new(open, bits))
    }

    /// Makes the values of these intervals of the second archive, oldest first, and of the coarser ones.
    fn make(&mut self, intervals: &[u32]) -> Result<(), Error> {
        let Some(last) = intervals.last() else { return Ok(()) };
        let mut slots = self.rolled_up(intervals)?;
        // As of then: whatever has become too old since was not, when the points were accepted.
        self.write(1, &mut slots, i64::from(*last))
    }
}

#[cfg(test)]
mod tests;
