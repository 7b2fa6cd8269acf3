//! What each option means here: the keys of a TOML file, and notes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::super::suggest::nearest;
use super::super::{Config, ConfigError, Note, NoteKind};
use super::ini::{Entry, Section};
use super::without;
use crate::limits::CONFIG_NOTES_MAX;

/// The keys, the notes in the order of the text, and the line of each key.
type Meaning = (Table, Vec<Note>, BTreeMap<&'static str, usize>);

/// What sections of one program say, the last of them first.
pub(super) struct Options<'a> {
    pub(super) sections: Vec<&'a Section>,
    folder: &'a Path,
    asked: BTreeSet<&'static str>,
    table: Table,
    lines: BTreeMap<&'static str, usize>,
    notes: Vec<Note>,
    /// With their lines.
    errors: Vec<(usize, String)>,
}

pub(super) fn table(
    sections: &[Section],
    folder: &Path,
    instance: Option<&str>,
) -> Result<Meaning, ConfigError> {
    let named = |name: &str| sections.iter().find(|section| section.name == name);
    let known = ["cache", "aggregator", "relay"];
    let program = |section: &Section| {
        let program = section.name.split(':').next().unwrap_or_default().to_owned();
        known.contains(&program.as_str()).then_some(program)
    };
    let of = |name: &str| -> Vec<&Section> {
        let own = instance.and_then(|instance| named(&format!("{name}:{instance}")));
        own.into_iter().chain(named(name)).collect()
    };
    let (cache, aggregator, relay) = (of("cache"), of("aggregator"), of("relay"));
    if cache.is_empty() && aggregator.is_empty() && relay.is_empty() {
        let message = "no section is [cache], [aggregator] or [relay]: this is no carbon.conf";
        return Err(ConfigError::whole(message.to_owned()));
    }
    if let Some(instance) = instance
        && !sections.iter().any(|section| section.name.ends_with(&format!(":{instance}")))
        // carbon's own name for the only one.
        && instance != "a"
    {
        let message =
            format!("no section is that of instance {instance}, such as [cache:{instance}]");
        return Err(ConfigError::whole(message));
    }
    let mut options = Options {
        sections: cache,
        folder,
        asked: BTreeSet::new(),
        table: Table::new(),
        lines: BTreeMap::new(),
        notes: Vec::new(),
        errors: Vec::new(),
    };
    options.off();
    options.cache(instance);
    options.others();
    options.sections = aggregator;
    // What stands in both holds as [cache] says; a port more leads to the same rules.
    options.asked.extend(["LINE_RECEIVER_", "PICKLE_RECEIVER_", "UDP_RECEIVER_"]);
    options.aggregator();
    options.others();
    options.sections = relay;
    options.relay();
    for section in sections {
        let is_other_instance =
            section.name.split_once(':').is_some_and(|(_, name)| Some(name) != instance);
        if program(section).is_none() {
            let message = format!("[{}] is no section of carbon's: it has no effect", section.name);
            options.note(NoteKind::Warning, section.line, message);
        } else if is_other_instance {
            let name = &section.name;
            let message =
                format!("[{name}] is another instance's; --instance says whose file to make");
            options.note(NoteKind::Note, section.line, message);
        }
    }
    options.notes.sort_by_key(|note| note.line);
    options.errors.sort();
    let error = |(line, message)| ConfigError::Text { path: None, line, column: 0, message };
    match ConfigError::all(options.errors.into_iter().map(error).collect()) {
        Some(error) => Err(error),
        None => Ok((options.table, options.notes, options.lines)),
    }
}

/// Sets a key, in its section where it has one.
fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => drop(table.insert(key.to_owned(), value)),
        Some((section, key)) => {
            let section = table.entry(section).or_insert_with(|| Table::new().into());
            if let Value::Table(section) = section {
                section.insert(key.to_owned(), value);
            }
        }
    }
}

/// Whether there is such a key.
fn is_known(key: &str, value: &Value) -> bool {
    let mut table = Table::new();
    put(&mut table, key, value.clone());
    let read: Result<Config, _> = table.try_into();
    read.map_or_else(|error| !error.message().starts_with("unknown field"), |_| true)
}

