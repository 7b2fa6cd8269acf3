//! CRC-32C (Castagnoli), byte by byte: a million names are 30 MB, and take a tenth of a second.

/// The polynomial of RFC 3720, bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;

static TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let (mut table, mut at, mut byte) = ([0; 256], 0, 0_u32);
    while at < table.len() {
        let (mut remainder, mut bit) = (byte, 0);
        while bit < 8 {
            remainder = (remainder >> 1) ^ (POLYNOMIAL * (remainder & 1));
            bit += 1;
        }
        table[at] = remainder;
        at += 1;
        byte += 1;
    }
    table
}

pub(super) fn crc32c(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |remainder: u32, byte| {
        let [low, ..] = remainder.to_le_bytes();
        (remainder >> 8) ^ TABLE[usize::from(low ^ byte)]
    })
}

#[test]
fn the_standards_check_value_comes_out() {
    assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
}
