//! A find on its way down the tree, which is `SERIES_NODES_MAX` deep at most.

use memchr::memmem::Finder;

use super::tree::{ROOT, Tree};
use crate::store::glob::{Glob, Memo, Next, Progress, Scratch};
use crate::store::{Node, StoreError};

/// Trying a child of a folder takes as long as searching this many texts for what it must hold: the child, its
/// text's place and its text are each somewhere else in memory.
const TEXTS_A_CHILD: usize = 16;
/// Searching so many bytes takes as long as one of a pattern's steps.
const BYTES_A_STEP: usize = 64;

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
                if let Some(text) = self.tree.texts().find(text) {
                    self.child(node, text, progress);
                }
            }
            Next::Like { prefix, needle } => {
                let (sorted, loose) = self.tree.children(node);
                let sorted = self.tree.starting_with(sorted, prefix);
                let texts = self.tree.texts().len();
                match needle {
                    Some(needle) if sorted.len() + loose.len() > texts / TEXTS_A_CHILD => {
                        self.holding(needle, node, progress);
                    }
                    _ => {
                        self.each(sorted, progress);
                        self.each(loose, progress);
                    }
                }
            }
            Next::Several => {
                let (sorted, loose) = self.tree.children(node);
                self.each(sorted, progress);
                self.each(loose, progress);
            }
        }
    }

    fn each(&mut self, children: &[u32], progress: Progress) {
        for &child in children {
            if self.is_done() {
                return;
            }
            let progress = self.advance(progress, self.tree.text_of(child));
            if !progress.is_dead() {
                self.at(child, progress);
            }
        }
    }

    /// Tries the children of a large folder from the other end: first the texts, which lie side by side.
    fn holding(&mut self, needle: &Finder<'_>, node: u32, progress: Progress) {
        let texts = self.tree.texts();
        self.scratch.steps += (texts.bytes() / BYTES_A_STEP) as u64;
        for text in texts.holding(needle) {
            if self.is_done() {
                return;
            }
            self.child(node, text, progress);
        }
    }

    fn child(&mut self, node: u32, text: u32, progress: Progress) {
        let progress = self.advance(progress, text);
        if !progress.is_dead()
            && let Some(child) = self.tree.child(node, text)
        {
            self.at(child, progress);
        }
    }

    /// One node further, to one of this text.
    fn advance(&mut self, from: Progress, text: u32) -> Progress {
        let memo = Some((&mut self.memo, text));
        self.glob.advance(from, self.tree.texts().get(text), &mut self.scratch, memo)
    }

    /// At a node that matches so far.
    fn at(&mut self, node: u32, progress: Progress) {
        if self.is_done() {
            return;
        }
        let text = self.tree.texts().get(self.tree.text_of(node));
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
