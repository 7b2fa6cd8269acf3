//! What a `config.js` holds, each value with its place.

use std::collections::BTreeMap;

/// Something that is not understood, and the byte at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    pub(super) at: usize,
    pub(super) message: String,
}

impl Mistake {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}

/// A value, and the byte at which it begins.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// A regular expression: other people's backends have some, none of ours does.
    Pattern,
    List(Vec<Node>),
    Object(Entries),
}

/// By key; of two the later one holds, as in JavaScript.
pub(super) type Entries = BTreeMap<String, Entry>;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    /// The byte at which the key begins.
    pub(super) at: usize,
    pub(super) node: Node,
}

impl Value {
    /// What it is, for people.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Undefined => "undefined",
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::Pattern => "a regular expression",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// How JavaScript sees it in a condition.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::Text(text) => !text.is_empty(),
            Self::Pattern | Self::List(_) | Self::Object(_) => true,
        }
    }
}

impl Node {
    pub(super) fn entries(&self) -> Option<&Entries> {
        match &self.value {
            Value::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// Where the value of one of our keys stands, which is etsy's in another spelling; the whole where
    /// it is not to be found.
    pub(super) fn at_of(&self, key: &str) -> usize {
        let (section, name) = key.split_once('.').unwrap_or(("", key));
        let plain = |key: &str| key.replace('_', "").to_ascii_lowercase();
        let find = |node: &Self, wanted: &str| {
            let mut entries = node.entries()?.iter();
            entries
                .find(|(key, _)| plain(key) == plain(wanted))
                .map(|(_, entry)| entry.node.clone())
        };
        let inner = find(self, section);
        let found = inner.as_ref().and_then(|section| find(section, name));
        let joined = format!("{section}{name}");
        let found = found.or_else(|| find(self, &joined)).or_else(|| find(self, name)).or(inner);
        found.map_or(self.at, |node| node.at)
    }
}
