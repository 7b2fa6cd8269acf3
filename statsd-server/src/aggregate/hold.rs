//! One value into what its name gathers, as far as the interval has room.

use statsd_client::protocol::{Sample, Value};

use super::gathering::{Exact, GaugeChange, count};
use super::members::{Members, held_bytes};
use super::samples::TimerSamples;
use crate::limits;

/// What became of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Recorded {
    Kept,
    /// The interval holds as much as it may.
    NoRoom,
}

/// What the names of an interval share: how much each may keep, and how much all of them hold.
pub(super) struct Hold<'a> {
    pub(super) exact: Exact,
    pub(super) held_bytes: &'a mut usize,
}

// The parser pairs kinds and values in no other way than they are looked for here.
impl Hold<'_> {
    #[inline]
    pub(super) fn gauge(&mut self, gauge: &mut GaugeChange, sample: &Sample<'_>) -> Recorded {
        match sample.value {
            Value::Number(value) => gauge.set(value),
            Value::Delta(delta) => {
                let full = !self.has_room(size_of::<f64>());
                *self.held_bytes += gauge.change(delta, full);
            }
            _ => {}
        }
        Recorded::Kept
    }

    /// The value and its weight are two things: percentiles and sums look at values as they came, only
    /// the count knows about sampling.
    #[inline]
    pub(super) fn time(&mut self, timer: &mut TimerSamples, sample: &Sample<'_>) -> Recorded {
        let Value::Number(value) = sample.value else { return Recorded::Kept };
        timer.count += weight(sample);
        if timer.sketch.is_none() {
            if self.has_room(size_of::<f64>()) {
                *self.held_bytes += size_of::<f64>();
            } else if let Some(saved) = timer.would_save() {
                timer.sketch_from_now_on();
                *self.held_bytes -= saved;
            } else {
                return Recorded::NoRoom;
            }
        }
        timer.push(value, self.exact.samples);
        Recorded::Kept
    }

    #[inline]
    pub(super) fn join(&mut self, set: &mut Members, sample: &Sample<'_>) -> Recorded {
        let Value::Text(member) = sample.value else { return Recorded::Kept };
        let member = &member[..member.len().min(limits::SET_MEMBER_MAX_BYTES)];
        if set.holds(member) {
            return Recorded::Kept;
        }
        if !set.is_estimated() {
            let bytes = held_bytes(member);
            if self.has_room(bytes) {
                *self.held_bytes += bytes;
            } else if let Some(saved) = set.would_save() {
                set.estimate_from_now_on();
                *self.held_bytes -= saved;
            } else {
                return Recorded::NoRoom;
            }
        }
        set.insert(member, self.exact.members);
        Recorded::Kept
    }

    fn has_room(&self, bytes: usize) -> bool {
        *self.held_bytes + bytes <= limits::INTERVAL_HELD_MAX_BYTES
    }
}

/// Adds a sample to a counter's sum.
#[inline]
pub(super) fn add(sum: &mut f64, sample: &Sample<'_>) -> Recorded {
    if let Value::Number(value) = sample.value {
        count(sum, value * weight(sample));
    }
    Recorded::Kept
}

/// How many calls a sample stands for. Most are not sampled, and a division takes as long as a look-up.
#[inline]
fn weight(sample: &Sample<'_>) -> f64 {
    if sample.rate == 1.0 { 1.0 } else { 1.0 / sample.rate }
}
