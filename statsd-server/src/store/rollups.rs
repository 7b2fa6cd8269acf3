//! Coarse values that were put off: of which series, since when, and whose turn it is.
//! Pure: no clock, no input or output. Whoever holds it holds the lock over it.

use std::collections::VecDeque;

use statsd_whisper::Deferred;

use super::cache::Segments;
use super::index::SeriesId;

/// What was put off, at most once for each series. It takes 24 bytes a series as long as its number lasts,
/// and 12 more while there is something.
#[derive(Debug, Default)]
pub(crate) struct Rollups {
    series: Vec<Entry>,
    /// Series in the order in which they came to be here: each at most once, and perhaps still after its
    /// values were made.
    queue: VecDeque<Queued>,
    /// The segments of the journal that hold the points it is all to be made of, or say so.
    segments: Segments,
    len: usize,
}

/// A series in the queue.
#[derive(Debug, Clone, Copy)]
struct Queued {
    /// When it was queued, seconds since the epoch.
    at: u32,
    /// Where the interval began that was put off then.
    start: u32,
    id: SeriesId,
}

/// What is known of a series.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    deferred: Option<Deferred>,
    /// The segment of the journal that holds the oldest point that it is made of, or one before it.
    segment: u32,
    is_queued: bool,
}

impl Rollups {
    /// Series with something put off.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// What was put off for a series.
    pub(crate) fn of(&self, id: SeriesId) -> Option<Deferred> {
        self.series.get(id.0 as usize).and_then(|entry| entry.deferred)
    }

    /// Says what is put off after points were written, at `now`, of which the oldest is in this segment of the
    /// journal, or in a later one.
    pub(crate) fn set(&mut self, id: SeriesId, deferred: Option<Deferred>, segment: u32, now: u32) {
        let before = self.of(id);
        if before.is_none() && deferred.is_none() {
            return;
        }
        let at = id.0 as usize;
        if at >= self.series.len() {
            self.series.resize(at + 1, Entry::default());
        }
        let entry = &mut self.series[at];
        // The same interval is made of points that came before, too.
        let goes_on =
            before.zip(deferred).is_some_and(|(before, now)| before.start() == now.start());
        let oldest = if goes_on { entry.segment.min(segment) } else { segment };
        if before.is_some() {
            self.segments.leave(entry.segment);
            self.len -= 1;
        }
        entry.deferred = deferred;
        if deferred.is_some() {
            entry.segment = oldest;
            self.segments.enter(oldest);
            self.len += 1;
            self.put_back(id, now);
        }
    }

    /// Says that this segment of the journal says what is put off for a series.
    pub(crate) fn copied_to(&mut self, id: SeriesId, segment: u32) {
        if let Some(entry) = self.series.get_mut(id.0 as usize)
            && entry.deferred.is_some()
        {
            self.segments.leave(entry.segment);
            entry.segment = segment;
            self.segments.enter(segment);
        }
    }

    /// Takes a series out of the queue for which the same was put off before this time already, or after
    /// `ahead`.
    pub(crate) fn take_due(&mut self, before: u32, ahead: u32, now: u32) -> Option<SeriesId> {
        let is_due = |queued: &Queued| queued.at < before || queued.at > ahead;
        while let Some(Queued { start, id, .. }) = self.queue.front().copied().filter(is_due) {
            self.queue.pop_front();
            let entry = &mut self.series[id.0 as usize];
            entry.is_queued = false;
            match entry.deferred {
                None => {}
                // That was made with the points that followed, and the next one is put off.
                Some(deferred) if deferred.start() != start && before < now => {
                    self.put_back(id, now);
                }
                Some(_) => return Some(id),
            }
        }
        None
    }

    /// Queues a series if something is put off for it.
    pub(crate) fn put_back(&mut self, id: SeriesId, now: u32) {
        if let Some(entry) = self.series.get_mut(id.0 as usize)
            && let Some(deferred) = entry.deferred
            && !entry.is_queued
        {
            entry.is_queued = true;
            self.queue.push_back(Queued { at: now, start: deferred.start(), id });
        }
    }

    /// Series with something put off. Looks at all.
    pub(crate) fn all(&self) -> impl Iterator<Item = SeriesId> {
        (0..)
            .map(SeriesId)
            .zip(&self.series)
            .filter(|(_, e)| e.deferred.is_some())
            .map(|(id, _)| id)
    }

    /// The oldest segment of the journal that is needed for it.
    pub(crate) fn oldest_segment(&self) -> Option<u32> {
        self.segments.oldest()
    }

