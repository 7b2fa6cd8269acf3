//! Bytes ↔ meaning: the header, the table of archives, the slots. Eats what others wrote.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

use std::path::Path;

use crate::aggregation::AggregationMethod;
use crate::archive::{Archive, SLOT_BYTES};
use crate::error::{Error, ErrorKind};
use crate::retention::{ARCHIVES_MAX, Retention, check_alone, finest_first};

/// What the longest header takes: a reader needs no more in one read.
pub(crate) const HEADER_MAX_BYTES: usize = METADATA_BYTES + ARCHIVES_MAX * ARCHIVE_BYTES;

const METADATA_BYTES: usize = 16;
const ARCHIVE_BYTES: usize = 12;

/// The first bytes of go-whisper's other format.
const COMPRESSED_MAGIC: &[u8] = b"whisper_compressed";

/// What an error is about where there is no file yet.
pub(crate) const NO_FILE: &str = "a new file";

/// What a file says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    method: AggregationMethod,
    max_retention: u32,
    x_files_factor: f32,
    archives: Vec<Archive>,
}

impl Header {
    /// The header of a new file. Costs no system call.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArchives`] (see [`parse_retentions`](crate::parse_retentions) for the
    /// rules) and [`ErrorKind::InvalidXFilesFactor`].
    ///
    /// ```
    /// use statsd_whisper::{AggregationMethod, Header, parse_retentions};
    ///
    /// let archives = parse_retentions("10s:6h,1m:7d")?;
    /// let header = Header::new(&archives, AggregationMethod::Sum, 0.5)?;
    /// assert_eq!(header.file_bytes(), 16 + 2 * 12 + (2_160 + 10_080) * 12);
    /// # Ok::<(), statsd_whisper::Error>(())
    /// ```
    pub fn new(
        archives: &[Retention],
        method: AggregationMethod,
        x_files_factor: f32,
    ) -> Result<Self, Error> {
        Self::checked(archives, method, x_files_factor)
            .map_err(|(kind, problem)| Error::new(kind, NO_FILE, problem))
    }

    /// The header of a new file. The error says what is wrong with the arguments.
    pub(crate) fn checked(
        retentions: &[Retention],
        method: AggregationMethod,
        x_files_factor: f32,
    ) -> Result<Self, (ErrorKind, String)> {
        check_x_files_factor(x_files_factor)
            .map_err(|problem| (ErrorKind::InvalidXFilesFactor, problem))?;
        let unfit = |problem| (ErrorKind::InvalidArchives, problem);
        let retentions = finest_first(retentions).map_err(unfit)?;

        let mut end = header_bytes(retentions.len());
        let mut archives = Vec::with_capacity(retentions.len());
        let mut max_retention = 0;
        for retention in retentions {
            let offset = u32::try_from(end)
                .map_err(|_| unfit(format!("{retention} begins past 4 GiB into the file")))?;
            let archive = Archive::new(retention, offset);
            end = archive.end();
            max_retention = u32::try_from(retention.seconds())
                .map_err(|_| unfit(format!("{retention} does not fit into 32 bits")))?;
            archives.push(archive);
        }
        Ok(Self { method, max_retention, x_files_factor, archives })
    }

    /// The header of a file of `file_bytes` bytes that begins with `bytes`.
    ///
    /// What it promises: every archive lies behind the header and within the file, none over
    /// another, and has a step and points above 0. What it does not: that the archives would pass
    /// as those of a new file; old writers checked less.
    pub(crate) fn parse(bytes: &[u8], file_bytes: u64, path: &Path) -> Result<Self, Error> {
        let error = |kind, problem: String| Error::new(kind, path.display(), problem);
        if file_bytes == 0 {
            return Err(error(ErrorKind::Empty, "an empty file".to_owned()));
        }
        if bytes.starts_with(COMPRESSED_MAGIC) {
            let problem = "one of go-whisper's compressed files, which are another format";
            return Err(error(ErrorKind::Compressed, problem.to_owned()));
        }
        let truncated = |what: &str| {
            error(ErrorKind::Truncated, format!("{file_bytes} bytes end within {what}"))
        };
        let corrupt = |problem| error(ErrorKind::Corrupt, problem);

        let mut rest = bytes;
        let mut word = |what: &str| take_u32(&mut rest).ok_or_else(|| truncated(what));
        let code = word("the header")?;
        let max_retention = word("the header")?;
        let x_files_factor = f32::from_bits(word("the header")?);
        let count = word("the header")?;

        let method = AggregationMethod::from_code(code)
            .ok_or_else(|| corrupt(format!("no aggregation method has the code {code}")))?;
        check_x_files_factor(x_files_factor).map_err(corrupt)?;
        if count == 0 || count as usize > ARCHIVES_MAX {
            return Err(corrupt(format!("{count} archives, where 1 to {ARCHIVES_MAX} can be")));
        }
        let mut archives = Vec::with_capacity(count as usize);
        for _ in 0..count {
            let offset = word("the table of archives")?;
            let seconds_per_point = word("the table of archives")?;
            let points = word("the table of archives")?;
            let retention = Retention { seconds_per_point, points };
            check_alone(retention).map_err(corrupt)?;
            archives.push(Archive::new(retention, offset));
        }
        check_places(&archives, file_bytes).map_err(|(kind, problem)| error(kind, problem))?;
        archives.sort_by_key(Archive::step);
        Ok(Self { method, max_retention, x_files_factor, archives })
    }

