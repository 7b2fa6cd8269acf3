//! SHA-256 (FIPS 180-4), by which carbon names the files of series with tags. Nothing secret is digested
//! here, and nothing but a new series' file asks for it, so it may be short rather than fast.

const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// The first 32 bits of the fractions of the cube roots of the first 64 primes.
static ROUNDS: [u32; 64] = rounds();

/// The digest in lower-case hexadecimal digits, 64 of them.
pub(super) fn sha256_hex(bytes: &[u8]) -> String {
    let mut message = bytes.to_vec();
    message.push(0x80);
    // The last eight bytes of the last block are the length.
    message.resize((message.len() + 8).next_multiple_of(64) - 8, 0);
    message.extend_from_slice(&(bytes.len() as u64 * 8).to_be_bytes());
    let state = message.as_chunks::<64>().0.iter().fold(INITIAL, compress);
    state.map(|word| format!("{word:08x}")).concat()
}

fn compress(state: [u32; 8], block: &[u8; 64]) -> [u32; 8] {
    let mut w = [0_u32; 64];
    for (word, bytes) in w.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for t in 16..64 {
        let s0 = w[t - 15].rotate_right(7) ^ w[t - 15].rotate_right(18) ^ (w[t - 15] >> 3);
        let s1 = w[t - 2].rotate_right(17) ^ w[t - 2].rotate_right(19) ^ (w[t - 2] >> 10);
        w[t] = w[t - 16].wrapping_add(s0).wrapping_add(w[t - 7]).wrapping_add(s1);
    }
    let mut s = state;
    for (k, w) in ROUNDS.iter().zip(w) {
        let s1 = s[4].rotate_right(6) ^ s[4].rotate_right(11) ^ s[4].rotate_right(25);
        let choice = (s[4] & s[5]) ^ (!s[4] & s[6]);
        let t1 = [s1, choice, *k, w].into_iter().fold(s[7], u32::wrapping_add);
        let s0 = s[0].rotate_right(2) ^ s[0].rotate_right(13) ^ s[0].rotate_right(22);
        let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        let t2 = s0.wrapping_add(majority);
        s = [t1.wrapping_add(t2), s[0], s[1], s[2], s[3].wrapping_add(t1), s[4], s[5], s[6]];
    }
    std::array::from_fn(|i| state[i].wrapping_add(s[i]))
}

const fn rounds() -> [u32; 64] {
    let (mut rounds, mut at, mut n) = ([0; 64], 0, 2_u128);
    while at < rounds.len() {
        if is_prime(n) {
            // Of the root of n·2^96, which is the root of n in 32 bits behind the point.
            rounds[at] = (cube_root(n << 96) & 0xffff_ffff) as u32;
            at += 1;
        }
        n += 1;
    }
    rounds
}

const fn is_prime(n: u128) -> bool {
    let mut divisor = 2;
    while divisor * divisor <= n {
        if n.is_multiple_of(divisor) {
            return false;
        }
        divisor += 1;
    }
    true
}

/// The largest number whose cube is not above this one, bit by bit.
const fn cube_root(cube: u128) -> u128 {
    let (mut root, mut bit) = (0_u128, 1 << 40);
    while bit > 0 {
        let next: u128 = root + bit;
        if next * next * next <= cube {
            root = next;
        }
        bit >>= 1;
    }
    root
}

#[cfg(test)]
mod tests;
