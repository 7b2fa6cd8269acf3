//! Lines → pickles that carbon's receiver reads: `[(name, (timestamp, value)), …]`, protocol 2, each
//! behind its length in four bytes, most significant first.

use crate::limits::PICKLE_MAX_BYTES;

/// Room for the points of one pickle: less its frame, and less one point of any length.
const POINTS_MAX_BYTES: usize = PICKLE_MAX_BYTES - 8 * 1_024;

/// The whole text as frames. Lines that are not `name value timestamp` are left out; this server
/// writes none.
pub(super) fn frames(text: &str) -> Vec<u8> {
    let mut frames = Vec::with_capacity(text.len() + text.len() / 8);
    let mut points = Vec::new();
    for line in text.lines() {
        push_point(&mut points, line);
        if points.len() > POINTS_MAX_BYTES {
            push_frame(&mut frames, &mut points);
        }
    }
    if !points.is_empty() {
        push_frame(&mut frames, &mut points);
    }
    frames
}

fn push_frame(frames: &mut Vec<u8>, points: &mut Vec<u8>) {
    // Protocol 2, an empty list, a mark; behind the points: append all since the mark, stop.
    let (begin, end): (&[u8], &[u8]) = (b"\x80\x02](", b"e.");
    let bytes = begin.len() + points.len() + end.len();
    // At most `PICKLE_MAX_BYTES`.
    frames.extend(u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes());
    frames.extend(begin);
    frames.append(points);
    frames.extend(end);
}

fn push_point(points: &mut Vec<u8>, line: &str) {
    let mut words = line.rsplitn(3, ' ');
    let timestamp = words.next().and_then(|word| word.parse::<i64>().ok());
    let value = words.next().and_then(|word| word.parse::<f64>().ok());
    let (Some(timestamp), Some(value), Some(name)) = (timestamp, value, words.next()) else {
        return;
    };
    let Ok(length) = u32::try_from(name.len()) else { return };
    // A text.
    points.push(b'X');
    points.extend(length.to_le_bytes());
    points.extend(name.as_bytes());
    // A whole number of eight bytes: those of four end in 2038.
    points.extend(b"\x8a\x08");
    points.extend(timestamp.to_le_bytes());
    points.push(b'G');
    points.extend(value.to_be_bytes());
    // Two pairs, the inner one first.
    points.extend(b"\x86\x86");
}

#[cfg(test)]
mod tests;
