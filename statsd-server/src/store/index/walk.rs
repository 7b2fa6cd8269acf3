//! A find on its way down the tree, which is `SERIES_NODES_MAX` deep at most.

use super::tree::{ROOT, Tree};
use crate::store::glob::{Glob, Memo, Next, Progress, Scratch};
use crate::store::{Node, StoreError};

/// The nodes that match, sorted by path; see [`super::Index::find`].
pub(super) fn find(
    tree: &Tree,
    glob: &Glob,
    limit: usize,
    steps_max: u64,
) -> Result<Vec<Node>, StoreError> {
    let mut walk = Walk {
        tree,
        glob,
        limit,
        steps_max,
        path: String::new(),
        found: Vec::new(),
        scratch: Scratch::default(),
        memo: Memo::new(tree.texts().len()),
    };
    walk.below(ROOT, glob.start());
    if walk.is_too_costly() {
        return Err(StoreError::Pattern {
            pattern: glob.as_str().to_owned(),
            reason: "it takes too long to try on this many series; name more of it in full",
            at: 0,
        });
    }
    walk.found.sort_unstable();
    Ok(walk.found)
}

struct Walk<'a> {
    tree: &'a Tree,
    glob: &'a Glob,
    limit: usize,
    steps_max: u64,
    path: String,
    found: Vec<Node>,
    scratch: Scratch,
    /// A text is tried once on each pattern, however many branches have it.
    memo: Memo,
}

impl Walk<'_> {
    fn below(&mut self, node: u32, progress: Progress) {
        match self.glob.next(progress) {
            Next::Nothing => {}
            Next::Only(text) => {
                let text = self.tree.texts().find(text);
                if let Some(child) = text.and_then(|text| self.tree.child(node, text)) {
                    self.at(child, progress);
                }
            }
            Next::StartingWith(prefix) => {
                let children = self.tree.children(node);
                self.each(self.tree.starting_with(&children, prefix), progress);
            }
            Next::Several => self.each(&self.tree.children(node), progress),
        }
    }

    fn each(&mut self, children: &[u32], progress: Progress) {
        for &child in children {
            if self.is_done() {
                return;
            }
            self.at(child, progress);
        }
    }

    fn at(&mut self, node: u32, progress: Progress) {
        let number = self.tree.text_of(node);
        let text = self.tree.texts().get(number);
        let memo = Some((&mut self.memo, number));
        let progress = self.glob.advance(progress, text, &mut self.scratch, memo);
        if progress.is_dead() || self.is_done() {
            return;
        }
        let parent = self.path.len();
        if parent > 0 {
            self.path.push('.');
        }
        self.path.push_str(text);
        let branch = self.tree.is_branch(node);
        if self.glob.is_complete(progress) {
            let leaf = self.tree.is_series(node);
            self.found.push(Node { path: self.path.clone(), leaf, branch });
        }
        if branch {
            self.below(node, progress);
        }
        self.path.truncate(parent);
    }

    fn is_done(&self) -> bool {
        self.found.len() >= self.limit || self.is_too_costly()
    }

    fn is_too_costly(&self) -> bool {
        self.scratch.steps > self.steps_max
    }
}
