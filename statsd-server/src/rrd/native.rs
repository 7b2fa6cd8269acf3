//! The native file: what RRDtool keeps in memory, written out as the machine has it.
//!
//! There are no sizes and no byte order in it. On 64-bit little-endian machines (x86-64, arm64) it is,
//! with every number 8 bytes wide:
//!
//! | part | bytes | fields |
//! |---|---|---|
//! | head | 128 | `RRD\0`, version as 5 characters, padding to 16, the number 8.642135e130, sources, archives, base step in seconds, 10 unused |
//! | source, each | 120 | name in 20 characters, type in 20, 10 parameters |
//! | archive, each | 120 | function in 20 characters, padding to 24, rows, base steps a row, 10 parameters, the first of which is the share that may be unknown |
//! | last update | 16 | seconds since the epoch, microseconds (versions below 3: 8 bytes, seconds alone) |
//! | state of a source, each | 112 | what is counted for the next base step |
//! | state of an archive and source, each | 80 | what is counted for the next row |
//! | newest row of an archive, each | 8 | its number |
//! | rows | 8 a value | archive by archive, row by row, source by source |
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

use super::{COOKIE, Database, Function, RoundRobin, RrdError, Source, row_seconds, shown};
use crate::limits::{RRD_ARCHIVES_MAX, RRD_SOURCES_MAX};

/// The number by which a reader tells whether the file is of a machine like its own.
const FLOAT_COOKIE: f64 = 8.642_135e130;

/// Where that number stands on 64-bit machines, and on 32-bit ones that pack tighter.
const FLOAT_COOKIE_AT: usize = 16;
const FLOAT_COOKIE_AT_PACKED: usize = 12;

/// The newest version whose layout this is.
const VERSION_MAX: u32 = 5;

/// From this version on the last update has microseconds.
const VERSION_WITH_MICROSECONDS: u32 = 3;

const HEAD_UNUSED_BYTES: usize = 80;
const NAME_BYTES: usize = 20;
const SOURCE_PARAMETERS_BYTES: usize = 80;
const SOURCE_BYTES: usize = 120;
const ARCHIVE_BYTES: usize = 120;
const ARCHIVE_OTHER_PARAMETERS_BYTES: usize = 72;
const SOURCE_STATE_BYTES: usize = 112;
const ARCHIVE_STATE_BYTES: usize = 80;

/// What the file says of an archive before its rows.
struct Definition {
    function: String,
    rows: u64,
    step: u32,
    may_be_unknown: f64,
}

pub(super) fn read(bytes: &[u8]) -> Result<Database, RrdError> {
    let mut at = Cursor { bytes, at: 0 };
    let head = head(&mut at)?;
    let mut sources = Vec::with_capacity(head.sources);
    for _ in 0..head.sources {
        let name = at.name("a source's name")?;
        let kind = at.name("a source's type")?;
        at.skip(SOURCE_PARAMETERS_BYTES, "a source")?;
        sources.push(Source { name, kind });
    }
    let mut definitions = Vec::with_capacity(head.archives);
    for _ in 0..head.archives {
        definitions.push(definition(&mut at, head.step)?);
    }
    let updated_at = at.at;
    let updated = at.word("the last update")?;
    let updated = u32::try_from(updated).map_err(|_| {
        error_at(updated_at, format_args!("the last update, {updated}, is no time before 2106"))
    })?;
    if head.version >= VERSION_WITH_MICROSECONDS {
        at.skip(8, "the last update")?;
    }
    at.skip_many(head.sources, SOURCE_STATE_BYTES, "the sources' state")?;
    let states = head.sources.saturating_mul(head.archives);
    at.skip_many(states, ARCHIVE_STATE_BYTES, "the archives' state")?;
    let mut newest = Vec::with_capacity(head.archives);
    for definition in &definitions {
        let place = at.at;
        let row = at.word("the archives' newest rows")?;
        if row >= definition.rows {
            let rows = definition.rows;
            return Err(error_at(place, format_args!("row {row} is the newest of {rows}")));
        }
        newest.push(row);
    }
    let mut database = Database { updated, sources, round_robins: Vec::new(), skipped: Vec::new() };
    for (definition, newest) in definitions.into_iter().zip(newest) {
        let values = at.rows(&definition, head.sources, newest)?;
        match Function::from_name(&definition.function) {
            Some(function) => database.round_robins.push(RoundRobin {
                function,
                step: definition.step,
                may_be_unknown: definition.may_be_unknown,
                values: values.collect(),
            }),
            None => database.skipped.push(definition.function),
        }
    }
    Ok(database)
}

