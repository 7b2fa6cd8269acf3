//! What a capture has seen.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::SeenCall;

/// The calls that a capture has seen, in the order of time; those of threads that followed it in between.
/// Cloning it copies a pointer. It is a slice of [`SeenCall`]s, and displays as their lines.
///
/// ```
/// use statsd_client::testing::capture;
///
/// let seen = capture(|| {
///     statsd_client::increment("orders");
///     statsd_client::gauge("queue.depth", 17);
/// });
/// assert_eq!(seen.len(), 2);
/// assert_eq!(seen.to_string(), "orders:1|c\nqueue.depth:17|g\n");
/// assert!(seen.iter().all(|call| call.tags().is_empty()));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Seen {
    calls: Arc<[SeenCall]>,
    over: usize,
}

impl Seen {
    pub(super) fn new(calls: Vec<SeenCall>, over: usize) -> Self {
        Self { calls: calls.into(), over }
    }

    /// Calls that were not kept, because there were more than [`SEEN_MAX`](super::SEEN_MAX). An assertion that
    /// fails says so, too.
    ///
    /// ```
    /// # use statsd_client::testing::capture;
    /// let seen = capture(|| statsd_client::increment("orders"));
    /// assert_eq!(seen.over(), 0);
    /// ```
    pub fn over(&self) -> usize {
        self.over
    }
}

impl Deref for Seen {
    type Target = [SeenCall];

    fn deref(&self) -> &[SeenCall] {
        &self.calls
    }
}

impl<'a> IntoIterator for &'a Seen {
    type Item = &'a SeenCall;
    type IntoIter = std::slice::Iter<'a, SeenCall>;

    fn into_iter(self) -> Self::IntoIter {
        self.calls.iter()
    }
}

impl IntoIterator for Seen {
    type Item = SeenCall;
    type IntoIter = std::vec::IntoIter<SeenCall>;

    /// Copies a pointer a call.
    fn into_iter(self) -> Self::IntoIter {
        Vec::from(&*self.calls).into_iter()
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.iter().try_for_each(|call| writeln!(f, "{call}"))
    }
}
