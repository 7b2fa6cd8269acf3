//! The parts of a line that callers name, made legal: names, tags, origin, fields, prose.

use std::borrow::Cow;

use super::name::{legal_field, legal_name, legal_tag_key, legal_tag_value};
use super::types::{Cardinality, Dialect};

const CARDINALITY: &str = "card:";

/// The fields that say where a line comes from.
const ORIGIN_FIELDS: [&str; 3] = ["c:", "e:", CARDINALITY];

/// Makes the parts of a line legal, and remembers whether it had to.
#[derive(Debug)]
pub(crate) struct Legal {
    dialect: Dialect,
    /// Whether a character was replaced or a field left out. An escape changes nothing.
    pub(crate) rewritten: bool,
}

impl Legal {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, rewritten: false }
    }

    /// Prefix and name of a metric or a service check.
    pub(crate) fn head(&mut self, prefix: &str, name: &str) -> String {
        let mut head = self.keep(legal_name(self.dialect, prefix)).into_owned();
        if !head.is_empty() && !head.ends_with('.') {
            head.push('.');
        }
        head.push_str(&self.keep(legal_name(self.dialect, name)));
        // To Datadog's agent such a line is an event or a service check. Its names begin with a letter
        // anyway: what stands before the first one is cut off there.
        if self.dialect.has_events() && (head.starts_with("_e{") || head.starts_with("_sc")) {
            head.remove(0);
            self.rewritten = true;
        }
        head
    }

    /// The tags with everything around them; empty for none.
    pub(crate) fn tags(&mut self, defaults: &[(String, String)], tags: &[(&str, &str)]) -> String {
        let style = TagStyle::of(self.dialect);
        let mut out = String::new();
        for (key, value) in effective_tags(self.dialect, defaults, tags) {
            let (key, value) = match (key, value) {
                // Not a tag, and what opens the list with nothing behind it would not be one either.
                ("", "") => continue,
                ("", bare) => (bare, style.bare),
                (key, "") => (key, style.bare),
                pair => pair,
            };
            out.push_str(if out.is_empty() { style.open } else { style.between });
            out.push_str(&self.keep(legal_tag_key(self.dialect, key)));
            if !value.is_empty() {
                out.push_str(style.is);
                out.push_str(&self.keep(legal_tag_value(self.dialect, value)));
            }
        }
        if !out.is_empty() {
            out.push_str(style.close);
        }
        out
    }

    /// The origin fields of a client, with the line's own cardinality in place of the client's.
    pub(crate) fn origin(&mut self, origin: &str, own: Option<Cardinality>) -> String {
        let mut out = String::new();
        for field in origin.split('|').filter(|field| !field.is_empty()) {
            if own.is_some() && field.starts_with(CARDINALITY) {
                continue;
            }
            if ORIGIN_FIELDS.iter().any(|name| field.starts_with(name)) {
                out.push('|');
                out.push_str(&self.field(field));
            } else {
                self.rewritten = true;
            }
        }
        if let Some(own) = own {
            out.extend(["|", CARDINALITY, own.as_str()]);
        }
        out
    }

    /// A field of its own: a container's id, a host's name.
    pub(crate) fn field<'a>(&mut self, text: &'a str) -> Cow<'a, str> {
        self.keep(legal_field(text))
    }

    /// Text that people read: a line break is escaped to a backslash and an `n`, tabs stay.
    pub(crate) fn prose(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for c in text.replace("\r\n", "\n").chars() {
            match c {
                '\n' => out.push_str("\\n"),
                '\t' => out.push(c),
                _ if c == '|' || c.is_control() => {
                    out.push('_');
                    self.rewritten = true;
                }
                _ => out.push(c),
            }
        }
        out
    }

    fn keep<'a>(&mut self, text: Cow<'a, str>) -> Cow<'a, str> {
        self.rewritten |= matches!(text, Cow::Owned(_));
        text
    }
}

/// How a dialect writes its tags.
struct TagStyle {
    open: &'static str,
    between: &'static str,
    close: &'static str,
    /// Between key and value.
    is: &'static str,
    /// The value of a tag that has none. A server that reads pairs drops an empty one or calls the
    /// line malformed; Telegraf itself turns DogStatsD's bare tags into `true`.
    bare: &'static str,
}

impl TagStyle {
    const fn of(dialect: Dialect) -> Self {
        let (open, between, close, is, bare) = match dialect {
            // etsy's protocol has no tags; as nodes of the name they keep series apart.
            Dialect::Etsy => (".", ".", "", ".", ""),
            Dialect::DogStatsd => ("|#", ",", "", ":", ""),
            Dialect::Influx => (",", ",", "", "=", "true"),
            Dialect::Graphite => (";", ";", "", "=", "true"),
            Dialect::SignalFx => ("[", ",", "]", "=", "true"),
            Dialect::Librato => ("#", ",", "", "=", "true"),
            Dialect::Okmeter => (".", ".", "", "_is_", "true"),
        };
        Self { open, between, close, is, bare }
    }
}

/// The tags that hold. In the place of a default stand the tags of its key, if there are any. Several
/// of one key are values side by side in DogStatsD; elsewhere only the last one would be read.
pub(crate) fn effective_tags<'a>(
    dialect: Dialect,
    defaults: &'a [(String, String)],
    tags: &'a [(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let has = |known: &[(&str, &str)], key| !str::is_empty(key) && known.iter().any(|t| t.0 == key);
    let mut out = Vec::with_capacity(defaults.len() + tags.len());
    for (key, value) in defaults {
        if !has(tags, key) {
            out.push((&**key, &**value));
        } else if !has(&out, key) {
            out.extend(tags.iter().filter(|(own, _)| own == key));
        }
    }
    let is_new = |key: &str| key.is_empty() || defaults.iter().all(|(default, _)| default != key);
    out.extend(tags.iter().filter(|(key, _)| is_new(key)));
    if dialect == Dialect::DogStatsd {
        return out;
    }
    let mut last = Vec::with_capacity(out.len());
    for (key, value) in out {
        match last.iter_mut().find(|(known, _)| *known == key && !key.is_empty()) {
            Some((_, known)) => *known = value,
            None => last.push((key, value)),
        }
    }
    last
}