    /// How fine values become coarse ones.
    pub fn method(&self) -> AggregationMethod {
        self.method
    }

    /// Seconds that the file reaches back, as its header says.
    pub fn max_retention(&self) -> u32 {
        self.max_retention
    }

    /// The share (0..=1) of fine values that must be known before a coarse one is written.
    pub fn x_files_factor(&self) -> f32 {
        self.x_files_factor
    }

    /// The archives, finest first (whatever their order in the file).
    pub fn archives(&self) -> &[Archive] {
        &self.archives
    }

    /// The bytes of a whole file with this header.
    pub fn file_bytes(&self) -> u64 {
        self.archives.iter().map(Archive::end).max().unwrap_or_default()
    }

    pub(crate) fn with_method(&self, method: AggregationMethod) -> Self {
        Self { method, ..self.clone() }
    }

    pub(crate) fn with_x_files_factor(&self, x_files_factor: f32) -> Result<Self, String> {
        check_x_files_factor(x_files_factor)?;
        Ok(Self { x_files_factor, ..self.clone() })
    }

    /// The first bytes of the file, which hold everything but the archives.
    pub(crate) fn metadata(&self) -> Vec<u8> {
        let count = u32::try_from(self.archives.len()).unwrap_or(u32::MAX);
        big_endian([self.method.code(), self.max_retention, self.x_files_factor.to_bits(), count])
            .collect()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let table = self.archives.iter().flat_map(|archive| {
            let Retention { seconds_per_point, points } = archive.retention();
            big_endian([archive.offset(), seconds_per_point, points])
        });
        self.metadata().into_iter().chain(table).collect()
    }
}

/// What one slot holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Slot {
    /// The interval that the value is valid for; 0 says that the slot is empty.
    pub(crate) interval: u32,
    pub(crate) value: f64,
}

impl Slot {
    /// The value, if it was written for this interval.
    pub(crate) fn value_for(self, interval: i64) -> Option<f64> {
        // 0 is what an empty slot says, and an interval that a clock near the epoch could ask for.
        let known = self.interval != 0 && i64::from(self.interval) == interval;
        known.then_some(self.value)
    }
}

/// A slot into the bytes of one.
pub(crate) fn encode_slot(slot: Slot, bytes: &mut [u8; SLOT_BYTES]) {
    let word = (u128::from(slot.interval) << 64) | u128::from(slot.value.to_bits());
    let [_, _, _, _, slot @ ..] = word.to_be_bytes();
    *bytes = slot;
}

pub(crate) fn decode_slot(bytes: &[u8; SLOT_BYTES]) -> Slot {
    let [a, b, c, d, value @ ..] = *bytes;
    Slot { interval: u32::from_be_bytes([a, b, c, d]), value: f64::from_be_bytes(value) }
}

pub(crate) fn decode_slots(bytes: &[u8]) -> impl Iterator<Item = Slot> {
    bytes.as_chunks().0.iter().map(decode_slot)
}

fn take_u32(bytes: &mut &[u8]) -> Option<u32> {
    let (word, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(u32::from_be_bytes(*word))
}

fn big_endian<const WORDS: usize>(words: [u32; WORDS]) -> impl Iterator<Item = u8> {
    words.into_iter().flat_map(u32::to_be_bytes)
}

fn header_bytes(archives: usize) -> u64 {
    METADATA_BYTES.saturating_add(archives.saturating_mul(ARCHIVE_BYTES)) as u64
}

fn check_x_files_factor(x_files_factor: f32) -> Result<(), String> {
    if (0.0..=1.0).contains(&x_files_factor) {
        Ok(())
    } else {
        Err(format!("the xFilesFactor {x_files_factor} is not in 0..=1"))
    }
}

/// Every archive behind what lies before it, and the last one's end within the file.
fn check_places(archives: &[Archive], file_bytes: u64) -> Result<(), (ErrorKind, String)> {
    let mut by_offset = archives.to_vec();
    by_offset.sort_by_key(Archive::offset);
    let mut free_from = header_bytes(archives.len());
    for archive in by_offset {
        let (retention, offset) = (archive.retention(), archive.offset());
        if u64::from(offset) < free_from {
            let problem =
                format!("archive {retention} begins at byte {offset}, in what lies before it");
            return Err((ErrorKind::Corrupt, problem));
        }
        free_from = archive.end();
        if free_from > file_bytes {
            let problem =
                format!("{file_bytes} bytes, where archive {retention} ends at byte {free_from}");
            return Err((ErrorKind::Truncated, problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
