//! A find: down the tree, which is `SERIES_NODES_MAX` deep at most, or where too much of it would be visited,
//! along all nodes as they lie in memory.

use memchr::memmem::Finder;

use super::tree::{ROOT, Tree};
use crate::store::glob::{Glob, Memo, Next, Progress, Scratch};
use crate::store::{Node, StoreError};

// What a find does, in what a processor does meanwhile. Trying a child of a folder is a way to its text, which
// is somewhere else in memory; visiting it is several such ways; what lies side by side is passed by at once.

const TRIES_A_VISIT: usize = 8;
/// In a folder with fewer children, each is tried; otherwise all texts are searched for what theirs must hold.
const TEXTS_A_CHILD: usize = 16;
const TEXTS_A_TRY: usize = 64;
/// A find down the tree ends where it has cost what passing by all nodes does.
const NODES_A_TRY: usize = 32;
const BYTES_A_STEP: usize = 64;
const NODES_A_STEP: usize = 4;

/// The nodes that match, sorted by path; see [`super::Index::find`].
pub(super) fn find(
    tree: &Tree,
    glob: &Glob,
    limit: usize,
    steps_max: u64,
) -> Result<Vec<Node>, StoreError> {
    let tries_max = tree.places().len() / NODES_A_TRY;
    find_within(tree, glob, limit, steps_max, tries_max)
}

/// The same, down the tree for so many tries, and then along all nodes.
pub(super) fn find_within(
    tree: &Tree,
    glob: &Glob,
    limit: usize,
    steps_max: u64,
    tries_max: usize,
) -> Result<Vec<Node>, StoreError> {
    let mut walk = Walk {
        tree,
        glob,
        limit,
        steps_max,
        tries_left: Some(tries_max),
        path: String::new(),
        found: Vec::new(),
        scratch: Scratch::default(),
        memo: Memo::new(tree.texts().len()),
    };
    walk.below(ROOT, glob.start());
    if walk.tries_left.is_none() {
        walk.along();
    }
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
    /// Before it is given up to go down the tree; nothing once it is.
    tries_left: Option<usize>,
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
                        self.spend(sorted.len() + loose.len());
                        self.each(sorted, progress);
                        self.each(loose, progress);
                    }
                }
            }
            Next::Several => {
                let (sorted, loose) = self.tree.children(node);
                let ways = if self.glob.is_last(progress) { 1 } else { TRIES_A_VISIT };
                self.spend((sorted.len() + loose.len()) * ways);
                self.each(sorted, progress);
                self.each(loose, progress);
            }
        }
    }

    fn each(&mut self, children: &[u32], progress: Progress) {
        for &child in children {
            if self.is_over() {
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
        self.spend(texts.len() / TEXTS_A_TRY);
        for text in texts.holding(needle) {
            if self.is_over() {
                return;
            }
            let ways = if self.child(node, text, progress) { TRIES_A_VISIT } else { 1 };
            self.spend(ways);
        }
    }

    /// Goes to the child of this text, if it matches so far, which is the answer.
    fn child(&mut self, node: u32, text: u32, progress: Progress) -> bool {
        let progress = self.advance(progress, text);
        if !progress.is_dead()
            && let Some(child) = self.tree.child(node, text)
        {
            self.at(child, progress);
        }
        !progress.is_dead()
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

    fn spend(&mut self, tries: usize) {
        self.tries_left = self.tries_left.and_then(|left| left.checked_sub(tries));
    }

    /// Passes by all nodes, and goes up from those whose text fits the end of the pattern.
    fn along(&mut self) {
        self.found.clear();
        let (tree, tail) = (self.tree, self.glob.tail());
        let is_whole = tail.start == 0;
        let tail: Vec<Vec<bool>> = tail.rev().map(|i| self.texts_that_fit(i)).collect();
        self.scratch.steps += (tree.places().len() / NODES_A_STEP) as u64;
        let mut texts = Vec::new();
        for node in tree.places() {
            let mut lineage = tree.lineage(node).map(|node| tree.text_of(node));
            let mut fits = |fit: &Vec<bool>| lineage.next().is_some_and(|text| fit[text as usize]);
            if !tail.iter().all(&mut fits) || (is_whole && lineage.next().is_some()) {
                continue;
            }
            if self.is_done() {
                return;
            }
            texts.clear();
            texts.extend(tree.lineage(node).map(|node| tree.text_of(node)));
            texts.reverse();
            let (leaf, branch) = (tree.is_series(node), tree.is_branch(node));
            if (leaf || branch) && (is_whole || self.is_match(&texts)) {
                let path = self.path_of(&texts);
                self.found.push(Node { path, leaf, branch });
            }
        }
    }

    /// By text, whether it fits one of the pattern's nodes.
    fn texts_that_fit(&mut self, i: usize) -> Vec<bool> {
        let Self { tree, glob, scratch, steps_max, .. } = self;
        let texts = tree.texts();
        scratch.steps += (texts.bytes() / BYTES_A_STEP) as u64;
        let mut fit = vec![false; texts.len()];
        let ask = |text: u32| {
            if scratch.steps <= *steps_max {
                fit[text as usize] = glob.fits(i, texts.get(text), scratch);
            }
        };
        match glob.wanted(i) {
            Next::Nothing => {}
            Next::Only(text) => texts.find(text).into_iter().for_each(ask),
            Next::Like { prefix: "", needle: None } => texts.numbers().for_each(ask),
            Next::Like { prefix, needle } => {
                let prefix = Finder::new(prefix);
                texts.holding(needle.unwrap_or(&prefix)).for_each(ask);
            }
            Next::Several => fit.fill(true),
        }
        fit
    }

    fn path_of(&mut self, texts: &[u32]) -> String {
        self.path.clear();
        for (above, &text) in texts.iter().enumerate() {
            self.path.push_str(if above > 0 { "." } else { "" });
            self.path.push_str(self.tree.texts().get(text));
        }
        self.path.clone()
    }

    fn is_match(&mut self, texts: &[u32]) -> bool {
        let start = self.glob.start();
        let progress = texts.iter().fold(start, |progress, &text| self.advance(progress, text));
        self.glob.is_complete(progress)
    }

    /// Whether there is nothing more to do down the tree.
    fn is_over(&self) -> bool {
        self.is_done() || self.tries_left.is_none()
    }

    fn is_done(&self) -> bool {
        self.found.len() >= self.limit || self.is_too_costly()
    }

    fn is_too_costly(&self) -> bool {
        self.scratch.steps > self.steps_max
    }
}
