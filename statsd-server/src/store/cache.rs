//! Points that wait to be written to their files, series by series, and whose turn it is.
//! Pure: no clock, no input or output. Whoever holds it holds the lock over it.

mod nodes;
mod segments;

use std::collections::VecDeque;

use statsd_whisper::Accepted;

use super::index::SeriesId;
use nodes::{NO_NODE, Nodes};

pub(super) use segments::Segments;

/// The points that wait, oldest first in each series, and a queue of the series that have some.
///
/// A point takes 20 bytes, a series 28 more as long as its number lasts, whether points wait or not.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    series: Vec<Entry>,
    nodes: Nodes,
    /// Series by the time of their oldest point, as far as that is told by when they came to be here.
    /// A series may stand here after its points were written otherwise; its turn is skipped then.
    queue: VecDeque<SeriesId>,
    /// The segments of the journal that hold the series' oldest points.
    segments: Segments,
    points: usize,
    /// Series with at least one point.
    waiting: usize,
}

/// What is known of a series in this run of the server.
#[derive(Debug, Clone, Copy)]
struct Entry {
    first: u32,
    last: u32,
    count: u32,
    /// The segment of the journal that holds its oldest point, or one before it.
    segment: u32,
    /// The newest timestamp that its file can hold.
    written_until: u32,
    shape: u16,
    turn: Turn,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            first: NO_NODE,
            last: NO_NODE,
            count: 0,
            segment: 0,
            written_until: u32::MAX,
            shape: 0,
            turn: Turn::Idle,
        }
    }
}

/// Where a series stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// In no queue.
    Idle,
    /// In the queue.
    Queued,
    /// Out of it, because somebody writes it, or tries again later.
    Taken,
}

impl Cache {
    /// Points that wait.
    pub(crate) fn points(&self) -> usize {
        self.points
    }

    /// Series with points that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Adds a point behind those that wait. `segment` is the journal's segment that holds it, or one
    /// before that.
    pub(crate) fn push(&mut self, id: SeriesId, point: Accepted, segment: u32) {
        let node = self.nodes.add(point);
        let entry = entry_mut(&mut self.series, id);
        if entry.count == 0 {
            entry.first = node;
            entry.segment = segment;
            self.waiting += 1;
            if entry.turn == Turn::Idle {
                entry.turn = Turn::Queued;
                self.queue.push_back(id);
            }
            self.segments.enter(segment);
        } else {
            let last = entry.last;
            self.nodes.link(last, node);
        }
        let entry = entry_mut(&mut self.series, id);
        entry.last = node;
        entry.count += 1;
        self.points += 1;
    }

    /// How many points of a series wait.
    pub(crate) fn count(&self, id: SeriesId) -> usize {
        self.entry(id).count as usize
    }

    /// The points of a series, oldest first.
    pub(crate) fn of(&self, id: SeriesId) -> impl Iterator<Item = Accepted> {
        self.nodes.chain(self.entry(id).first)
    }

    /// Removes the oldest `count` points of a series, which stand in its file now. What is left came after
    /// they were looked at, when the journal's newest segment was `segment`. Where nobody has looked at the
    /// file before, it can hold timestamps up to `until`.
    pub(crate) fn remove(&mut self, id: SeriesId, count: usize, segment: u32, until: u32) {
        let mut entry = self.entry(id);
        if entry.count == 0 {
            return;
        }
        if entry.written_until == u32::MAX {
            entry.written_until = until;
        }
        for _ in 0..count.min(entry.count as usize) {
            let (point, next) = self.nodes.remove(entry.first);
            entry.written_until = entry.written_until.max(point.timestamp);
            entry.first = next;
            entry.count -= 1;
            self.points -= 1;
        }
        self.segments.leave(entry.segment);
        if entry.count == 0 {
            entry.last = NO_NODE;
            self.waiting -= 1;
        } else {
            entry.segment = segment;
            self.segments.enter(segment);
        }
        *entry_mut(&mut self.series, id) = entry;
    }

    /// Says that a copy of all its points stands in this segment of the journal, too.
    pub(crate) fn copied_to(&mut self, id: SeriesId, segment: u32) {
        let before = self.entry(id);
        if before.count > 0 {
            self.segments.leave(before.segment);
            entry_mut(&mut self.series, id).segment = segment;
            self.segments.enter(segment);
        }
    }

    /// The time at which the oldest point of the series was accepted whose turn is next.
    pub(crate) fn next_at(&mut self) -> Option<u32> {
        self.skip_written();
        let id = *self.queue.front()?;
        self.of(id).next().map(|point| point.at)
    }

    /// Takes the series whose turn it is out of the queue, until it is [put back](Self::put_back).
    pub(crate) fn take_next(&mut self) -> Option<SeriesId> {
        self.skip_written();
        let id = self.queue.pop_front()?;
        entry_mut(&mut self.series, id).turn = Turn::Taken;
        Some(id)
    }

    /// Ends a turn: the series is queued where points of it wait.
    pub(crate) fn put_back(&mut self, id: SeriesId) {
        let entry = entry_mut(&mut self.series, id);
        if entry.turn == Turn::Queued {
            return;
        }
        if entry.count == 0 {
            entry.turn = Turn::Idle;
        } else {
            entry.turn = Turn::Queued;
            self.queue.push_back(id);
        }
    }

    /// How many series are queued, some of them perhaps without points.
    pub(crate) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// The oldest segment of the journal that holds a point that waits.
    pub(crate) fn oldest_segment(&self) -> Option<u32> {
        self.segments.oldest()
    }

    /// The series whose oldest point may be in this segment, or in one before it. Looks at all series.
    pub(crate) fn until_segment(&self, segment: u32) -> Vec<SeriesId> {
        let is_meant = |entry: &Entry| entry.count > 0 && entry.segment <= segment;
        (0..)
            .map(SeriesId)
            .zip(&self.series)
            .filter(|(_, e)| is_meant(e))
            .map(|(id, _)| id)
            .collect()
    }

    /// The segment that holds a series' oldest point, or one before that.
    pub(crate) fn segment_of(&self, id: SeriesId) -> u32 {
        self.entry(id).segment
    }

    /// The newest timestamp that a series' file can hold; the largest number where nobody has looked.
    pub(crate) fn written_until(&self, id: SeriesId) -> u32 {
        self.entry(id).written_until
    }

    /// Says that a series' file can hold nothing after a timestamp.
    pub(crate) fn set_written_until(&mut self, id: SeriesId, timestamp: u32) {
        entry_mut(&mut self.series, id).written_until = timestamp;
    }

    /// The number of a series' shape; 0 is none.
    pub(crate) fn shape(&self, id: SeriesId) -> u16 {
        self.entry(id).shape
    }

    /// Remembers it.
    pub(crate) fn set_shape(&mut self, id: SeriesId, shape: u16) {
        entry_mut(&mut self.series, id).shape = shape;
    }

    fn entry(&self, id: SeriesId) -> Entry {
        self.series.get(id.0 as usize).copied().unwrap_or_default()
    }

    fn skip_written(&mut self) {
        while let Some(id) = self.queue.front().copied()
            && self.entry(id).count == 0
        {
            self.queue.pop_front();
            entry_mut(&mut self.series, id).turn = Turn::Idle;
        }
    }
}

fn entry_mut(series: &mut Vec<Entry>, id: SeriesId) -> &mut Entry {
    let at = id.0 as usize;
    if at >= series.len() {
        series.resize(at + 1, Entry::default());
    }
    &mut series[at]
}

#[cfg(test)]
mod tests;
