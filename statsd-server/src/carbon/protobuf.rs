//! Carbon's protobuf frames, which have one shape: `Payload { metrics: [Metric { metric: string, points: [Point
//! { timestamp: uint32, value: double }] }] }`, fields counted from 1. Pure; knows no sockets.

use super::Points;
use super::bad::{Bad, Reason};
use super::line::{seconds, take};
use crate::limits::{CARBON_BATCH_BYTES, CARBON_BATCH_POINTS};

/// Why a frame is not read. One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtobufError {
    /// It ends in the middle of a field.
    #[error("it ends too early")]
    Cut,
    /// A number has more than 64 bits.
    #[error("a number in it is too long")]
    TooLong,
    /// A field of a kind that there is not, or not any more.
    #[error("it has a field of kind {0}")]
    Kind(u8),
    /// A field is not of the kind that it is to be.
    #[error("its field {0} is of the wrong kind")]
    Wrong(&'static str),
}

/// The points of a frame, a batch at a time.
#[derive(Debug)]
pub struct ProtobufPoints<'a> {
    metrics: Fields<'a>,
    /// The metric at hand, and what is left of it.
    metric: Option<(&'a [u8], Fields<'a>)>,
}

/// Reads a frame, without its length. Fields that are not known are passed over.
///
/// # Errors
/// The frame is refused as a whole: a field is cut, or not of its kind.
///
/// ```
/// use statsd_server::carbon::{Bad, Points, read_protobuf};
///
/// let frame = b"\x0a\x14\x0a\x05a.b.c\x12\x0b\x08\x11\x11\0\0\0\0\0\0\xf8\x3f";
/// let (mut points, mut bad) = (Points::default(), Bad::default());
/// assert!(read_protobuf(frame)?.next_batch(0, &mut points, &mut bad));
/// let (name, point) = points.iter().next().unwrap();
/// assert_eq!((name, point.timestamp, point.value), ("a.b.c", 17, 1.5));
/// # Ok::<(), statsd_server::carbon::ProtobufError>(())
/// ```
pub fn read_protobuf(frame: &[u8]) -> Result<ProtobufPoints<'_>, ProtobufError> {
    let mut metrics = Fields(frame);
    while let Some((number, field)) = metrics.next()? {
        if number == 1 {
            look_over(field.bytes("metrics")?)?;
        }
    }
    Ok(ProtobufPoints { metrics: Fields(frame), metric: None })
}

/// Every field of a metric and of its points, so that a frame is taken or refused as a whole.
fn look_over(metric: &[u8]) -> Result<(), ProtobufError> {
    let mut fields = Fields(metric);
    while let Some((number, field)) = fields.next()? {
        match number {
            1 => drop(field.bytes("metric")?),
            2 => drop(read_point(field.bytes("points")?)?),
            _ => {}
        }
    }
    Ok(())
}

impl ProtobufPoints<'_> {
    /// Adds the next points, as many as belong in one batch, and says whether these were the last. What is no
    /// point is counted in `bad`, and the rest is read.
    pub fn next_batch(&mut self, now: i64, points: &mut Points, bad: &mut Bad) -> bool {
        loop {
            let Some((name, rest)) = &mut self.metric else {
                // Whatever is broken was refused already.
                match self.metrics.next() {
                    Ok(Some((1, Field::Bytes(metric)))) => {
                        self.metric = Some((name_of(metric), Fields(metric)));
                    }
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => return true,
                }
                continue;
            };
            if points.len() >= CARBON_BATCH_POINTS || points.text_bytes() >= CARBON_BATCH_BYTES {
                return false;
            }
            let name = *name;
            match rest.next() {
                Ok(Some((2, Field::Bytes(point)))) => {
                    if let Err(reason) = take_point(name, point, now, points, bad) {
                        bad.add(reason, name);
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => self.metric = None,
            }
        }
    }
}

/// The last that is said, as everywhere in this format.
fn name_of(metric: &[u8]) -> &[u8] {
    let mut fields = Fields(metric);
    let mut name: &[u8] = b"";
    while let Ok(Some((number, field))) = fields.next() {
        if let (1, Field::Bytes(bytes)) = (number, field) {
            name = bytes;
        }
    }
    name
}

fn take_point(
    name: &[u8],
    point: &[u8],
    now: i64,
    points: &mut Points,
    bad: &mut Bad,
) -> Result<(), Reason> {
    let name = str::from_utf8(name).map_err(|_| Reason::NotUtf8)?;
    let (time, value) = read_point(point).map_err(|_| Reason::Shape)?;
    take(name, seconds(time as f64, now)?, value, points, bad)
}

/// What is not said is 0.
fn read_point(point: &[u8]) -> Result<(u64, f64), ProtobufError> {
    let (mut time, mut value) = (0, 0.0);
    let mut fields = Fields(point);
    while let Some((number, field)) = fields.next()? {
        match (number, field) {
            (1, Field::Number(number)) => time = number,
            (1, _) => return Err(ProtobufError::Wrong("timestamp")),
            (2, Field::Eight(bytes)) => value = f64::from_le_bytes(bytes),
            (2, _) => return Err(ProtobufError::Wrong("value")),
            _ => {}
        }
    }
    Ok((time, value))
}

/// What is left of a message.
#[derive(Debug, Clone, Copy)]
struct Fields<'a>(&'a [u8]);

#[derive(Debug, Clone, Copy)]
enum Field<'a> {
    Number(u64),
    Eight([u8; 8]),
    Bytes(&'a [u8]),
    Four,
}

impl<'a> Field<'a> {
    fn bytes(self, name: &'static str) -> Result<&'a [u8], ProtobufError> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(ProtobufError::Wrong(name)),
        }
    }
}

impl<'a> Fields<'a> {
    /// The next field with its number.
    fn next(&mut self) -> Result<Option<(u64, Field<'a>)>, ProtobufError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let key = self.varint()?;
        let field = match key & 7 {
            0 => Field::Number(self.varint()?),
            1 => Field::Eight(self.array()?),
            2 => {
                let length = usize::try_from(self.varint()?).map_err(|_| ProtobufError::Cut)?;
                let (bytes, rest) = self.0.split_at_checked(length).ok_or(ProtobufError::Cut)?;
                self.0 = rest;
                Field::Bytes(bytes)
            }
            5 => {
                self.array::<4>()?;
                Field::Four
            }
            kind => return Err(ProtobufError::Kind(u8::try_from(kind).unwrap_or(u8::MAX))),
        };
        Ok(Some((key >> 3, field)))
    }

    /// Seven bits a byte, the lowest first; the highest bit says that there are more.
    fn varint(&mut self) -> Result<u64, ProtobufError> {
        let mut number: u64 = 0;
        for (at, &byte) in self.0.iter().enumerate() {
            if at == 9 && byte > 1 {
                return Err(ProtobufError::TooLong);
            }
            number |= u64::from(byte & 0x7f) << (7 * at);
            if byte < 0x80 {
                self.0 = &self.0[at + 1..];
                return Ok(number);
            }
        }
        Err(ProtobufError::Cut)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ProtobufError> {
        let (array, rest) = self.0.split_first_chunk::<N>().ok_or(ProtobufError::Cut)?;
        self.0 = rest;
        Ok(*array)
    }
}

#[cfg(test)]
mod tests;