impl Options<'_> {
    /// An option's entry; one without a value is as if it were not there.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Entry> {
        self.asked.insert(key);
        let entry = self.sections.iter().find_map(|section| section.entries.get(key))?;
        let value = self.interpolated(&entry.value, 0);
        let is_none = value.is_empty() || value.eq_ignore_ascii_case("none");
        (!is_none).then_some(Entry { line: entry.line, value })
    }

    /// `%(OTHER)s` is what another option says.
    fn interpolated(&self, value: &str, depth: usize) -> String {
        const DEPTH_MAX: usize = 10;
        let Some((before, (name, behind))) = value
            .split_once("%(")
            .and_then(|(before, rest)| Some((before, rest.split_once(")s")?)))
        else {
            return value.to_owned();
        };
        let name = name.to_ascii_uppercase();
        let other = self.sections.iter().find_map(|section| section.entries.get(&name));
        let other = match other {
            Some(other) if depth < DEPTH_MAX => self.interpolated(&other.value, depth + 1),
            Some(_) => String::new(),
            None => self.folder_of(&name).display().to_string(),
        };
        if depth >= DEPTH_MAX {
            return before.to_owned();
        }
        format!("{before}{other}{}", self.interpolated(behind, depth + 1))
    }

    /// Folders as carbon has them where nothing else is said: side by side below the one above the file's.
    fn folder_of(&self, name: &str) -> PathBuf {
        let root = self.folder.parent().unwrap_or(self.folder);
        match name {
            "CONF_DIR" | "GRAPHITE_CONF_DIR" => self.folder.to_owned(),
            "GRAPHITE_ROOT" => root.to_owned(),
            _ => root.join("storage"),
        }
    }

    /// Options that are understood, and say nothing more.
    pub(super) fn ask(&mut self, keys: &[&'static str]) {
        self.asked.extend(keys);
    }

    /// Sets a key of a TOML file.
    pub(super) fn set(&mut self, key: &'static str, line: usize, value: impl Into<Value>) {
        let value = value.into();
        if !is_known(key, &value) {
            // What is off is off without it.
            if value.as_str() != Some("off") {
                let message = format!("`{key} = {value}` is not in this version: no effect");
                self.note(NoteKind::Warning, line, message);
            }
            return;
        }
        self.lines.insert(key, line);
        put(&mut self.table, key, value);
    }

    pub(super) fn note(&mut self, kind: NoteKind, line: usize, message: impl Into<String>) {
        if self.notes.len() < CONFIG_NOTES_MAX {
            let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
            let message = message.into().chars().map(plain).collect();
            self.notes.push(Note { kind, line, column: 0, message });
        }
    }

    pub(super) fn mistake(&mut self, line: usize, message: String) {
        if self.errors.len() < CONFIG_NOTES_MAX {
            self.errors.push((line, message));
        }
    }

    /// Python's words for yes and no.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<(usize, bool)> {
        let Entry { line, value } = self.get(key)?;
        match value.to_ascii_lowercase().as_str() {
            "1" | "yes" | "true" | "on" => Some((line, true)),
            "0" | "no" | "false" | "off" => Some((line, false)),
            _ => {
                self.mistake(line, format!("{key}: `{value}` is neither True nor False"));
                None
            }
        }
    }

    /// A whole number; `inf` is as if it were not there.
    pub(super) fn number(&mut self, key: &'static str) -> Option<(usize, i64)> {
        let Entry { line, value } = self.get(key)?;
        if value.eq_ignore_ascii_case("inf") {
            return None;
        }
        let number = value.parse::<i64>().ok().filter(|number| *number >= 0);
        if number.is_none() {
            self.mistake(line, format!("{key}: `{value}` is no whole number from 0"));
        }
        Some((line, number?))
    }

    /// What carbon's program has not.
    fn off(&mut self) {
        for key in ["statsd", "admin"] {
            self.set(key, 0, "off");
        }
    }

    fn cache(&mut self, instance: Option<&str>) {
        let data = self.get("LOCAL_DATA_DIR");
        let storage = self.get("STORAGE_DIR").map(|entry| PathBuf::from(entry.value));
        self.ask(&["CONF_DIR", "WHITELISTS_DIR"]);
        let (line, data) = if let Some(entry) = data {
            (entry.line, PathBuf::from(entry.value))
        } else {
            let storage = storage.unwrap_or_else(|| self.folder_of("STORAGE_DIR"));
            (0, storage.join("whisper"))
        };
        let line = if line == 0 { self.sections.first().map_or(0, |s| s.line) } else { line };
        self.set("data", line, data.display().to_string());
        let message = format!(
            "points are kept in {}; the page and Graphite's API are on 127.0.0.1:8080, in graphite-web's place",
            data.display()
        );
        self.note(NoteKind::Note, line, message);
        self.doors();
        self.files();
        self.names();
        self.metrics(instance);
        self.destinations("cache");
        if let Some((line, is_hashed)) = self.flag("TAG_HASH_FILENAMES") {
            self.set("store.tag_hash_filenames", line, is_hashed);
        }
    }

    /// Schemas, where they stand beside the file.
    fn files(&mut self) {
        let line = self.sections.first().map_or(0, |section| section.line);
        let folder = self.conf_dir();
        for (key, file) in [
            ("store.schemas", "storage-schemas.conf"),
            ("store.aggregation", "storage-aggregation.conf"),
        ] {
            let path = folder.join(file);
            if path.is_file() {
                self.set(key, line, path.display().to_string());
            }
        }
    }

    fn conf_dir(&mut self) -> PathBuf {
        self.get("CONF_DIR").map_or_else(|| self.folder.to_owned(), |entry| entry.value.into())
    }

    /// The lists, where they are used and are there.
    fn names(&mut self) {
        let Some((line, true)) = self.flag("USE_WHITELIST") else { return };
        let folder = self.conf_dir();
        for (key, file) in [
            ("carbon_rules.whitelist", "whitelist.conf"),
            ("carbon_rules.blacklist", "blacklist.conf"),
        ] {
            let path = folder.join(file);
            if path.is_file() {
                self.set(key, line, path.display().to_string());
            } else {
                let message = format!(
                    "USE_WHITELIST: {} is not there, and asked for nothing",
                    path.display()
                );
                self.note(NoteKind::Note, line, message);
            }
        }
    }

    fn metrics(&mut self, instance: Option<&str>) {
        if let Some(Entry { line, value }) = self.get("CARBON_METRIC_PREFIX") {
            self.set("carbon_metrics.prefix", line, value);
        }
        if let Some((line, seconds)) = self.number("CARBON_METRIC_INTERVAL") {
            self.set("carbon_metrics.interval", line, format!("{seconds}s"));
        }
        if let Some(instance) = instance {
            let line = self.sections.first().map_or(0, |section| section.line);
            self.set("carbon_metrics.instance", line, instance);
        }
    }

    fn aggregator(&mut self) {
        let Some(section) = self.sections.first().map(|section| section.line) else { return };
        self.names();
        let folder = self.conf_dir();
        let files = [
            ("AGGREGATION_RULES", "carbon_rules.aggregation", "aggregation-rules.conf"),
            ("REWRITE_RULES", "carbon_rules.rewrite", "rewrite-rules.conf"),
        ];
        let mut is_used = false;
        for (option, key, default) in files {
            let entry = self.get(option);
            let line = entry.as_ref().map_or(section, |entry| entry.line);
            let file = folder.join(entry.as_ref().map_or(default, |entry| &entry.value));
            if file.is_file() {
                is_used = true;
                self.set(key, line, file.display().to_string());
            } else if entry.is_some() {
                let message = format!("{option}: {} is not there: no rules", file.display());
                self.note(NoteKind::Warning, line, message);
            }
        }
        if let Some((line, intervals)) = self.number("MAX_AGGREGATION_INTERVALS") {
            self.set("carbon_rules.intervals", line, intervals);
        }
        if let Some((line, seconds)) = self.number("WRITE_BACK_FREQUENCY").filter(|(_, s)| *s > 0) {
            self.set("carbon_rules.write_back", line, format!("{seconds}s"));
        }
        if let Some((line, forward_all)) = self.flag("FORWARD_ALL") {
            self.set("carbon_rules.forward_all", line, forward_all);
        }
        self.destinations("aggregator");
        let message = if is_used {
            "rules hold for all points that arrive; send to the cache's ports what went to the aggregator's"
        } else {
            "no rules are there: what went to the aggregator's ports goes to the cache's"
        };
        self.note(NoteKind::Note, section, message);
    }

    /// What was not asked for has no counterpart, or is no option.
    pub(super) fn others(&mut self) {
        let mut others: Vec<(String, Entry)> = Vec::new();
        for section in &self.sections {
            for (key, entry) in &section.entries {
                let is_asked = self
                    .asked
                    .iter()
                    .any(|asked| asked == key || (asked.ends_with('_') && key.starts_with(asked)));
                if !is_asked && !others.iter().any(|(other, _)| other == key) {
                    others.push((key.clone(), entry.clone()));
                }
            }
        }
        for (key, Entry { line, value }) in others {
            let value = value.to_ascii_lowercase();
            match without::find(&key) {
                Some(without) if without.quiet.contains(&"*") => {}
                Some(without) if without.quiet.contains(&value.as_str()) => {}
                Some(without) => {
                    self.note(
                        NoteKind::Note,
                        line,
                        format!("{key} has no effect: {}", without.instead),
                    );
                }
                None => {
                    let known = self.asked.iter().copied();
                    let meant = nearest(&key, known).map(|word| format!("; did you mean {word}?"));
                    let message = format!("unknown option {key}: it has no effect");
                    self.note(NoteKind::Warning, line, message + &meant.unwrap_or_default());
                }
            }
        }
    }
}
