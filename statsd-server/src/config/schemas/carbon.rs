//! `storage-schemas.conf` and `storage-aggregation.conf` as carbon reads them.

use std::str::FromStr;
use std::time::Duration;

use super::super::{ConfigError, Note, NoteKind, parse_duration};
use super::ini::{self, Key, Section};
use super::{CarbonRules, Method, StorageAggregation, StorageSchema, XFilesFactor};
use crate::limits::{CONFIG_NOTES_MAX, DELETE_AFTER_MIN};

/// Keys of go-carbon's that sections may have.
const GO_CARBONS: [&str; 4] =
    ["compressed", "migration", "xffmigration", "aggregationmethodmigration"];

/// Reads `storage-schemas.conf`. A section that lacks what it needs is left out with a warning, as carbon
/// does; one with a mistake is refused, with what carbon passes over in silence: archives that make no
/// file. Sections may have a `delete_after`, which carbon does not see.
pub(super) fn schemas(text: &str) -> CarbonRules<StorageSchema> {
    let mut reader = Reader::default();
    let mut rules = Vec::new();
    for section in ini::read(text)? {
        reader.unknown_keys(&section, &["pattern", "retentions", "delete_after"]);
        let name = section.name.clone();
        let pattern = reader.needed(&section, "pattern");
        let retentions = reader.needed(&section, "retentions");
        let delete_after = reader.optional(&section, "delete_after", duration);
        if let (Some(pattern), Some(retentions)) = (pattern, retentions) {
            let pattern = reader.parsed(&section, pattern, FromStr::from_str);
            let retentions = reader.parsed(&section, retentions, FromStr::from_str);
            if let (Some(pattern), Some(retentions)) = (pattern, retentions) {
                rules.push(StorageSchema { name, pattern, retentions, delete_after });
            }
        }
    }
    reader.end(rules)
}

/// Reads `storage-aggregation.conf`, as [`schemas`] does. What a section does not say is as without a rule
/// of carbon's: the average of at least half of the values.
pub(super) fn aggregations(text: &str) -> CarbonRules<StorageAggregation> {
    let mut reader = Reader::default();
    let mut rules = Vec::new();
    for section in ini::read(text)? {
        reader.unknown_keys(&section, &["pattern", "xfilesfactor", "aggregationmethod"]);
        let name = section.name.clone();
        let method = reader.optional(&section, "aggregationmethod", FromStr::from_str);
        let x_files_factor = reader.optional(&section, "xfilesfactor", FromStr::from_str);
        let method = method.or(Some(Method(statsd_whisper::AggregationMethod::Average)));
        let x_files_factor = x_files_factor.or(Some(XFilesFactor::CARBONS));
        if let Some(pattern) = reader.needed(&section, "pattern")
            && let Some(pattern) = reader.parsed(&section, pattern, FromStr::from_str)
        {
            rules.push(StorageAggregation { name, pattern, method, x_files_factor });
        }
    }
    reader.end(rules)
}

fn duration(text: &str) -> Result<Duration, String> {
    let after = parse_duration(text)?;
    if after < DELETE_AFTER_MIN {
        return Err(format!("{after:?} is less than an hour: points wait in memory so long"));
    }
    Ok(after)
}

#[derive(Default)]
struct Reader {
    notes: Vec<Note>,
    errors: Vec<ConfigError>,
}

impl Reader {
    /// A key without which a section is left out. An empty one counts as missing.
    fn needed<'a>(&mut self, section: &'a Section, name: &str) -> Option<&'a Key> {
        let key = section.get(name).filter(|key| !key.value.is_empty());
        if key.is_none() {
            let message = format!("[{}] has no `{name}`: it is left out", section.name);
            self.note(NoteKind::Warning, section.line, message);
        }
        key
    }

    fn optional<T>(
        &mut self,
        section: &Section,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        section.get(name).and_then(|key| self.parsed(section, key, parse))
    }

    /// A value, or nothing and an error.
    fn parsed<T>(
        &mut self,
        section: &Section,
        key: &Key,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        let parsed = parse(&key.value);
        if let Err(message) = &parsed
            && self.errors.len() < CONFIG_NOTES_MAX
        {
            let message = format!("[{}] {}: {message}", section.name, key.name);
            self.errors.push(ini::error(key.line, message));
        }
        parsed.ok()
    }

    fn unknown_keys(&mut self, section: &Section, known: &[&str]) {
        for key in section.keys.iter().filter(|key| !known.contains(&&*key.name)) {
            let (section, name) = (&section.name, &key.name);
            let (kind, message) = if name == "priority" {
                let message = "sections are tried in the order of the file, as carbon does; go-carbon sorts by it";
                (NoteKind::Warning, format!("[{section}] `priority` has no effect: {message}"))
            } else if GO_CARBONS.contains(&&**name) {
                (NoteKind::Note, format!("[{section}] `{name}` is go-carbon's: it has no effect"))
            } else {
                (NoteKind::Warning, format!("[{section}] unknown key `{name}`: it has no effect"))
            };
            self.note(kind, key.line, message);
        }
    }

    fn note(&mut self, kind: NoteKind, line: usize, message: String) {
        if self.notes.len() < CONFIG_NOTES_MAX {
            self.notes.push(Note { kind, line, column: 0, message });
        }
    }

    fn end<T>(self, rules: Vec<T>) -> CarbonRules<T> {
        match ConfigError::all(self.errors) {
            Some(error) => Err(error),
            None => Ok((rules, self.notes)),
        }
    }
}
