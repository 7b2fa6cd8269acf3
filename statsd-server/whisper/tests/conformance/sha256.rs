//! SHA-256 (FIPS 180-4), by which the recorded vectors name a file's bytes.

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

pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    let mut message = bytes.to_vec();
    message.push(0x80);
    message.resize(message.len().next_multiple_of(64), 0);
    if message.len() - bytes.len() < 9 {
        message.resize(message.len() + 64, 0);
    }
    let bits = bytes.len() as u64 * 8;
    let end = message.len();
    message[end - 8..].copy_from_slice(&bits.to_be_bytes());

    let constants = constants();
    let state = message
        .as_chunks::<64>()
        .0
        .iter()
        .fold(INITIAL, |state, block| compress(state, block, &constants));
    state.map(|word| format!("{word:08x}")).concat()
}

fn compress(state: [u32; 8], block: &[u8; 64], constants: &[u32]) -> [u32; 8] {
    let mut w: Vec<u32> =
        block.as_chunks::<4>().0.iter().map(|word| u32::from_be_bytes(*word)).collect();
    for t in 16..64 {
        let s0 = w[t - 15].rotate_right(7) ^ w[t - 15].rotate_right(18) ^ (w[t - 15] >> 3);
        let s1 = w[t - 2].rotate_right(17) ^ w[t - 2].rotate_right(19) ^ (w[t - 2] >> 10);
        w.push(w[t - 16].wrapping_add(s0).wrapping_add(w[t - 7]).wrapping_add(s1));
    }
    let mut s = state;
    for (k, w) in constants.iter().zip(w) {
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

/// The first 32 bits of the fractions of the cube roots of the first 64 primes.
fn constants() -> Vec<u32> {
    (2_u128..)
        .filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0))
        .take(64)
        .map(|prime| u32::try_from(cube_root(prime << 96) & 0xffff_ffff).unwrap())
        .collect()
}

/// The largest number whose cube is not above this one, bit by bit.
fn cube_root(cube: u128) -> u128 {
    (0..40)
        .rev()
        .map(|bit| 1 << bit)
        .fold(0, |root: u128, bit| if (root + bit).pow(3) <= cube { root + bit } else { root })
}

#[test]
fn the_digests_of_the_standard_come_out() {
    for (text, digest) in [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ] {
        assert_eq!(sha256_hex(text.as_bytes()), digest);
    }
}
