//! Patterns of texts and `*` alone, which nearly all are: `web*`, `*cpu*`, `a*b`.

use memchr::memmem::Finder;

/// The texts of a pattern that has at least one `*`.
#[derive(Debug, Clone)]
pub(super) struct Pieces {
    first: Box<str>,
    /// What stands between the first `*` and the last, in order.
    middle: Vec<Finder<'static>>,
    last: Box<str>,
}

impl Pieces {
    /// Of a pattern in which nothing but `*` is special.
    pub(super) fn new(pattern: &str) -> Self {
        let (first, rest) = pattern.split_once('*').unwrap_or((pattern, ""));
        let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
        let middle = middle.split('*').filter(|piece| !piece.is_empty());
        let middle = middle.map(|piece| Finder::new(piece).into_owned()).collect();
        Self { first: first.into(), middle, last: last.into() }
    }

    /// What a match costs, in the automaton's steps: one for some bytes that are compared at once.
    pub(super) fn steps(&self, text: &str) -> u64 {
        1 + (self.middle.len() + text.len() / 8) as u64
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let rest = text.strip_prefix(&*self.first);
        let Some(rest) = rest.and_then(|rest| rest.strip_suffix(&*self.last)) else { return false };
        let mut rest = rest.as_bytes();
        // The first place is as good as any later one.
        self.middle.iter().all(|piece| {
            let found = piece.find(rest);
            if let Some(at) = found {
                rest = &rest[at + piece.needle().len()..];
            }
            found.is_some()
        })
    }
}
