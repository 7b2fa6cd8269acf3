//! The store of a server that stores nothing.

use super::{Fetched, Glob, Node, Store, StoreError, Write, Written};

/// Keeps no point and knows no series; patterns that are none are refused all the same.
///
/// ```
/// use statsd_server::store::{NoStore, Store};
///
/// assert!(NoStore.find("stats.*", 10)?.is_empty());
/// assert!(NoStore.find("stats.{", 10).is_err());
/// # Ok::<(), statsd_server::store::StoreError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct NoStore;

impl Store for NoStore {
    fn write(&self, batch: &[Write<'_>], _now: i64) -> Written {
        Written { refused: batch.len(), ..Written::default() }
    }

    fn find(&self, pattern: &str, _limit: usize) -> Result<Vec<Node>, StoreError> {
        Glob::new(pattern).map(|_| Vec::new())
    }

    fn fetch(
        &self,
        _series: &str,
        _from: i64,
        _until: i64,
        _now: i64,
    ) -> Result<Option<Fetched>, StoreError> {
        Ok(None)
    }
}
