//! Meaning → bytes: the constant parts of a context's lines, rendered once, and the lines.

use std::borrow::Cow;

use super::name::{legal_name, legal_node, legal_tag_key, legal_tag_value};
use super::number::write_number;
use super::types::{Dialect, MetricType};

/// The two constant parts of every line of one context: `head` `:` value `tail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Prefix, name and, where the dialect has no tags, the tags folded in.
    pub(crate) head: Box<[u8]>,
    /// Type, rate and tags: `|c|@0.1|#plan:pro`.
    pub(crate) tail: Box<[u8]>,
    /// Whether a name or tag had to be changed.
    pub(crate) rewritten: bool,
}

/// What a context is called, before it is made legal for the wire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Naming<'a> {
    /// Put before the name with a dot; empty for none.
    pub(crate) prefix: &'a str,
    /// The metric's own name; not empty.
    pub(crate) name: &'a str,
    /// Tags in order; a later key overrides an earlier one. An empty value makes a bare tag.
    pub(crate) tags: &'a [(&'a str, &'a str)],
    /// The kind.
    pub(crate) kind: MetricType,
    /// Written where it is below 1.
    pub(crate) rate: f64,
}

impl Frame {
    /// Renders the constant parts. Allocates; done once a context.
    pub(crate) fn render(dialect: Dialect, naming: &Naming<'_>) -> Self {
        let mut rewritten = false;
        let mut legal = |text: Cow<'_, str>| {
            rewritten |= matches!(text, Cow::Owned(_));
            text.into_owned()
        };
        let mut head = legal(legal_name(naming.prefix));
        if !head.is_empty() {
            head.push('.');
        }
        head.push_str(&legal(legal_name(naming.name)));

        let mut tail = vec![b'|'];
        tail.extend_from_slice(naming.kind.code().as_bytes());
        if naming.rate < 1.0 {
            tail.extend_from_slice(b"|@");
            write_number(&mut tail, naming.rate);
        }
        let mut separator = "|#";
        for (key, value) in effective(naming.tags) {
            match dialect {
                // etsy's protocol has no tags; as nodes of the name they keep series apart.
                Dialect::Etsy => {
                    for node in [key, value].into_iter().filter(|node| !node.is_empty()) {
                        head.push('.');
                        head.push_str(&legal(legal_node(node)));
                    }
                }
                Dialect::DogStatsd => {
                    let tag = match (key, value) {
                        // Not a tag, and `|#` with nothing behind it would not be one either.
                        ("", "") => continue,
                        ("", bare) | (bare, "") => legal(legal_tag_key(bare)),
                        _ => legal(legal_tag_key(key)) + ":" + &legal(legal_tag_value(value)),
                    };
                    tail.extend_from_slice(separator.as_bytes());
                    tail.extend_from_slice(tag.as_bytes());
                    separator = ",";
                }
            }
        }
        Self { head: head.into_bytes().into(), tail: tail.into(), rewritten }
    }

    /// Appends one line, without a newline.
    pub(crate) fn write(&self, out: &mut Vec<u8>, value: Number) {
        out.extend_from_slice(&self.head);
        out.push(b':');
        value.write(out);
        out.extend_from_slice(&self.tail);
    }
}

/// A value as it is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Number {
    /// A count.
    Integer(i64),
    /// Milliseconds, or a gauge's value.
    Float(f64),
    /// A gauge's change: always with its sign.
    Signed(f64),
}

impl Number {
    /// Appends the digits.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        use std::io::Write as _;
        match self {
            Self::Integer(number) => {
                // Writing to a `Vec` cannot fail.
                let _written = write!(out, "{number}");
            }
            Self::Float(number) => write_number(out, number),
            Self::Signed(number) => {
                if number >= 0.0 {
                    out.push(b'+');
                }
                write_number(out, number);
            }
        }
    }
}

/// The tags that hold: of one key the last, in the place of the first.
fn effective<'a>(tags: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    tags.iter()
        .enumerate()
        .filter(|&(at, &(key, _))| !tags[..at].iter().any(|(k, _)| *k == key))
        .map(|(_, &(key, value))| {
            let last = tags.iter().rev().find(|(k, _)| *k == key);
            (key, last.map_or(value, |&(_, value)| value))
        })
}

#[cfg(test)]
mod tests;
