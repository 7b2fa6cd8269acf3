//! Whose names they are: the first nodes that bring most new ones, in bounded memory.

use foldhash::fast::RandomState;
use hashbrown::HashMap;

use crate::limits::{FIRST_NODE_MAX_BYTES, FIRST_NODES_MAX};

/// How many new names each first node brought, for the heaviest few of any number of them.
///
/// The rule is Metwally's "space saving": while there is room every node is counted exactly; then a
/// new node takes the place of the lightest one, and inherits its count. So a count may be too high,
/// by at most the `FIRST_NODES_MAX`th part of all names, and a node that brought more than that is never missing.
#[derive(Debug, Default)]
pub(super) struct FirstNodes {
    counts: HashMap<String, u64, RandomState>,
}

impl FirstNodes {
    /// Counts a new name.
    pub(super) fn add(&mut self, name: &str) {
        self.add_node(first_node(name), 1);
    }

    /// Takes over what another one counted, and leaves it empty.
    pub(super) fn take_over(&mut self, other: &mut Self) {
        for (node, n) in other.counts.drain() {
            self.add_node(&node, n);
        }
    }

    /// The heaviest first, at most `max` of them.
    pub(super) fn heaviest(&self, max: usize) -> Vec<(String, u64)> {
        let mut list: Vec<_> = self.counts.iter().collect();
        list.sort_unstable_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
        list.into_iter().take(max).map(|(node, n)| (node.clone(), *n)).collect()
    }

    fn add_node(&mut self, node: &str, n: u64) {
        if let Some(count) = self.counts.get_mut(node) {
            *count += n;
            return;
        }
        let mut inherited = 0;
        if self.counts.len() >= FIRST_NODES_MAX
            && let Some((lightest, count)) = self.counts.iter().min_by_key(|(_, count)| **count)
        {
            inherited = *count;
            let lightest = lightest.clone();
            self.counts.remove(&lightest);
        }
        self.counts.insert(node.to_owned(), inherited + n);
    }
}

/// What stands before the first dot, or before the tags; a long one is cut.
fn first_node(name: &str) -> &str {
    let node = name.split(['.', ';']).next().unwrap_or_default();
    let mut end = node.len().min(FIRST_NODE_MAX_BYTES);
    while !node.is_char_boundary(end) {
        end -= 1;
    }
    &node[..end]
}

#[cfg(test)]
mod tests;
