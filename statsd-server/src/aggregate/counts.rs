//! What an interval counted besides the metrics themselves.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use statsd_client::protocol::{BadLine, Reason};

use super::hold::Recorded;
use crate::limits::BAD_LINE_EXAMPLE_MAX_BYTES;

/// How much arrived in an interval, and what of it did not become a metric.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Packets, the empty ones included.
    pub packets: u64,
    /// Lines, the bad ones included.
    pub lines: u64,
    /// Values recorded.
    pub samples: u64,
    /// Events that could be read.
    pub events: u64,
    /// Service checks that could be read; each is a sample, too.
    pub service_checks: u64,
    /// Values that could not be read, by reason. A line may hold several.
    pub bad: BTreeMap<Reason, BadValues>,
    /// Values dropped because their name is longer than any series may be.
    pub names_too_long: u64,
    /// Values dropped because too many names are known. Where only the merge of the shards finds
    /// that out, a name and its interval count as one.
    pub contexts_over_limit: u64,
    /// Values dropped because the interval holds as many as it may.
    pub samples_over_limit: u64,
    /// Timers that had so many samples that their statistics are of a sketch.
    pub timers_sketched: u64,
    /// Sets that had so many members that their number is an estimate.
    pub sets_estimated: u64,
    /// Results left out because they are infinite or not a number.
    pub results_not_finite: u64,
    /// What did not come as far as the parser.
    pub lost: Lost,
}

/// The bad values of one reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BadValues {
    /// How many.
    pub number: u64,
    /// The line of the first one, as it came, cut at `BAD_LINE_EXAMPLE_MAX_BYTES`.
    pub example: Box<[u8]>,
}

/// What a receiver knows to be lost of what was sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lost {
    /// Packets that the kernel dropped because a socket's buffer was full.
    pub kernel_drops: u64,
    /// Those among them that may have been several packets each: the kernel counts a train of
    /// segments that it merged as one.
    pub kernel_drops_merged: u64,
    /// Packets that were longer than the place for them. They are packets, too, but none of their
    /// lines is read: the last one could be half of one.
    pub packets_truncated: u64,
    /// Lines of streams that were longer than a line may be. They are lines, too, and bad ones.
    pub lines_too_long: u64,
}

impl Lost {
    fn add(&mut self, other: Self) {
        self.kernel_drops += other.kernel_drops;
        self.kernel_drops_merged += other.kernel_drops_merged;
        self.packets_truncated += other.packets_truncated;
        self.lines_too_long += other.lines_too_long;
    }
}

impl Counts {
    /// Counts what was lost; a truncated packet is a packet, and a long line is a line.
    pub(super) fn add_lost(&mut self, lost: Lost) {
        self.packets += lost.packets_truncated;
        self.lines += lost.lines_too_long;
        self.lost.add(lost);
    }

    /// Counts a bad value; of the first of its reason the line is kept. Apart from the good ones' way,
    /// which is short.
    #[cold]
    pub(super) fn add_bad(&mut self, bad: &BadLine<'_>) {
        let values = self.bad.entry(bad.reason).or_insert_with(|| {
            let end = bad.line.len().min(BAD_LINE_EXAMPLE_MAX_BYTES);
            BadValues { number: 0, example: bad.line[..end].into() }
        });
        values.number += 1;
    }

    pub(super) fn add_recorded(&mut self, recorded: Recorded) {
        match recorded {
            Recorded::Kept => self.samples += 1,
            Recorded::NoRoom => self.samples_over_limit += 1,
        }
    }

    /// All bad values, whatever the reason.
    pub fn bad_lines(&self) -> u64 {
        self.bad.values().map(|values| values.number).sum::<u64>() + self.lost.lines_too_long
    }

    pub(super) fn add(&mut self, other: Self) {
        self.packets += other.packets;
        self.lines += other.lines;
        self.samples += other.samples;
        self.events += other.events;
        self.service_checks += other.service_checks;
        for (reason, values) in other.bad {
            match self.bad.entry(reason) {
                Entry::Occupied(mut known) => known.get_mut().number += values.number,
                Entry::Vacant(free) => {
                    free.insert(values);
                }
            }
        }
        self.names_too_long += other.names_too_long;
        self.contexts_over_limit += other.contexts_over_limit;
        self.samples_over_limit += other.samples_over_limit;
        self.timers_sketched += other.timers_sketched;
        self.sets_estimated += other.sets_estimated;
        self.results_not_finite += other.results_not_finite;
        self.lost.add(other.lost);
    }
}
