//! Lines of a packet, eight bytes at a time: the end of a name is found and the name hashed in one pass.

/// Bytes that may be read behind a packet.
pub(super) const PADDING: usize = 16;

/// What a line's metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Counter,
    Timer,
}

/// One line, its name as a place in the packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    pub(super) hash: u64,
    pub(super) name: u32,
    pub(super) name_bytes: u32,
    pub(super) value: f64,
    pub(super) kind: Type,
}

const COUNTER: u64 = u64::from_le_bytes(*b"|c\0\0\0\0\0\0");
const TIMER: u64 = u64::from_le_bytes(*b"|ms\0\0\0\0\0");

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// `:` and `\n` differ in these bits only, so one search finds both.
const ALIKE: u64 = u64::from_ne_bytes([!(b':' ^ b'\n'); 8]);
const END: u64 = u64::from_ne_bytes([b':' & b'\n'; 8]);

/// Odd, and of no meaning.
const KEYS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9];

const POWERS: [f64; NUMBER_BYTES] =
    [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// A number is shorter.
const NUMBER_BYTES: usize = 16;

/// Reads the packet that ends at `end` into `lines`, and counts those that cannot be read.
pub(super) fn lines(packet: &[u8], end: usize, lines: &mut Vec<Line>, bad: &mut u64) {
    lines.clear();
    let mut at = 0;
    while at < end {
        if let Some((line, next)) = line(packet, at, end) {
            lines.push(line);
            at = next;
        } else {
            *bad += 1;
            let rest = &packet[at..end];
            at = rest.iter().position(|&byte| byte == b'\n').map_or(end, |found| at + found + 1);
        }
    }
}

/// The line at `start`, and where the next one starts.
#[inline]
fn line(packet: &[u8], start: usize, end: usize) -> Option<(Line, usize)> {
    let (hash, colon) = name(packet, start, end)?;
    let (value, bar) = number(packet, colon + 1)?;
    let word = word(packet, bar)?;
    let (kind, last) = if word & 0xffff == COUNTER {
        (Type::Counter, bar + 2)
    } else if word & 0xff_ffff == TIMER {
        (Type::Timer, bar + 3)
    } else {
        return None;
    };
    let ends = last == end || (last < end && packet[last] == b'\n');
    let (name, name_bytes) = (u32::try_from(start).ok()?, u32::try_from(colon - start).ok()?);
    ends.then_some((Line { hash, name, name_bytes, value, kind }, last + 1))
}

#[inline]
fn word(packet: &[u8], at: usize) -> Option<u64> {
    packet.get(at..)?.first_chunk().map(|bytes| u64::from_le_bytes(*bytes))
}

/// The name's hash, and where its colon is.
#[inline]
fn name(packet: &[u8], start: usize, end: usize) -> Option<(u64, usize)> {
    let mut hash = 0_u64;
    for (turn, bytes) in packet.get(start..)?.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        let differs = (word & ALIKE) ^ END;
        let mut found = differs.wrapping_sub(ONES) & !differs & HIGHS;
        // `*` and one control character are alike, too, and are part of a name.
        while found != 0 {
            let bits = found.trailing_zeros() & !7;
            let byte = word >> bits & 0xff;
            if byte == u64::from(b':') {
                let name_bytes = turn * 8 + (bits / 8) as usize;
                let tail = word & !(u64::MAX << bits);
                let colon = start + name_bytes;
                hash = mix(hash, tail ^ name_bytes as u64);
                return (name_bytes > 0 && colon < end).then_some((hash, colon));
            } else if byte == u64::from(b'\n') {
                return None;
            }
            found &= found - 1;
        }
        hash = mix(hash, word);
    }
    None
}

#[inline]
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ word ^ KEYS[0]) * u128::from(KEYS[1]);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are meant")]
    let folded = product as u64 ^ (product >> 64) as u64;
    folded
}

/// Digits, with a point among them, and where they end.
#[inline]
fn number(packet: &[u8], start: usize) -> Option<(f64, usize)> {
    let (mut digits, mut point, mut bytes) = (0_u64, 0, 0);
    for &byte in packet.get(start..start + NUMBER_BYTES)? {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            digits = digits * 10 + u64::from(digit);
        } else if byte == b'.' && point == 0 {
            point = bytes + 1;
        } else {
            break;
        }
        bytes += 1;
    }
    let value = digits as f64;
    let value = if point == 0 { value } else { value / POWERS[bytes - point] };
    (0 < bytes && bytes < NUMBER_BYTES).then_some((value, start + bytes))
}
