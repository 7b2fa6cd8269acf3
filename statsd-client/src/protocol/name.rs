//! Which characters a name or a tag may hold, and what becomes of the others.
//!
//! One set of ASCII characters serves the run-time rewriting and the compile-time check of literals; run
//! time also rewrites white space beyond ASCII, and more where etsy's dialect folds a tag into the name.
//! The set is stricter than any one dialect: a character that separates fields, values, tags or lines in
//! *some* StatsD never reaches the wire inside a name.

use std::borrow::Cow;

/// What stands in place of a character that would break the line.
const REPLACEMENT: char = '_';

/// Whether a character would break a name: a separator of the protocol, of etsy's or Graphite's
/// tags, white space or a control character.
const fn breaks_name(byte: u8) -> bool {
    matches!(byte, b':' | b'|' | b'@' | b'#' | b',' | b';') || byte <= b' ' || byte == 0x7f
}

/// Whether a character would break a tag's value, in which a colon is legal: `url:http://…`.
const fn breaks_tag_value(byte: u8) -> bool {
    matches!(byte, b'|' | b'#' | b',' | b';') || byte <= b' ' || byte == 0x7f
}

/// A metric name made safe: separators, white space and control characters become `_`.
pub(crate) fn legal_name(name: &str) -> Cow<'_, str> {
    replace(name, |c| c.is_whitespace() || (c.is_ascii() && breaks_name(c as u8)))
}

/// A tag key made safe, by the rule for names.
pub(crate) fn legal_tag_key(key: &str) -> Cow<'_, str> {
    legal_name(key)
}

/// A tag value made safe: as a name, but colons and at signs stay.
pub(crate) fn legal_tag_value(value: &str) -> Cow<'_, str> {
    replace(value, |c| c.is_whitespace() || (c.is_ascii() && breaks_tag_value(c as u8)))
}

/// One node of a dotted name: as a name, and without dots. Tags folded into a name are nodes.
pub(crate) fn legal_node(node: &str) -> Cow<'_, str> {
    replace(node, |c| c == '.' || c.is_whitespace() || (c.is_ascii() && breaks_name(c as u8)))
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
        "a metric name must not hold `:`, `|`, `@`, `#`, `,`, `;`, white space or control characters"
    );
}

/// Checks a literal tag key while compiling; as [`check_name`].
#[track_caller]
pub(crate) const fn check_tag_key(key: &str) {
    assert!(!key.is_empty(), "a tag key must not be empty");
    assert!(
        !any_byte(key, true),
        "a tag key must not hold `:`, `|`, `@`, `#`, `,`, `;`, white space or control characters"
    );
}

/// Checks a literal tag value while compiling; as [`check_name`].
#[track_caller]
pub(crate) const fn check_tag_value(value: &str) {
    assert!(
        !any_byte(value, false),
        "a tag value must not hold `|`, `#`, `,`, `;`, white space or control characters"
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
