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

const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
const HIGHS: u64 = u64::from_ne_bytes([0x80; 8]);

/// `:` and `\n` differ in these bits only, so one search finds both.
const ALIKE: u64 = u64::from_ne_bytes([!(b':' ^ b'\n'); 8]);
const END: u64 = u64::from_ne_bytes([b':' & b'\n'; 8]);

/// Odd, and of no meaning.
const KEYS: [u64; 8] = [
    0x9e37_79b9_7f4a_7c15,
    0xbf58_476d_1ce4_e5b9,
    0x94d0_49bb_1331_11eb,
    0xd6e8_feb8_6659_fd93,
    0xa076_1d64_78bd_642f,
    0xe703_7ed1_a0b4_28db,
    0x8ebc_6af0_9c88_c6e3,
    0x5899_65cc_7537_4cc3,
];

const POWERS: [f64; 8] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7];

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
    let word = word(packet, bar)?.to_le_bytes();
    let (kind, last) = match word {
        [b'|', b'c', ..] => (Type::Counter, bar + 2),
        [b'|', b'm', b's', ..] => (Type::Timer, bar + 3),
        _ => return None,
    };
    let ends = last == end || (last < end && word[last - bar] == b'\n');
    let (name, name_bytes) = (u32::try_from(start).ok()?, u32::try_from(colon - start).ok()?);
    ends.then_some((Line { hash, name, name_bytes, value, kind }, last + 1))
}

#[inline]
fn word(packet: &[u8], at: usize) -> Option<u64> {
    let bytes = packet.get(at..at + 8)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// The name's hash, and where its colon is.
#[inline]
fn name(packet: &[u8], start: usize, end: usize) -> Option<(u64, usize)> {
    let (mut at, mut hash, mut turn) = (start, 0_u64, 0);
    loop {
        let word = word(packet, at)?;
        let differs = (word & ALIKE) ^ END;
        let mut found = differs.wrapping_sub(ONES) & !differs & HIGHS;
        // `*` and one control character are alike, too, and are part of a name.
        while found != 0 {
            let bytes = found.trailing_zeros() / 8;
            match word.to_le_bytes()[bytes as usize] {
                b':' => {
                    let colon = at + bytes as usize;
                    let tail = word & !(u64::MAX << (8 * bytes));
                    hash = mix(hash, tail ^ (colon - start) as u64, turn);
                    return (colon > start && colon < end).then_some((hash, colon));
                }
                b'\n' => return None,
                _ => found &= found - 1,
            }
        }
        hash = mix(hash, word, turn);
        turn += 1;
        at += 8;
    }
}

/// Words are multiplied apart, so that the processor need not wait for one to begin the next.
#[inline]
fn mix(hash: u64, word: u64, turn: usize) -> u64 {
    let product = u128::from(word ^ KEYS[turn % 8]) * u128::from(KEYS[(turn + 3) % 8]);
    #[expect(clippy::cast_possible_truncation, reason = "both halves are meant")]
    let folded = product as u64 ^ (product >> 64) as u64;
    hash.rotate_left(7) ^ folded
}

/// Digits, with a point among them.
#[inline]
fn number(packet: &[u8], start: usize) -> Option<(f64, usize)> {
    let (mut at, mut digits, mut point) = (start, 0_u64, None);
    loop {
        match *packet.get(at)? {
            digit @ b'0'..=b'9' => digits = digits.wrapping_mul(10) + u64::from(digit - b'0'),
            b'.' if point.is_none() => point = Some(at + 1),
            _ => break,
        }
        at += 1;
    }
    if at == start || at > start + 16 {
        return None;
    }
    let value = digits as f64;
    Some((point.map_or(Some(value), |point| Some(value / POWERS.get(at - point)?))?, at))
}
