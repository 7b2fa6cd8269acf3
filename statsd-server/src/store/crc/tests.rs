use proptest::prelude::*;

use super::*;

fn sum(bytes: &[u8]) -> u32 {
    Crc32c::new().with(bytes).sum()
}

/// RFC 3720, appendix B.4; the first is the check value of the usual catalogues.
#[test]
fn the_examples_of_the_standard() {
    assert_eq!(sum(b"123456789"), 0xe306_9283);
    assert_eq!(sum(&[0; 32]), 0x8a91_36aa);
    assert_eq!(sum(&[0xff; 32]), 0x62a8_ab43);
    let rising: Vec<u8> = (0..32).collect();
    assert_eq!(sum(&rising), 0x46dd_794e);
    let falling: Vec<u8> = (0..32).rev().collect();
    assert_eq!(sum(&falling), 0x113f_db5c);
    assert_eq!(sum(b""), 0);
}

/// Bit by bit, as the definition says it.
fn slowly(bytes: &[u8]) -> u32 {
    let mut remainder = !0_u32;
    for &byte in bytes {
        remainder ^= u32::from(byte);
        for _ in 0..8 {
            remainder = (remainder >> 1) ^ if remainder & 1 == 1 { POLYNOMIAL } else { 0 };
        }
    }
    !remainder
}

proptest! {
    #[test]
    fn steps_and_single_bytes_agree(bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0_usize..200) {
        prop_assert_eq!(sum(&bytes), slowly(&bytes));
        let (first, second) = bytes.split_at(at.min(bytes.len()));
        prop_assert_eq!(Crc32c::new().with(first).with(second).sum(), slowly(&bytes));
    }
}