struct Head {
    version: u32,
    sources: usize,
    archives: usize,
    step: u64,
}

/// The head, its counts held against the length of the file.
fn head(at: &mut Cursor<'_>) -> Result<Head, RrdError> {
    at.skip(COOKIE.len(), "the head")?;
    let version_at = at.at;
    let version = at.text(5, "the version")?;
    check_machine(at)?;
    let version = version.parse().ok().filter(|version| (1..=VERSION_MAX).contains(version));
    let version: u32 = version.ok_or_else(|| {
        let problem = format_args!("not a version that is known (0001 to 000{VERSION_MAX})");
        error_at(version_at, problem)
    })?;
    at.at = FLOAT_COOKIE_AT.saturating_add(8);
    let counts_at = at.at;
    let sources = at.word("the head")?;
    let archives = at.word("the head")?;
    let step = at.word("the head")?;
    at.skip(HEAD_UNUSED_BYTES, "the head")?;
    let count = |count: u64, max: usize, what: &str| {
        usize::try_from(count).ok().filter(|count| (1..=max).contains(count)).ok_or_else(|| {
            error_at(counts_at, format_args!("{count} {what}, where 1 to {max} can be"))
        })
    };
    let sources = count(sources, RRD_SOURCES_MAX, "sources")?;
    let archives = count(archives, RRD_ARCHIVES_MAX, "archives")?;
    // Both are small by now, so this cannot overflow; each cell takes at least its definition.
    let definitions = sources
        .saturating_mul(SOURCE_BYTES)
        .saturating_add(archives.saturating_mul(ARCHIVE_BYTES))
        .saturating_add(sources.saturating_mul(archives).saturating_mul(ARCHIVE_STATE_BYTES));
    if definitions > at.left() {
        let problem = format_args!(
            "{sources} sources and {archives} archives take more than the {} bytes of the file",
            at.bytes.len()
        );
        return Err(error_at(counts_at, problem));
    }
    Ok(Head { version, sources, archives, step })
}

/// Whether the file is of a 64-bit little-endian machine, by the number that stands there for that.
fn check_machine(at: &Cursor<'_>) -> Result<(), RrdError> {
    let eight = |from: usize| -> Option<[u8; 8]> {
        at.bytes.get(from..from.saturating_add(8)).and_then(|bytes| bytes.try_into().ok())
    };
    let other = |machine: &str| {
        Err(error_at(
            0,
            format_args!(
                "the file of {machine} machine: import there, or what `rrdtool dump` writes there"
            ),
        ))
    };
    let Some(number) = eight(FLOAT_COOKIE_AT) else {
        return Err(error_at(at.bytes.len(), "the file ends within the head"));
    };
    let packed = eight(FLOAT_COOKIE_AT_PACKED).unwrap_or_default();
    if f64::from_be_bytes(number) == FLOAT_COOKIE || f64::from_be_bytes(packed) == FLOAT_COOKIE {
        return other("a big-endian");
    }
    if f64::from_le_bytes(packed) == FLOAT_COOKIE {
        return other("a 32-bit");
    }
    if f64::from_le_bytes(number) != FLOAT_COOKIE {
        let problem = "not the number that files of RRDtool have here";
        return Err(error_at(FLOAT_COOKIE_AT, problem));
    }
    // Some 32-bit machines leave the same gap: then two counts stand where one is eight bytes here.
    let counts = eight(FLOAT_COOKIE_AT.saturating_add(8)).map(u64::from_le_bytes);
    let [low, high] = counts.map_or([0; 2], |both| [both & u64::from(u32::MAX), both >> 32]);
    let plausible = |count: u64, max: usize| (1..=max as u64).contains(&count);
    if plausible(low, RRD_SOURCES_MAX) && plausible(high, RRD_ARCHIVES_MAX) {
        return other("a 32-bit");
    }
    Ok(())
}

