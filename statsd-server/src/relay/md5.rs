//! MD5 (RFC 1321), of which a ring takes the first word. It keeps no secret here; it only spreads names
//! as etsy's proxy does.

/// Bytes that are digested at once.
const BLOCK_BYTES: usize = 64;

/// Bytes of the message's length at its end.
const LENGTH_BYTES: usize = 8;

/// What the four words begin with.
const START: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];

/// How far the steps of each round turn, in turns of four.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// What each step adds: the whole part of 2^32 times the sine of its number from 1 on, without sign.
const SINES: [u32; 64] = [
    0xd76a_a478,
    0xe8c7_b756,
    0x2420_70db,
    0xc1bd_ceee,
    0xf57c_0faf,
    0x4787_c62a,
    0xa830_4613,
    0xfd46_9501,
    0x6980_98d8,
    0x8b44_f7af,
    0xffff_5bb1,
    0x895c_d7be,
    0x6b90_1122,
    0xfd98_7193,
    0xa679_438e,
    0x49b4_0821,
    0xf61e_2562,
    0xc040_b340,
    0x265e_5a51,
    0xe9b6_c7aa,
    0xd62f_105d,
    0x0244_1453,
    0xd8a1_e681,
    0xe7d3_fbc8,
    0x21e1_cde6,
    0xc337_07d6,
    0xf4d5_0d87,
    0x455a_14ed,
    0xa9e3_e905,
    0xfcef_a3f8,
    0x676f_02d9,
    0x8d2a_4c8a,
    0xfffa_3942,
    0x8771_f681,
    0x6d9d_6122,
    0xfde5_380c,
    0xa4be_ea44,
    0x4bde_cfa9,
    0xf6bb_4b60,
    0xbebf_bc70,
    0x289b_7ec6,
    0xeaa1_27fa,
    0xd4ef_3085,
    0x0488_1d05,
    0xd9d4_d039,
    0xe6db_99e5,
    0x1fa2_7cf8,
    0xc4ac_5665,
    0xf429_2244,
    0x432a_ff97,
    0xab94_23a7,
    0xfc93_a039,
    0x655b_59c3,
    0x8f0c_cc92,
    0xffef_f47d,
    0x8584_5dd1,
    0x6fa8_7e4f,
    0xfe2c_e6e0,
    0xa301_4314,
    0x4e08_11a1,
    0xf753_7e82,
    0xbd3a_f235,
    0x2ad7_d2bb,
    0xeb86_d391,
];

/// The little-endian number in the first four bytes of a message's digest.
pub(super) fn first_word(message: &[u8]) -> u32 {
    digest_words(message)[0]
}

/// The digest as four little-endian words.
pub(super) fn digest_words(message: &[u8]) -> [u32; 4] {
    let mut words = START;
    let mut blocks = message.chunks_exact(BLOCK_BYTES);
    for block in &mut blocks {
        words = step(words, block);
    }
    // What is left, a one bit, zeros, and the length in bits: one block, or two.
    let rest = blocks.remainder();
    let mut end = [0; 2 * BLOCK_BYTES];
    end[..rest.len()].copy_from_slice(rest);
    end[rest.len()] = 0x80;
    let fits = rest.len() + 1 + LENGTH_BYTES <= BLOCK_BYTES;
    let end_bytes = if fits { BLOCK_BYTES } else { 2 * BLOCK_BYTES };
    let bits = (message.len() as u64).wrapping_mul(8);
    end[end_bytes - LENGTH_BYTES..end_bytes].copy_from_slice(&bits.to_le_bytes());
    end[..end_bytes].chunks_exact(BLOCK_BYTES).fold(words, step)
}

fn step(words: [u32; 4], block: &[u8]) -> [u32; 4] {
    let mut message = [0; 16];
    for (word, bytes) in message.iter_mut().zip(block.chunks_exact(4)) {
        *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    let after = round(words, &message, 0, |b, c, d| (b & c) | (!b & d), |i| i);
    let after = round(after, &message, 1, |b, c, d| (d & b) | (!d & c), |i| (5 * i + 1) % 16);
    let after = round(after, &message, 2, |b, c, d| b ^ c ^ d, |i| (3 * i + 5) % 16);
    let after = round(after, &message, 3, |b, c, d| c ^ (b | !d), |i| (7 * i) % 16);
    std::array::from_fn(|at| words[at].wrapping_add(after[at]))
}

/// Sixteen steps, which differ by round in how they mix three words, and in which order they take the
/// message's.
#[inline]
fn round(
    [mut a, mut b, mut c, mut d]: [u32; 4],
    message: &[u32; 16],
    number: usize,
    mix: impl Fn(u32, u32, u32) -> u32,
    order: impl Fn(usize) -> usize,
) -> [u32; 4] {
    for i in 0..16 {
        let sum = a
            .wrapping_add(mix(b, c, d))
            .wrapping_add(message[order(i)])
            .wrapping_add(SINES[16 * number + i]);
        let turned = b.wrapping_add(sum.rotate_left(TURNS[number][i % 4]));
        (a, b, c, d) = (d, turned, b, c);
    }
    [a, b, c, d]
}

#[cfg(test)]
mod tests;
