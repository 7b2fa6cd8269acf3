//! Which slot of an archive a timestamp has.

use crate::retention::Retention;

/// One slot: the interval it was written for (u32) and the value (f64).
pub(crate) const SLOT_BYTES: usize = 12;

/// One archive of a file: where it lies, how fine and how long it is.
///
/// ```
/// use statsd_whisper::{AggregationMethod, Header, parse_retentions};
///
/// let header = Header::new(&parse_retentions("10s:1h,1m:1d")?, AggregationMethod::Sum, 0.5)?;
/// let coarse = header.archives()[1];
/// assert_eq!((coarse.step(), coarse.seconds()), (60, 86_400));
/// assert_eq!(coarse.offset(), 16 + 2 * 12 + 360 * 12);
/// assert_eq!(coarse.retention().to_string(), "60:1440");
/// # Ok::<(), statsd_whisper::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Archive {
    /// Invariant (checked where a header is parsed or made): step and points are above 0, their
    /// product fits into 32 bits.
    retention: Retention,
    offset: u32,
}

impl Archive {
    pub(crate) fn new(retention: Retention, offset: u32) -> Self {
        Self { retention, offset }
    }

    /// Step and number of points.
    pub fn retention(&self) -> Retention {
        self.retention
    }

    /// The first byte of its data, counted from the start of the file.
    pub fn offset(&self) -> u32 {
        self.offset
    }

    /// Seconds between two points.
    pub fn step(&self) -> i64 {
        i64::from(self.retention.seconds_per_point)
    }

    /// Seconds from the newest point to where the archive ends.
    pub fn seconds(&self) -> i64 {
        self.step() * i64::from(self.retention.points)
    }

    /// One byte past its data.
    pub(crate) fn end(&self) -> u64 {
        self.byte_of(self.retention.points)
    }

    /// The first byte of a slot.
    pub(crate) fn byte_of(&self, slot: u32) -> u64 {
        u64::from(self.offset) + u64::from(slot) * SLOT_BYTES as u64
    }

    /// The start of the interval that a timestamp lies in.
    pub(crate) fn interval(&self, timestamp: i64) -> i64 {
        timestamp - timestamp.rem_euclid(self.step())
    }

    /// The oldest interval that has a slot of its own at `now`. The one before it shares its slot
    /// with the newest. Interval 0 has none ever: 0 is what an empty slot says.
    pub(crate) fn oldest(&self, now: i64) -> i64 {
        (self.interval(now) - self.seconds() + self.step()).max(self.step())
    }

    /// The base of an archive with this interval in slot 0; none where it is empty. One that does not
    /// begin on the step is what is left of a write that ended too early: the next one goes there.
    pub(crate) fn base(&self, interval: u32) -> Option<u32> {
        let begins = interval.is_multiple_of(self.retention.seconds_per_point);
        (interval != 0 && begins).then_some(interval)
    }

    /// The slot of an interval, where `base` is the interval that went into slot 0.
    pub(crate) fn slot(&self, interval: i64, base: u32) -> u32 {
        let steps = (interval - i64::from(base)).div_euclid(self.step());
        u32::try_from(steps.rem_euclid(i64::from(self.retention.points)))
            .expect("a remainder of a 32-bit number")
    }
}

#[cfg(test)]
mod tests;
