//! How a call site whose name or tags change is worded: fixed text, and places for the values of a call.

use std::borrow::Cow;
use std::fmt::{self, Display, Write as _};

use crate::child::{Child, write_bare_name, write_name};
use crate::metric::{KeyBuffer, TooLong};

/// A piece of a name or of a tag's value.
#[derive(Debug, Clone, Copy)]
pub enum Piece {
    /// The same at every call.
    Text(&'static str),
    /// The next of the call's values.
    Value,
}

/// What a call site says of one tag, or of several.
#[derive(Debug, Clone, Copy)]
pub enum TagWords {
    /// A key, and the pieces of its value.
    Tag(&'static str, &'static [Piece]),
    /// A key whose value is the next of the call's; left out where that is empty.
    Optional(&'static str),
    /// The next of the call's values, which holds any number of tags: see [`PackedTags`].
    Packed,
}

/// A name and tags. Values are taken in the order of the pieces: the name's, then each tag's.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    /// The name.
    pub name: &'static [Piece],
    /// The tags.
    pub tags: &'static [TagWords],
    /// Whether the client's prefix is put before the name.
    pub has_prefix: bool,
}

impl Words {
    pub(crate) fn write_key(
        &self,
        key: &mut KeyBuffer,
        child: Option<&Child>,
        values: &[&[u8]],
    ) -> Result<(), TooLong> {
        let (name, values) = values.split_at(values_in(self.name).min(values.len()));
        let name = Filled { pieces: self.name, values: name };
        let overrides = |tag: &str| self.has_tag(tag, values);
        if self.has_prefix {
            write_name(key, child, name, overrides)?;
        } else {
            write_bare_name(key, child, name, overrides)?;
        }
        self.each_tag(values, |tag, value| key.tag(tag, value))
    }

    fn has_tag(&self, wanted: &str, values: &[&[u8]]) -> bool {
        let found = self.each_tag(values, |tag, _| if tag == wanted { Err(()) } else { Ok(()) });
        found.is_err()
    }

    fn each_tag<E>(
        &self,
        mut values: &[&[u8]],
        mut tag: impl FnMut(&str, Filled<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        const ONE: &[Piece] = &[Piece::Value];
        for words in self.tags {
            let pieces = if let TagWords::Tag(_, pieces) = words { pieces } else { ONE };
            let (own, rest) = values.split_at(values_in(pieces).min(values.len()));
            values = rest;
            match *words {
                TagWords::Tag(key, pieces) => tag(key, Filled { pieces, values: own })?,
                TagWords::Optional(_) if own.concat().is_empty() => {}
                TagWords::Optional(key) => tag(key, Filled { pieces: ONE, values: own })?,
                TagWords::Packed => {
                    for (key, value) in unpacked(own.first().copied().unwrap_or_default()) {
                        tag(&text(key), Filled { pieces: ONE, values: &[value] })?;
                    }
                }
            }
        }
        Ok(())
    }
}

fn values_in(pieces: &[Piece]) -> usize {
    pieces.iter().filter(|piece| matches!(piece, Piece::Value)).count()
}

/// Pieces with their values in place.
struct Filled<'a> {
    pieces: &'a [Piece],
    values: &'a [&'a [u8]],
}

impl Display for Filled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values = self.values.iter();
        for piece in self.pieces {
            match piece {
                Piece::Text(text) => f.write_str(text)?,
                Piece::Value => f.write_str(&text(values.next().copied().unwrap_or_default()))?,
            }
        }
        Ok(())
    }
}

/// Values are made of text by `Probe`; what is not was made by nobody of ours.
fn text(value: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(value)
}

/// Tags of which not even the number is known before the call, as one value: each key and each value is
/// preceded by its length in bytes, as a u16 in the machine's order.
#[derive(Debug, Default)]
pub struct PackedTags(Vec<u8>);

impl PackedTags {
    /// Packs tags. Allocates. What is over 64 KiB would not fit a key by far, and is left out.
    pub fn of(tags: impl Pairs) -> Self {
        let mut packed = Self::default();
        tags.pack(&mut packed);
        packed
    }