fn definition(at: &mut Cursor<'_>, step: u64) -> Result<Definition, RrdError> {
    let place = at.at;
    let function = at.name("an archive's function")?;
    at.skip(4, "an archive")?;
    let rows = at.word("an archive")?;
    let per_row = at.word("an archive")?;
    let may_be_unknown = f64::from_bits(at.word("an archive")?);
    at.skip(ARCHIVE_OTHER_PARAMETERS_BYTES, "an archive")?;
    if rows == 0 {
        return Err(error_at(place, "an archive of no rows"));
    }
    let step = row_seconds(step, per_row).map_err(|problem| error_at(place, problem))?;
    Ok(Definition { function, rows, step, may_be_unknown })
}

/// Where the reader is. Nothing behind the end is ever looked at.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], RrdError> {
        let end = self.at.saturating_add(count);
        let taken = self.bytes.get(self.at..end).ok_or_else(|| {
            let length = self.bytes.len();
            error_at(length, format_args!("the file ends within {what}"))
        })?;
        self.at = end;
        Ok(taken)
    }

    fn skip(&mut self, count: usize, what: &str) -> Result<(), RrdError> {
        self.take(count, what).map(|_| ())
    }

    fn skip_many(&mut self, count: usize, bytes: usize, what: &str) -> Result<(), RrdError> {
        self.skip(count.saturating_mul(bytes), what)
    }

    fn word(&mut self, what: &str) -> Result<u64, RrdError> {
        let bytes = self.take(8, what)?;
        Ok(bytes.try_into().map_or(0, u64::from_le_bytes))
    }

    /// Characters up to a NUL.
    fn text(&mut self, bytes: usize, what: &str) -> Result<&'a str, RrdError> {
        let place = self.at;
        let field = self.take(bytes, what)?;
        let text = field.split(|byte| *byte == 0).next().unwrap_or_default();
        std::str::from_utf8(text).map_err(|_| error_at(place, format_args!("{what} is not UTF-8")))
    }

    /// Likewise, at least one and no control characters.
    fn name(&mut self, what: &str) -> Result<String, RrdError> {
        let place = self.at;
        let name = self.text(NAME_BYTES, what)?;
        if name.is_empty() || name.contains(char::is_control) {
            return Err(error_at(place, format_args!("{what} is {}", shown(name))));
        }
        Ok(name.to_owned())
    }

    /// The values of an archive, from the row after the newest one, which is the oldest.
    fn rows(
        &mut self,
        archive: &Definition,
        sources: usize,
        newest: u64,
    ) -> Result<impl Iterator<Item = f64> + use<'a>, RrdError> {
        let row_bytes = sources.saturating_mul(8);
        let bytes = |rows: u64| {
            usize::try_from(rows).map_or(usize::MAX, |rows| rows.saturating_mul(row_bytes))
        };
        let what = format!("{} rows of {} at {} s", archive.rows, archive.function, archive.step);
        let data = self.take(bytes(archive.rows), &what)?;
        let (newer, older) =
            data.split_at_checked(bytes(newest.saturating_add(1))).unwrap_or((data, &[]));
        let values = older.as_chunks::<8>().0.iter().chain(newer.as_chunks::<8>().0);
        Ok(values.map(|value| f64::from_le_bytes(*value)))
    }
}

fn error_at(place: usize, problem: impl std::fmt::Display) -> RrdError {
    RrdError::new(format_args!("byte {place}"), problem)
}

#[cfg(test)]
mod tests;
