//! Questions about tags, as [`Store`](super::Store) answers them.

use super::index::Index;
use super::{StoreError, TagExpression};

/// The names of the series that fit, sorted; where there are more than `limit`, the first.
pub(super) fn find_tagged(
    index: &Index,
    expressions: &[TagExpression],
    limit: usize,
) -> Result<Vec<String>, StoreError> {
    let found = index.tags().series(expressions)?;
    let mut names: Vec<&str> = found.into_iter().filter_map(|id| index.name(id)).collect();
    if limit < names.len() {
        // Without sorting those that are left out.
        names.select_nth_unstable(limit);
        names.truncate(limit);
    }
    names.sort_unstable();
    Ok(names.into_iter().map(str::to_owned).collect())
}
