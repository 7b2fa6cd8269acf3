//! CRC-32C (Castagnoli), which finds every error of up to three bits in a block and every burst of 32.
//! Sixteen bytes a step through sixteen tables: the processor's own instruction would need unsafe code.

/// The polynomial of RFC 3720, bits reversed.
const POLYNOMIAL: u32 = 0x82f6_3b78;

const STEP: usize = 16;

/// `TABLES[n][b]`: what byte `b` makes of the remainder when `n` bytes follow it in a step.
static TABLES: [[u32; 256]; STEP] = tables();

#[allow(clippy::cast_possible_truncation, reason = "the index of 256 entries; `From` is not const")]
const fn tables() -> [[u32; 256]; STEP] {
    let mut tables = [[0; 256]; STEP];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = (remainder >> 1) ^ (POLYNOMIAL * (remainder & 1));
            bit += 1;
        }
        tables[0][byte] = remainder;
        byte += 1;
    }
    let mut after = 1;
    while after < STEP {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[after - 1][byte];
            tables[after][byte] = (before >> 8) ^ tables[0][(before & 0xff) as usize];
            byte += 1;
        }
        after += 1;
    }
    tables
}

/// A checksum under way.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Crc32c(u32);

impl Crc32c {
    pub(in crate::store) const fn new() -> Self {
        Self(!0)
    }

    #[must_use]
    pub(in crate::store) fn with(self, bytes: &[u8]) -> Self {
        let mut remainder = self.0;
        let (steps, rest) = bytes.as_chunks::<STEP>();
        for step in steps {
            let mut step = *step;
            for (byte, of_remainder) in step.iter_mut().zip(remainder.to_le_bytes()) {
                *byte ^= of_remainder;
            }
            remainder = 0;
            for (table, byte) in TABLES.iter().rev().zip(step) {
                remainder ^= table[usize::from(byte)];
            }
        }
        for &byte in rest {
            let [low, ..] = remainder.to_le_bytes();
            remainder = (remainder >> 8) ^ TABLES[0][usize::from(low ^ byte)];
        }
        Self(remainder)
    }

    pub(in crate::store) const fn sum(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests;