    /// Whether this segment, or one before it, is needed for a series.
    pub(crate) fn needs(&self, id: SeriesId, segment: u32) -> bool {
        let entry = self.series.get(id.0 as usize);
        entry.is_some_and(|entry| entry.deferred.is_some() && entry.segment <= segment)
    }
}

/// A number that is none, as no point's value is, with room for a bit for each interval.
const NO_NUMBER: u64 = 0x7ff8 << 48;

/// What is put off as the journal has it among its points: timestamp and value.
pub(crate) fn to_record(deferred: Deferred) -> (u32, f64) {
    (deferred.start(), f64::from_bits(NO_NUMBER | deferred.touched()))
}

/// What a record of the journal says to be put off; nothing where it is a point.
pub(crate) fn of_record(timestamp: u32, value: f64) -> Option<Deferred> {
    Deferred::new(timestamp, value.to_bits() ^ NO_NUMBER)
}

#[cfg(test)]
mod tests {
    use statsd_whisper::{Accepted, AggregationMethod, Whisper, parse_retentions};

    use super::*;

    /// What is put off by a point at this time.
    fn deferred(timestamp: u32) -> Option<Deferred> {
        let folder = tempfile::tempdir().unwrap();
        let archives = parse_retentions("10s:1h,1m:1d,10m:1y").unwrap();
        let path = folder.path().join("a.wsp");
        let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
        let mut deferred = None;
        let point = Accepted { timestamp, at: timestamp, value: 1.0 };
        let how = statsd_whisper::Rollups::Deferred;
        let _ = file.update_with(&[point], how, &mut deferred).unwrap();
        deferred
    }

    const AHEAD: u32 = u32::MAX;

    #[test]
    fn a_record_is_no_point() {
        for touched in [1, 0b1010, (1 << 50) - 1] {
            let deferred = Deferred::new(6_000, touched).unwrap();
            let (timestamp, value) = to_record(deferred);
            assert!(value.is_nan());
            assert_eq!(of_record(timestamp, value), Some(deferred));
        }
        for value in [0.0, -0.0, 1.5, f64::MAX, f64::NAN, -f64::NAN, f64::INFINITY] {
            assert_eq!(of_record(6_000, value), None, "{value}");
        }
    }

    #[test]
    fn each_is_due_when_the_same_was_put_off_for_long() {
        let mut rollups = Rollups::default();
        let [a, b] = [SeriesId(1), SeriesId(5)];
        rollups.set(a, deferred(6_000), 1, 100);
        rollups.set(b, deferred(6_000), 1, 100);
        rollups.set(a, deferred(6_600), 2, 700);
        assert_eq!(rollups.take_due(100, AHEAD, 820), None);
        assert_eq!(rollups.take_due(101, AHEAD, 821), Some(b));
        assert_eq!(rollups.take_due(101, AHEAD, 821), None);
        rollups.set(b, None, 2, 821);
        assert_eq!(rollups.take_due(821, AHEAD, 1_600), None);
        assert_eq!(rollups.take_due(822, AHEAD, 1_600), Some(a));
        rollups.put_back(a, 1_600);
        rollups.put_back(b, 1_600);
        // All are due where the journal needs room.
        assert_eq!(rollups.take_due(AHEAD, AHEAD, 1_600), Some(a));
        assert_eq!((rollups.take_due(AHEAD, AHEAD, 1_600), rollups.len()), (None, 1));
    }

    #[test]
    fn what_lies_far_ahead_is_of_a_clock_that_was_wrong() {
        let mut rollups = Rollups::default();
        rollups.set(SeriesId(0), deferred(6_000), 1, 60_000);
        assert_eq!(rollups.take_due(6_000, 60_000, 6_700), None);
        assert_eq!(rollups.take_due(6_000, 59_999, 6_700), Some(SeriesId(0)));
    }

    #[test]
    fn the_segment_of_an_interval_is_that_of_its_first_points() {
        let mut rollups = Rollups::default();
        rollups.set(SeriesId(0), deferred(6_000), 3, 0);
        rollups.set(SeriesId(0), deferred(6_300), 4, 0);
        rollups.set(SeriesId(1), deferred(6_300), 4, 0);
        assert_eq!(rollups.oldest_segment(), Some(3));
        assert!(rollups.needs(SeriesId(0), 3) && !rollups.needs(SeriesId(1), 3));
        assert_eq!(rollups.all().collect::<Vec<_>>(), [SeriesId(0), SeriesId(1)]);
        rollups.set(SeriesId(0), deferred(6_600), 5, 0);
        assert_eq!(rollups.oldest_segment(), Some(4));
        rollups.set(SeriesId(0), None, 6, 0);
        rollups.set(SeriesId(1), None, 6, 0);
        assert_eq!((rollups.oldest_segment(), rollups.len()), (None, 0));
    }
}
