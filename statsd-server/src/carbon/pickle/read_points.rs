//! What a pickle of points says: `[(name, (time, value)), …]`.

use super::{Pickle, PickleError, Value};
use crate::carbon::Points;
use crate::carbon::bad::{Bad, Reason};
use crate::carbon::line::{seconds, take};
use crate::limits::{CARBON_BATCH_BYTES, CARBON_BATCH_POINTS};

/// The points of a frame, a batch at a time.
#[derive(Debug)]
pub struct PicklePoints<'a> {
    pickle: Pickle<'a>,
    /// How many entries of the list are done, and of the next one how many points.
    done: (usize, usize),
    /// Points that may still come of it. An entry that is named again and again multiplies its points; as many as
    /// there are values in the frame is more than an honest one has.
    left: usize,
}

/// How many points of an entry are done.
enum Read {
    All(usize),
    /// There may be more; the batch is full.
    Full(usize),
    /// There are more than may come of the frame.
    TooMany,
}

/// Reads a frame of carbon's pickle protocol, without its length. Lists may stand where tuples do, an entry may
/// have several `(time, value)`, texts may be `str` or `bytes`, and numbers may be texts.
///
/// # Errors
/// The frame is refused as a whole: it is no pickle, would build an object, or is over a bound.
///
/// ```
/// use statsd_server::carbon::{Bad, Points, read_pickle};
///
/// let frame = b"(lp0\n(S'a.b'\n(I17\nF1.5\ntta.";
/// let (mut points, mut bad) = (Points::default(), Bad::default());
/// assert!(read_pickle(frame)?.next_batch(0, &mut points, &mut bad));
/// let (name, point) = points.iter().next().unwrap();
/// assert_eq!((name, point.timestamp, point.value), ("a.b", 17, 1.5));
///
/// let hostile = b"cos\nsystem\n(S'true'\ntR.";
/// assert_eq!(read_pickle(hostile).unwrap_err().to_string(), "it holds GLOBAL, which is more than data");
/// # Ok::<(), statsd_server::carbon::PickleError>(())
/// ```
pub fn read_pickle(frame: &[u8]) -> Result<PicklePoints<'_>, PickleError> {
    let pickle = Pickle::read(frame)?;
    if pickle.items(pickle.root).is_none() {
        return Err(PickleError::Broken("it is no list"));
    }
    let left = pickle.size();
    Ok(PicklePoints { pickle, done: (0, 0), left })
}

impl PicklePoints<'_> {
    /// Adds the next points, as many as belong in one batch, and says whether these were the last. What is no
    /// point is counted in `bad`, and the rest is read.
    pub fn next_batch(&mut self, now: i64, points: &mut Points, bad: &mut Bad) -> bool {
        let Some(entries) = self.pickle.items(self.pickle.root) else { return true };
        let (mut entry, mut skipped) = self.done;
        let mut left = self.left;
        for value in entries.skip(entry) {
            match self.read_entry(value, skipped, left, now, points, bad) {
                Read::All(read) => {
                    left -= read - skipped;
                    (entry, skipped) = (entry + 1, 0);
                }
                Read::Full(read) => {
                    self.left = left - (read - skipped);
                    self.done = (entry, read);
                    return false;
                }
                Read::TooMany => {
                    bad.add(Reason::Shape, b"");
                    break;
                }
            }
        }
        self.done = (usize::MAX, 0);
        true
    }

    /// Reads the points of one entry behind the first `skipped`, `most` of them.
    fn read_entry(
        &self,
        value: Value<'_>,
        skipped: usize,
        most: usize,
        now: i64,
        points: &mut Points,
        bad: &mut Bad,
    ) -> Read {
        let pickle = &self.pickle;
        let mut parts = pickle.items(value).into_iter().flatten();
        let name = parts.next().and_then(|name| pickle.bytes(name));
        let Some(name) = name else {
            bad.add(Reason::Shape, b"");
            return Read::All(skipped);
        };
        let Ok(name) = str::from_utf8(name) else {
            bad.add(Reason::NotUtf8, name);
            return Read::All(skipped);
        };
        let mut read = skipped;
        for point in parts.skip(skipped) {
            if points.len() >= CARBON_BATCH_POINTS || points.text_bytes() >= CARBON_BATCH_BYTES {
                return Read::Full(read);
            }
            if read - skipped == most {
                return Read::TooMany;
            }
            read += 1;
            let taken = self.read_point(point, now);
            let taken =
                taken.and_then(|(timestamp, value)| take(name, timestamp, value, points, bad));
            if let Err(reason) = taken {
                bad.add(reason, name.as_bytes());
            }
        }
        if read == 0 {
            bad.add(Reason::Shape, name.as_bytes());
        }
        Read::All(read)
    }

    fn read_point(&self, point: Value<'_>, now: i64) -> Result<(i64, f64), Reason> {
        let pickle = &self.pickle;
        let mut parts = pickle.items(point).ok_or(Reason::Shape)?;
        let (Some(time), Some(value), None) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Reason::Shape);
        };
        let time = pickle.number(time).ok_or(Reason::Time)?;
        let value = pickle.number(value).ok_or(Reason::Value)?;
        Ok((seconds(time, now)?, value))
    }
}

#[cfg(test)]
mod tests;
