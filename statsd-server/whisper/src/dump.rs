//! What stands in a file, whatever it is valid for.

use crate::error::Error;
use crate::file::Whisper;
use crate::update::Point;

/// One slot as it stands in the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StoredSlot {
    /// Its place in the archive, from 0 on.
    pub index: u32,
    /// The interval that it was written for, seconds since the epoch; 0 where it never was.
    pub interval: u32,
    /// The value.
    pub value: f64,
}

impl Whisper {
    /// Hands over every slot of the archive of this step, in order of its place, empty ones included.
    /// Reads 48 KiB at a time, and keeps no more in memory.
    ///
    /// # Errors
    /// [`ErrorKind::NoSuchArchive`](crate::ErrorKind::NoSuchArchive), and the operating system's.
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1m")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.5)?;
    /// let _ = file.update(1_772_599_850, 2.0, 1_772_599_850)?;
    ///
    /// let mut slots = Vec::new();
    /// file.dump(10, |slot| slots.push((slot.index, slot.interval, slot.value)))?;
    /// assert_eq!(slots.len(), 6);
    /// assert_eq!(slots[..2], [(0, 1_772_599_850, 2.0), (1, 0, 0.0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dump(&self, step: u32, mut each: impl FnMut(StoredSlot)) -> Result<(), Error> {
        let archive = &self.header().archives()[self.archive(step)?];
        self.disk().each_slot(archive, |index, slot| {
            each(StoredSlot { index, interval: slot.interval, value: slot.value });
        })
    }

    /// All points that stand in the archive of this step, however old, in order of time. Reads the
    /// whole archive into memory.
    ///
    /// # Errors
    /// As [`Whisper::dump`].
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Point, Whisper, parse_retentions};
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("a.wsp");
    /// let archives = parse_retentions("10s:1m")?;
    /// let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.5)?;
    /// let _ = file.update(1_772_599_853, 2.0, 1_772_599_853)?;
    /// assert_eq!(file.points(10)?, [Point { timestamp: 1_772_599_850, value: 2.0 }]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn points(&self, step: u32) -> Result<Vec<Point>, Error> {
        let mut points = Vec::new();
        self.dump(step, |slot| {
            if slot.interval != 0 {
                points.push(Point { timestamp: slot.interval.into(), value: slot.value });
            }
        })?;
        points.sort_by_key(|point| point.timestamp);
        Ok(points)
    }
}
