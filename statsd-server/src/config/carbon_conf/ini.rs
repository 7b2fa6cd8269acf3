//! The text of a `carbon.conf` → sections, as Python's `ConfigParser` takes it apart.

use std::collections::BTreeMap;

use super::super::ConfigError;

/// A section of the file.
#[derive(Debug)]
pub(super) struct Section {
    /// As it stands in the brackets.
    pub(super) name: String,
    /// The line of its brackets, from 1.
    pub(super) line: usize,
    /// By their keys in capitals.
    pub(super) entries: BTreeMap<String, Entry>,
}

/// A line `KEY = value`, and those behind it that go on.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) line: usize,
    pub(super) value: String,
}

/// Takes a text apart.
pub(super) fn read(text: &str) -> Result<Vec<Section>, ConfigError> {
    let mut sections: Vec<Section> = Vec::new();
    let mut errors = Vec::new();
    let mut last: Option<String> = None;
    for (at, whole) in text.lines().enumerate() {
        let line = at + 1;
        let mistake = |message: String| ConfigError::Text { path: None, line, column: 0, message };
        let text = whole.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        let goes_on = whole.starts_with([' ', '\t']);
        if let (true, Some(key), Some(section)) = (goes_on, &last, sections.last_mut())
            && let Some(entry) = section.entries.get_mut(key)
        {
            entry.value.push(' ');
            entry.value.push_str(text);
            continue;
        }
        if let Some(name) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            if let Some(first) = sections.iter().find(|section| section.name == name) {
                errors.push(mistake(format!(
                    "[{name}] stands there twice, first in line {}",
                    first.line
                )));
            }
            last = None;
            sections.push(Section { name: name.to_owned(), line, entries: BTreeMap::new() });
            continue;
        }
        let Some((key, value)) = text.split_once(['=', ':']) else {
            errors.push(mistake(format!("`{text}` is neither `[section]` nor `KEY = value`")));
            continue;
        };
        let key = key.trim().to_ascii_uppercase();
        let Some(section) = sections.last_mut() else {
            errors.push(mistake(format!("{key} stands in front of the first [section]")));
            continue;
        };
        let entry = Entry { line, value: value.trim().to_owned() };
        if let Some(first) = section.entries.insert(key.clone(), entry) {
            errors.push(mistake(format!("{key} stands there twice, first in line {}", first.line)));
        }
        last = Some(key);
    }
    match ConfigError::all(errors) {
        Some(error) => Err(error),
        None => Ok(sections),
    }
}
