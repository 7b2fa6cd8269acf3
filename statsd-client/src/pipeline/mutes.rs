//! Which metrics of a client are switched off: patterns of names. They are asked where a context is looked
//! up, never on the way of a call whose context is known: what a thread knows of it says so.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use super::worker::Pipeline;

/// Patterns of one client.
pub(crate) const PATTERNS_MAX: usize = 128;

/// Bytes of a pattern.
pub(crate) const PATTERN_MAX_BYTES: usize = 256;

/// The patterns. Changed before a generation begins, and read under the lock under which contexts are
/// registered: no context of the new generation is registered by the old patterns.
#[derive(Debug)]
pub(crate) struct Mutes {
    patterns: RwLock<Vec<String>>,
}

/// What became of a pattern that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Added {
    New,
    Known,
    /// It is empty or too long, or there are too many.
    Refused,
}

impl Mutes {
    /// As many of the patterns as there may be: who builds a client asks [`is_allowed`] first.
    pub(crate) fn new(patterns: &[String]) -> Self {
        let mutes = Self { patterns: RwLock::default() };
        for pattern in patterns {
            mutes.add(pattern);
        }
        mutes
    }

    fn add(&self, pattern: &str) -> Added {
        let mut patterns = self.patterns.write().unwrap_or_else(PoisonError::into_inner);
        if patterns.iter().any(|known| known == pattern) {
            return Added::Known;
        }
        if patterns.len() >= PATTERNS_MAX || !is_allowed(pattern) {
            return Added::Refused;
        }
        patterns.push(pattern.to_owned());
        Added::New
    }

    /// `false`: it was not there.
    fn remove(&self, pattern: &str) -> bool {
        let mut patterns = self.patterns.write().unwrap_or_else(PoisonError::into_inner);
        let before = patterns.len();
        patterns.retain(|known| known != pattern);
        patterns.len() < before
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.read().is_empty()
    }

    /// Whether a name is switched off, by itself or behind the client's prefix. One that is empty never is.
    pub(crate) fn has(&self, prefix: &str, name: &str) -> bool {
        let patterns = self.read();
        if patterns.is_empty() || name.is_empty() {
            return false;
        }
        let full = if prefix.is_empty() { String::new() } else { format!("{prefix}.{name}") };
        patterns
            .iter()
            .any(|pattern| is_match(pattern, name) || !full.is_empty() && is_match(pattern, &full))
    }

    /// Keeps everybody out while `work` runs.
    pub(crate) fn while_locked<R>(&self, work: impl FnOnce() -> R) -> R {
        let _patterns = self.patterns.write().unwrap_or_else(PoisonError::into_inner);
        work()
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<String>> {
        self.patterns.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pipeline {
    /// Switches the metrics of a pattern off; `false`: it is refused.
    pub(crate) fn mute(&self, pattern: &str) -> bool {
        let added = self.shared().registry.mutes.add(pattern);
        if added == Added::New {
            self.begin_generation();
        }
        added != Added::Refused
    }

    /// Takes a pattern back; `false`: it was not there.
    pub(crate) fn unmute(&self, pattern: &str) -> bool {
        let removed = self.shared().registry.mutes.remove(pattern);
        if removed {
            self.begin_generation();
        }
        removed
    }

    /// The patterns, in the order in which they came.
    pub(crate) fn muted(&self) -> Vec<String> {
        self.shared().registry.mutes.read().clone()
    }
}

/// Whether a pattern may be kept.
pub(crate) fn is_allowed(pattern: &str) -> bool {
    (1..=PATTERN_MAX_BYTES).contains(&pattern.len())
}

/// Whether a pattern is a name's: `*` stands for any run of characters, also of none and across dots.
/// Every part is looked for once, from left to right, so no pattern takes long.
fn is_match(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let (middle, tail) = rest.rsplit_once('*').unwrap_or(("", rest));
    let within = name.strip_prefix(head).and_then(|name| name.strip_suffix(tail));
    within.is_some_and(|mut within| {
        middle.split('*').all(|part| {
            let found = within.split_once(part);
            found.inspect(|&(_, behind)| within = behind).is_some()
        })
    })
}

#[cfg(test)]
mod tests;
