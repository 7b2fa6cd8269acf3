//! Sections and keys as Python's `configparser` reads them, which is what reads carbon's files.

use super::super::ConfigError;
use crate::limits::CONFIG_NOTES_MAX;

/// `[name]` and what stands below it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) name: String,
    /// The line of its name, from 1.
    pub(super) line: usize,
    pub(super) keys: Vec<Key>,
}

/// `name = value`, or `name: value`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Key {
    /// In lower case.
    pub(super) name: String,
    /// Lines that go on with it are joined by line ends.
    pub(super) value: String,
    /// The line of its name, from 1.
    pub(super) line: usize,
}

impl Section {
    pub(super) fn get(&self, name: &str) -> Option<&Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// Reads sections in the order of the text: lines that begin with `#` or `;` are comments, ones that are
/// indented farther than the key above them go on with its value.
pub(super) fn read(text: &str) -> Result<Vec<Section>, ConfigError> {
    let mut reader = Reader { sections: Vec::new(), errors: Vec::new(), indent: None };
    // Editors of one system begin files with a mark.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (at, line) in text.lines().enumerate() {
        reader.line(at + 1, line);
    }
    match ConfigError::all(reader.errors) {
        Some(error) => Err(error),
        None => Ok(reader.sections),
    }
}

pub(super) fn error(line: usize, message: String) -> ConfigError {
    ConfigError::Text { path: None, line, column: 0, message }
}

struct Reader {
    sections: Vec<Section>,
    errors: Vec<ConfigError>,
    /// Of the key that lines farther in go on with.
    indent: Option<usize>,
}

impl Reader {
    fn line(&mut self, line: usize, text: &str) {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            return;
        }
        let indent = text.len() - text.trim_start().len();
        if self.indent.is_some_and(|key| indent > key) {
            self.go_on(trimmed);
            return;
        }
        self.indent = None;
        let done = if let Some(name) = header(trimmed) {
            self.section(line, name)
        } else {
            self.indent = Some(indent);
            self.key(line, trimmed)
        };
        if let Err(message) = done
            && self.errors.len() < CONFIG_NOTES_MAX
        {
            self.errors.push(error(line, message));
        }
    }

    fn go_on(&mut self, text: &str) {
        if let Some(key) = self.sections.last_mut().and_then(|section| section.keys.last_mut()) {
            key.value.push('\n');
            key.value.push_str(&without_doubled_percent(text));
        }
    }

    fn section(&mut self, line: usize, name: &str) -> Result<(), String> {
        if name == "DEFAULT" {
            let message = "a section of defaults is not read: write its keys into each section";
            return Err(message.to_owned());
        }
        if let Some(first) = self.sections.iter().find(|section| section.name == name) {
            let first = first.line;
            return Err(format!("[{name}] stands there already, in line {first}"));
        }
        self.sections.push(Section { name: name.to_owned(), line, keys: Vec::new() });
        Ok(())
    }

    fn key(&mut self, line: usize, text: &str) -> Result<(), String> {
        let Some((name, value)) = text.split_once(['=', ':']) else {
            return Err(format!("{text:?} is neither `[section]` nor `key = value`"));
        };
        let name = name.trim().to_lowercase();
        let Some(section) = self.sections.last_mut() else {
            return Err(format!("`{name}` stands before the first [section]"));
        };
        if let Some(first) = section.get(&name) {
            let (section, first) = (&section.name, first.line);
            return Err(format!("[{section}] has `{name}` already, in line {first}"));
        }
        let value = value.trim();
        if value.contains("%(") {
            return Err(format!(
                "[{}] {name}: values of other keys (`%(`) are not read",
                section.name
            ));
        }
        section.keys.push(Key { name, value: without_doubled_percent(value), line });
        Ok(())
    }
}

/// `[name]`, whatever stands behind the last bracket.
fn header(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('[')?.rsplit_once(']')?;
    (!name.is_empty()).then_some(name)
}

/// Python's reader puts values of other keys behind a percent sign, so one that stands for itself is doubled.
fn without_doubled_percent(value: &str) -> String {
    value.replace("%%", "%")
}
