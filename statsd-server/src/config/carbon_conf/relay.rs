//! Where carbon sends points on, which this server does not.

use super::super::NoteKind;
use super::ini::Entry;
use super::meaning::Options;
use super::without;

const ELSEWHERE: &str = "points are kept in this server's store and sent nowhere else; to send them on, keep carbon-relay \
    or carbon-c-relay in front of it";

const HERE: &str =
    "what arrives goes through the rules to the store in one process, which needs no relay between";

impl Options<'_> {
    /// `[relay]`: that it has no effect, of which options that is said, and where its senders are to turn to.
    pub(super) fn relay(&mut self) {
        let Some(line) = self.sections.first().map(|section| section.line) else { return };
        if !self.destinations("relay") {
            let message = format!("[relay] has no effect{}: {HERE}", self.how());
            self.note(NoteKind::Note, line, message);
        }
        let ports = |key: &str, entry: &Entry| {
            key.ends_with("_RECEIVER_PORT") && !matches!(entry.value.as_str(), "" | "0")
        };
        for (line, key, port) in self.entries(ports) {
            let message = format!(
                "{key} of [relay] has no effect: nothing listens on {port} for it; send to the cache's ports what \
                 went there"
            );
            self.note(NoteKind::Note, line, message);
        }
        self.others();
    }

    /// Says that points are not sent on, and whether there was somebody to send them to.
    pub(super) fn destinations(&mut self, section: &str) -> bool {
        let Some(Entry { line, value }) = self.get("DESTINATIONS") else { return false };
        let is_here = |destination: &str| {
            ["127.", "localhost:", "[::1]:"].iter().any(|host| destination.trim().starts_with(host))
        };
        if value.split(',').all(is_here) {
            return false;
        }
        let message =
            format!("DESTINATIONS of [{section}] has no effect{}: {ELSEWHERE}", self.how());
        self.note(NoteKind::Warning, line, message);
        true
    }

    /// The options that say how points are sent on, with their lines.
    fn how(&self) -> String {
        let is_how =
            |key: &str, _: &Entry| without::find(key).is_some_and(|w| w.quiet.contains(&"*"));
        let how = self.entries(is_how);
        let how: Vec<String> =
            how.iter().map(|(line, key, _)| format!("{key} (line {line})")).collect();
        if how.is_empty() { String::new() } else { format!(", nor have {}", how.join(", ")) }
    }

    /// Entries of the sections, in the order of their lines; of a key, the one that holds.
    fn entries(&self, wanted: impl Fn(&str, &Entry) -> bool) -> Vec<(usize, String, String)> {
        let mut found: Vec<(usize, String, String)> = Vec::new();
        for (key, entry) in self.sections.iter().flat_map(|section| &section.entries) {
            if wanted(key, entry) && !found.iter().any(|(_, known, _)| known == key) {
                found.push((entry.line, key.clone(), entry.value.clone()));
            }
        }
        found.sort();
        found
    }
}
