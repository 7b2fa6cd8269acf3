//! What was asked for before, found again without a lock: entries are added and never taken away.

use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Lists that entries are spread over by their hash: 32 KiB.
const BUCKETS: usize = 2048;

/// Entries of one list. 16,384 in all, as many as a client has contexts; a few are refused before, where
/// chance puts too many into one list.
const CHAIN_MAX: usize = 8;

/// A bounded map that only grows.
pub(super) struct Kept<K, V> {
    buckets: Box<[Link<K, V>]>,
    refused: AtomicU64,
}

/// The place of an entry, which is there or not yet.
type Link<K, V> = OnceLock<Box<Entry<K, V>>>;

struct Entry<K, V> {
    key: K,
    value: V,
    next: Link<K, V>,
}

impl<K: Clone + PartialEq, V> Kept<K, V> {
    pub(super) fn new() -> Self {
        Self::with_buckets(BUCKETS)
    }

    pub(super) fn with_buckets(buckets: usize) -> Self {
        let buckets = (0..buckets).map(|_| OnceLock::new()).collect();
        Self { buckets, refused: AtomicU64::new(0) }
    }

    /// The value of a key, made where there is none yet; `None`: there is no room for it. Found, it costs a
    /// load and a comparison an entry. Of several threads that make it at once all get the same one.
    pub(super) fn get_or_make(&self, hash: u64, key: &K, make: impl Fn() -> V) -> Option<&V> {
        let value = self.walk(hash, key, make);
        if value.is_none() {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        value
    }

    fn walk(&self, hash: u64, key: &K, make: impl Fn() -> V) -> Option<&V> {
        let bucket = hash.checked_rem(self.buckets.len() as u64)?;
        let mut link = self.buckets.get(usize::try_from(bucket).ok()?)?;
        for _ in 0..CHAIN_MAX {
            let entry = link.get().unwrap_or_else(|| {
                // Made before the place is taken, so that another thread (or the child of a fork) finds it
                // taken and empty only while a pointer is stored.
                let next = OnceLock::new();
                let made = Box::new(Entry { key: key.clone(), value: make(), next });
                link.get_or_init(|| made)
            });
            if entry.key == *key {
                return Some(&entry.value);
            }
            link = &entry.next;
        }
        None
    }

    /// How often there was no room.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl<K, V> fmt::Debug for Kept<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("refused", &self.refused).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