    /// The one value.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    fn push(&mut self, shown: &impl Display, text: &mut String) -> bool {
        text.clear();
        let written = write!(text, "{shown}");
        let Ok(length) = u16::try_from(text.len()) else { return false };
        self.0.extend_from_slice(&length.to_ne_bytes());
        self.0.extend_from_slice(text.as_bytes());
        written.is_ok()
    }
}

/// What a closure among the tags makes: pairs of a key and a value, both of which display themselves.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of tags",
    label = "this closure makes a `{Self}`",
    note = "a closure among the tags makes pairs of a key and a value that implement `Display`: \
            `|| [(\"plan\", plan)]`"
)]
pub trait Pairs {
    /// Appends them.
    fn pack(self, packed: &mut PackedTags);
}

#[diagnostic::do_not_recommend]
impl<K: Display, V: Display, I: IntoIterator<Item = (K, V)>> Pairs for I {
    fn pack(self, packed: &mut PackedTags) {
        let mut text = String::new();
        for (key, value) in self {
            let start = packed.0.len();
            if !(packed.push(&key, &mut text) && packed.push(&value, &mut text)) {
                packed.0.truncate(start);
            }
        }
    }
}

fn unpacked(mut packed: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut take = move || {
        let (length, rest) = packed.split_first_chunk::<2>()?;
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_ne_bytes(*length)))?;
        packed = rest;
        Some(text)
    };
    std::iter::from_fn(move || Some((take()?, take()?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Key;
    use crate::protocol::MetricType;

    const WORDS: Words = Words {
        name: &[Piece::Text("cron."), Piece::Value],
        tags: &[
            TagWords::Tag("queue", &[Piece::Text("q-"), Piece::Value]),
            TagWords::Tag("plan", &[Piece::Text("pro")]),
            TagWords::Packed,
            TagWords::Optional("error_class"),
        ],
        has_prefix: true,
    };

    fn written(words: Words, child: Option<&Child>, values: &[&[u8]]) -> (String, Vec<String>) {
        let mut key = KeyBuffer::default();
        words.write_key(&mut key, child, values).unwrap();
        let key = Key::read(key.stamp(MetricType::Counter, 1.0)).unwrap();
        let tags = key.tags.iter().map(|(key, value)| format!("{key}:{value}"));
        (key.name.to_owned(), tags.collect())
    }

    #[test]
    fn values_are_taken_in_the_order_of_the_pieces() {
        let packed = PackedTags::of([("a", 1), ("", 2)]);
        let (name, tags) = written(WORDS, None, &[b"mail", b"7", packed.bytes(), b"Refused"]);
        assert_eq!(name, "cron.mail");
        assert_eq!(tags, ["queue:q-7", "plan:pro", "a:1", ":2", "error_class:Refused"]);
        let (_, tags) = written(WORDS, None, &[b"mail", b"7", b"", b""]);
        assert_eq!(tags, ["queue:q-7", "plan:pro"]);
    }

    #[test]
    fn a_childs_tags_give_way_to_packed_ones_too_and_its_prefix_can_be_left_out() {
        let tags = [("a", "child"), ("b", "child")];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        let child = Child { id: 1, prefix: "shop".to_owned(), tags, rate: None };
        let packed = PackedTags::of([("a", 1)]);
        let values: &[&[u8]] = &[b"mail", b"7", packed.bytes(), b""];
        let (name, tags) = written(WORDS, Some(&child), values);
        assert_eq!(name, "shop.cron.mail");
        assert_eq!(tags, ["b:child", "queue:q-7", "plan:pro", "a:1"]);
        let (name, _) = written(Words { has_prefix: false, ..WORDS }, Some(&child), values);
        assert_eq!(name, "cron.mail");
    }

    #[test]
    fn a_tag_that_is_far_too_long_is_left_out_and_its_neighbours_stay() {
        let long = "x".repeat(70_000);
        let packed = PackedTags::of([("a", "1"), ("b", &long), ("c", "3")]);
        let keys: Vec<_> = unpacked(packed.bytes()).map(|(key, _)| key).collect();
        assert_eq!(keys, [b"a", b"c"]);
    }

    #[test]
    fn missing_values_are_empty() {
        assert_eq!(written(WORDS, None, &[]).0, "cron.");
    }
}
