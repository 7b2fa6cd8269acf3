//! Which characters a name or a tag may hold, and what becomes of the others.
//!
//! One set of ASCII characters serves the run-time rewriting and the compile-time check of literals; run
//! time also rewrites white space and controls beyond ASCII, and what one dialect alone sets its tags
//! apart with. The set is stricter than any one dialect: a character that separates fields, values, tags
//! or lines in *some* StatsD never reaches the wire inside a name.

use std::borrow::Cow;

use super::types::Dialect;

/// What stands in place of a character that would break the line.
const REPLACEMENT: char = '_';

/// What Okmeter puts between a tag's key and its value.
const OKMETER_IS: &str = "_is_";

/// Whether a character would break a name: a separator of the protocol, of etsy's or Graphite's
/// tags, white space or a control character.
const fn breaks_name(byte: u8) -> bool {
    matches!(byte, b':' | b'|' | b'@' | b'#' | b',' | b';') || byte <= b' ' || byte == 0x7f
}

/// Whether a character would break a tag's value, in which a colon is legal: `url:http://…`.
const fn breaks_tag_value(byte: u8) -> bool {
    matches!(byte, b'|' | b'#' | b',' | b';') || byte <= b' ' || byte == 0x7f
}

/// A metric name, or the prefix of one, made safe: a path's `::` becomes a dot, as `StatsD::Instrument` has it;
/// what separates, white space and control characters become `_`.
pub(crate) fn legal_name(dialect: Dialect, name: &str) -> Cow<'_, str> {
    let is_broken = |c| breaks(c, breaks_name) || sets_tags_apart(dialect, c);
    let name = if name.contains("::") {
        Cow::Owned(replace(&name.replace("::", "."), is_broken).into_owned())
    } else {
        replace(name, is_broken)
    };
    if dialect == Dialect::Okmeter { without_is(name) } else { name }
}

/// A tag key made safe, by the rule for names.
pub(crate) fn legal_tag_key(dialect: Dialect, key: &str) -> Cow<'_, str> {
    let key = replace(key, |c| match dialect {
        _ if breaks(c, breaks_name) || sets_tags_apart(dialect, c) => true,
        Dialect::Etsy | Dialect::Okmeter => c == '.',
        // Carbon refuses the whole series over one of these.
        Dialect::Graphite => matches!(c, '!' | '^'),
        _ => false,
    });
    if dialect != Dialect::Okmeter {
        return key;
    }
    let mut key = without_is(key);
    // Else the key's end and the separator's beginning would read as the separator.
    while key.ends_with("_is") {
        let kept = key.len() - "is".len();
        key.to_mut().truncate(kept);
    }
    key
}

/// A tag value made safe: as a name, but at signs stay, and in DogStatsD colons.
pub(crate) fn legal_tag_value(dialect: Dialect, value: &str) -> Cow<'_, str> {
    let value = replace(value, |c| match dialect {
        Dialect::DogStatsd => breaks(c, breaks_tag_value),
        Dialect::Etsy | Dialect::Okmeter => c == '.' || breaks(c, breaks_name),
        _ => c == ':' || breaks(c, breaks_tag_value) || sets_tags_apart(dialect, c),
    });
    match dialect {
        Dialect::Okmeter => {
            let mut value = without_is(value);
            while value.starts_with("is_") {
                value.to_mut().drain(.."is".len());
            }
            value
        }
        // Carbon refuses the whole series.
        Dialect::Graphite if value.starts_with('~') => Cow::Owned(format!("_{}", &value[1..])),
        _ => value,
    }
}

/// A set's member made safe: it may hold anything but what ends a value, and it is not empty.
pub(crate) fn legal_member(member: &str) -> Cow<'_, str> {
    if member.is_empty() {
        return Cow::Owned(REPLACEMENT.into());
    }
    replace(member, |c| matches!(c, ':' | '|') || c.is_control())
}

/// A field of its own, up to the next `|`, made safe: a container's id, a host's name.
pub(crate) fn legal_field(text: &str) -> Cow<'_, str> {
    replace(text, |c| c == '|' || c.is_control())
}

/// What stands between a tag's key and value, or around all of them, in this dialect alone.
fn sets_tags_apart(dialect: Dialect, c: char) -> bool {
    match dialect {
        Dialect::Etsy | Dialect::DogStatsd | Dialect::Okmeter => false,
        Dialect::Influx | Dialect::Graphite | Dialect::Librato => c == '=',
        Dialect::SignalFx => matches!(c, '=' | '[' | ']'),
    }
}

fn breaks(c: char, ascii: impl Fn(u8) -> bool) -> bool {
    if c.is_ascii() { ascii(c as u8) } else { c.is_whitespace() || c.is_control() }
}

/// Ends: every round shortens the text.
fn without_is(mut text: Cow<'_, str>) -> Cow<'_, str> {
    while text.contains(OKMETER_IS) {
        text = Cow::Owned(text.replace(OKMETER_IS, "_"));
    }
    text
}

fn replace(text: &str, breaks: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().any(&breaks) {
        Cow::Owned(text.chars().map(|c| if breaks(c) { REPLACEMENT } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Checks a literal metric name while compiling.
///
/// # Panics
/// In a `const`, which stops the build: the name is empty or holds a character that would be
/// rewritten.
#[track_caller]
pub(crate) const fn check_name(name: &str) {
    assert!(!name.is_empty(), "a metric name must not be empty");
    assert!(
        !any_byte(name, true),
        "a metric name must not hold `:`, `|`, `@`, `#`, `,`, `;`, white space or control characters; write `.` or `_`"
    );
}

/// Checks a literal tag key while compiling; as [`check_name`].
#[track_caller]
pub(crate) const fn check_tag_key(key: &str) {
    assert!(!key.is_empty(), "a tag key must not be empty");
    assert!(
        !any_byte(key, true),
        "a tag key must not hold `:`, `|`, `@`, `#`, `,`, `;`, white space or control characters; write `_`"
    );
}

/// Checks a literal tag value while compiling; as [`check_name`].
#[track_caller]
pub(crate) const fn check_tag_value(value: &str) {
    assert!(
        !any_byte(value, false),
        "a tag value must not hold `|`, `#`, `,`, `;`, white space or control characters; write `_`"
    );
}

const fn any_byte(text: &str, name: bool) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let broken = if name { breaks_name(bytes[at]) } else { breaks_tag_value(bytes[at]) };
        if broken {
            return true;
        }
        at += 1;
    }
    false
}
