//! Names in bulk: their bytes side by side in a few large texts, eight bytes to point at each.

use std::fmt;
use std::sync::Arc;

use crate::limits::NAME_TEXT_BYTES;

/// Where a name stands in [`Texts`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameRef {
    text: u32,
    start: u16,
    len: u16,
}

impl NameRef {
    /// The same place, where its text goes by another number.
    pub(super) fn in_text(self, text: u32) -> Self {
        Self { text, ..self }
    }

    pub(super) fn text(self) -> u32 {
        self.text
    }

    /// The name in its text.
    pub(super) fn in_str(self, text: &str) -> &str {
        let start = usize::from(self.start);
        &text[start..start + self.len()]
    }

    /// The name's bytes, of which there are at most `CONTEXT_NAME_MAX_BYTES`.
    pub(super) fn len(self) -> usize {
        self.len.into()
    }
}

/// The bytes of names. A text that is full, or that somebody else needs, is sealed: from then on it is
/// shared and never changes.
#[derive(Debug, Default)]
pub(super) struct Texts {
    sealed: Vec<Arc<str>>,
    open: String,
    /// Whether names are in the open text: an empty one leaves no trace.
    holds_names: bool,
    /// Of all of them.
    bytes: usize,
}

impl Texts {
    /// Appends a name of at most `CONTEXT_NAME_MAX_BYTES`. Allocates once for some thousand names.
    pub(super) fn push(&mut self, name: &str) -> NameRef {
        if self.open.len() + name.len() > NAME_TEXT_BYTES {
            self.seal();
        }
        if self.open.capacity() == 0 {
            // A text of a few names that is sealed soon should not have asked for a large one.
            self.open.reserve(name.len());
        }
        let place = NameRef {
            text: number(self.sealed.len()),
            start: small(self.open.len()),
            len: small(name.len()),
        };
        self.open.push_str(name);
        self.holds_names = true;
        self.bytes += name.len();
        place
    }

    /// Makes what is there immutable. Costs a copy of the open text.
    pub(super) fn seal(&mut self) {
        if std::mem::take(&mut self.holds_names) {
            self.sealed.push(Arc::from(self.open.as_str()));
            self.open.clear();
        }
    }

    /// The sealed texts from a number on.
    pub(super) fn sealed_from(&self, first: usize) -> Vec<Arc<str>> {
        self.sealed[first..].to_vec()
    }

    /// Bytes of all texts, used or not.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many texts are sealed.
    pub(super) fn sealed(&self) -> usize {
        self.sealed.len()
    }

    /// Takes over a text of somebody else; yields its number here.
    pub(super) fn adopt(&mut self, text: Arc<str>) -> u32 {
        self.seal();
        self.bytes += text.len();
        self.sealed.push(text);
        number(self.sealed.len() - 1)
    }

    /// The name's bytes, which need no look at where characters begin.
    #[inline]
    pub(super) fn bytes_of(&self, name: NameRef) -> &[u8] {
        let text = match self.sealed.get(name.text as usize) {
            Some(text) => text.as_bytes(),
            None => self.open.as_bytes(),
        };
        let start = usize::from(name.start);
        &text[start..start + name.len()]
    }

    pub(super) fn name(&self, name: NameRef) -> &str {
        let text = self.sealed.get(name.text as usize).map_or(self.open.as_str(), |text| text);
        name.in_str(text)
    }

    /// All texts, for a list of names that outlives a change of these.
    pub(super) fn share(&mut self) -> Arc<[Arc<str>]> {
        self.seal();
        Arc::from(self.sealed.as_slice())
    }
}

/// Texts and names are bounded far below.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn small(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// Names with a value each, in the order in which the names came. A list of a million takes 16 bytes a
/// number: the names themselves are shared with whoever made it.
///
/// ```
/// use statsd_server::aggregate::Named;
///
/// let counters = Named::from([("users.new", 3.0), ("users.gone", 1.0)]);
/// assert_eq!(counters.get("users.gone"), Some(&1.0));
/// let names: Vec<_> = counters.iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["users.new", "users.gone"]);
/// ```
#[derive(Clone)]
pub struct Named<V> {
    texts: Arc<[Arc<str>]>,
    names: Vec<NameRef>,
    values: Vec<V>,
}

impl<V> Named<V> {
    pub(super) fn new(texts: Arc<[Arc<str>]>, capacity: usize) -> Self {
        let (names, values) = (Vec::with_capacity(capacity), Vec::with_capacity(capacity));
        Self { texts, names, values }
    }

    /// A name of these texts, with its value.
    pub(super) fn push(&mut self, name: NameRef, value: V) {
        self.names.push(name);
        self.values.push(value);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Each name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        let name = |name: &NameRef| name.in_str(&self.texts[name.text as usize]);
        self.names.iter().map(name).zip(&self.values)
    }

    /// The value of a name. Looks at all of them.
    pub fn get(&self, name: &str) -> Option<&V> {
        self.iter().find(|(own, _)| *own == name).map(|(_, value)| value)
    }
}

impl<V> Default for Named<V> {
    fn default() -> Self {
        Self::new(Arc::default(), 0)
    }
}

/// A name longer than `CONTEXT_NAME_MAX_BYTES` is cut: no packet brings one.
impl<N: AsRef<str>, V> FromIterator<(N, V)> for Named<V> {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(entries: I) -> Self {
        let mut texts = Texts::default();
        let place = |(name, value): (N, V)| (texts.push(cut(name.as_ref())), value);
        let (names, values) = entries.into_iter().map(place).unzip();
        Self { texts: texts.share(), names, values }
    }
}

impl<N: AsRef<str>, V, const LEN: usize> From<[(N, V); LEN]> for Named<V> {
    fn from(entries: [(N, V); LEN]) -> Self {
        entries.into_iter().collect()
    }
}

impl<V: PartialEq> PartialEq for Named<V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<V: fmt::Debug> fmt::Debug for Named<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

fn cut(name: &str) -> &str {
    let mut end = name.len().min(crate::limits::CONTEXT_NAME_MAX_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

#[cfg(test)]
mod tests;
