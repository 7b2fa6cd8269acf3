//! Dotted names as a tree over their nodes, in flat arrays: 16 bytes a node, 4 to 8 in its parent's list, and 6 to 12
//! to find it by where it has many siblings.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::SeriesId;
use super::texts::Texts;

/// The node above all first nodes.
pub(super) const ROOT: u32 = 0;
/// No series, no child.
const NONE: u32 = u32::MAX;
/// In a node's `children`: the rest is the number of a list, and else that of the only child.
const IS_LIST: u32 = 1 << 31;
/// Children out of order, beyond a 64th of all, before they are put in order.
const LOOSE_CHILDREN: usize = 32;
/// Children of one node that are looked through for one of a text; where there are more, a hash finds it.
/// They tend to lie side by side, having come together, so that all take less than the hash's way through memory.
const FEW_CHILDREN: usize = 32;

#[derive(Debug)]
pub(super) struct Tree {
    texts: Texts,
    nodes: Vec<TreeNode>,
    free: Vec<u32>,
    /// Those that have more than [`FEW_CHILDREN`] beside them, by their parent and text.
    edges: HashTable<u32>,
    lists: Vec<Children>,
    free_lists: Vec<u32>,
    hasher: RandomState,
}

#[derive(Debug, Clone, Copy)]
struct TreeNode {
    parent: u32,
    text: u32,
    series: u32,
    children: u32,
}

/// Children of one node, ordered by text up to `sorted`, and behind that as they came.
#[derive(Debug, Default)]
struct Children {
    nodes: Vec<u32>,
    sorted: usize,
}

impl TreeNode {
    fn edge_hash(&self, hasher: &RandomState) -> u64 {
        edge_hash(hasher, self.parent, self.text)
    }
}

impl Default for Tree {
    fn default() -> Self {
        let root = TreeNode { parent: ROOT, text: NONE, series: NONE, children: NONE };
        Self {
            texts: Texts::default(),
            nodes: vec![root],
            free: Vec::new(),
            edges: HashTable::new(),
            lists: Vec::new(),
            free_lists: Vec::new(),
            hasher: RandomState::default(),
        }
    }
}

impl Tree {
    pub(super) fn texts(&self) -> &Texts {
        &self.texts
    }

    pub(super) fn is_series(&self, node: u32) -> bool {
        self.nodes[node as usize].series != NONE
    }

    pub(super) fn is_branch(&self, node: u32) -> bool {
        self.nodes[node as usize].children != NONE
    }

    /// All nodes as they lie in memory, among them some that are none any more: neither series nor branch.
    pub(super) fn places(&self) -> Range<u32> {
        // There are fewer than `NONE`.
        ROOT + 1..u32::try_from(self.nodes.len()).unwrap_or(NONE)
    }

    /// A node, and those above it.
    pub(super) fn lineage(&self, node: u32) -> impl Iterator<Item = u32> {
        let above = |&node: &u32| Some(self.nodes[node as usize].parent);
        std::iter::successors(Some(node), above).take_while(|&node| node != ROOT)
    }

    pub(super) fn text_of(&self, node: u32) -> u32 {
        self.nodes[node as usize].text
    }

    pub(super) fn child(&self, parent: u32, text: u32) -> Option<u32> {
        let (sorted, loose) = self.children(parent);
        if sorted.len() + loose.len() <= FEW_CHILDREN {
            let mut few = sorted.iter().chain(loose).copied();
            return few.find(|&child| self.text_of(child) == text);
        }
        let is_it = |&node: &u32| {
            let node = self.nodes[node as usize];
            node.parent == parent && node.text == text
        };
        self.edges.find(edge_hash(&self.hasher, parent, text), is_it).copied()
    }

    /// A node's children: most of them, ordered by their texts, and those that came since these were put in
    /// order.
    pub(super) fn children(&self, node: u32) -> (&[u32], &[u32]) {
        let link = &self.nodes[node as usize].children;
        match *link {
            NONE => (&[], &[]),
            list if list & IS_LIST != 0 => {
                let list = &self.lists[(list ^ IS_LIST) as usize];
                list.nodes.split_at(list.sorted)
            }
            _ => (std::slice::from_ref(link), &[]),
        }
    }

    /// The series, in the order of the tree.
    pub(super) fn in_order(&self) -> Vec<u32> {
        let (mut found, mut open) = (Vec::new(), vec![ROOT]);
        while let Some(node) = open.pop() {
            let series = self.nodes[node as usize].series;
            found.extend((series != NONE).then_some(series));
            let (sorted, loose) = self.children(node);
            if loose.is_empty() {
                open.extend(sorted.iter().rev());
            } else {
                let mut children = [sorted, loose].concat();
                self.put_in_order(&mut children, sorted.len());
                open.extend(children.iter().rev());
            }
        }
        found
    }

    /// Of children in order, those whose text starts like this.
    pub(super) fn starting_with<'c>(&self, children: &'c [u32], prefix: &str) -> &'c [u32] {
        let start = children.partition_point(|&child| self.node_text(child) < prefix);
        let children = &children[start..];
        &children[..children.partition_point(|&child| self.node_text(child).starts_with(prefix))]
    }

    /// Makes a series' nodes. `false`, and nothing is made, where there is no room for them.
    pub(super) fn insert<'n>(
        &mut self,
        nodes: impl Iterator<Item = &'n str>,
        id: SeriesId,
    ) -> bool {
        let mut at = ROOT;
        for text in nodes {
            let text = self.texts.intern(text);
            let next = text.and_then(|text| self.child(at, text).or_else(|| self.grow(at, text)));
            let Some(next) = next else {
                self.prune(at);
                return false;
            };
            at = next;
        }
        self.nodes[at as usize].series = id.0;
        true
    }

    /// Takes a series' nodes out, as far as nothing else is below them.
    pub(super) fn remove<'n>(&mut self, nodes: impl Iterator<Item = &'n str>) {
        let mut at = ROOT;
        for text in nodes {
            let child = self.texts.find(text).and_then(|text| self.child(at, text));
            let Some(child) = child else { return };
            at = child;
        }
        self.nodes[at as usize].series = NONE;
        self.prune(at);
    }

    /// Takes a node out, and those above it, while they stand for nothing.
    fn prune(&mut self, mut at: u32) {
        while at != ROOT && !self.is_series(at) && !self.is_branch(at) {
            let parent = self.nodes[at as usize].parent;
            self.drop_child(parent, at);
            at = parent;
        }
    }

    fn node_text(&self, node: u32) -> &str {
        self.texts.get(self.text_of(node))
    }

    fn grow(&mut self, parent: u32, text: u32) -> Option<u32> {
        let new = TreeNode { parent, text, series: NONE, children: NONE };
        let node = if let Some(node) = self.free.pop() {
            self.nodes[node as usize] = new;
            node
        } else {
            let node = u32::try_from(self.nodes.len()).ok().filter(|&node| node < IS_LIST - 1)?;
            self.nodes.push(new);
            node
        };
        self.add_child(parent, node);
        Some(node)
    }

    fn add_child(&mut self, parent: u32, child: u32) {
        let link = self.nodes[parent as usize].children;
        if link == NONE {
            self.nodes[parent as usize].children = child;
            return;
        }
        let number = if link & IS_LIST == 0 {
            let list = Children { nodes: vec![link], sorted: 1 };
            let number = self.free_lists.pop().unwrap_or_else(|| {
                self.lists.push(Children::default());
                // No more lists than nodes.
                u32::try_from(self.lists.len() - 1).unwrap_or(NONE)
            });
            self.lists[number as usize] = list;
            self.nodes[parent as usize].children = number | IS_LIST;
            number
        } else {
            link ^ IS_LIST
        };
        let mut list = std::mem::take(&mut self.lists[number as usize]);
        let is_behind = list.sorted == list.nodes.len()
            && list.nodes.last().is_none_or(|&last| self.node_text(last) < self.node_text(child));
        list.sorted += usize::from(is_behind);
        list.nodes.push(child);
        if list.nodes.len() - list.sorted > LOOSE_CHILDREN.max(list.sorted / 64) {
            self.put_in_order(&mut list.nodes, list.sorted);
            list.sorted = list.nodes.len();
        }
        match list.nodes.len() - 1 {
            FEW_CHILDREN => list.nodes.iter().for_each(|&child| self.add_edge(child)),
            others if others > FEW_CHILDREN => self.add_edge(child),
            _ => {}
        }
        self.lists[number as usize] = list;
    }

    fn drop_child(&mut self, parent: u32, child: u32) {
        self.free.push(child);
        let link = self.nodes[parent as usize].children;
        if link == child {
            self.nodes[parent as usize].children = NONE;
            return;
        }
        let number = link ^ IS_LIST;
        let Children { nodes, sorted } = &self.lists[number as usize];
        let text = self.node_text(child);
        let guess = nodes[..*sorted].partition_point(|&node| self.node_text(node) < text);
        let at = if nodes.get(guess) == Some(&child) {
            Some(guess)
        } else {
            nodes.iter().position(|&node| node == child)
        };
        let mut list = std::mem::take(&mut self.lists[number as usize]);
        match list.nodes.len() - 1 {
            FEW_CHILDREN => list.nodes.iter().for_each(|&child| self.drop_edge(child)),
            others if others > FEW_CHILDREN => self.drop_edge(child),
            _ => {}
        }
        if let Some(at) = at {
            list.nodes.remove(at);
            list.sorted -= usize::from(at < list.sorted);
        }
        if let [only] = list.nodes[..] {
            self.free_lists.push(number);
            self.nodes[parent as usize].children = only;
        } else {
            self.lists[number as usize] = list;
        }
    }

    fn add_edge(&mut self, node: u32) {
        let Self { nodes, edges, hasher, .. } = self;
        let hash = |&node: &u32| nodes[node as usize].edge_hash(hasher);
        edges.insert_unique(hash(&node), node, hash);
    }

    fn drop_edge(&mut self, node: u32) {
        let hash = self.nodes[node as usize].edge_hash(&self.hasher);
        if let Ok(edge) = self.edges.find_entry(hash, |&other| other == node) {
            edge.remove();
        }
    }

    /// Sorts the nodes from `sorted` on, and puts them between the others.
    fn put_in_order(&self, nodes: &mut Vec<u32>, sorted: usize) {
        let mut loose = nodes.split_off(sorted);
        loose.sort_unstable_by(|&a, &b| self.node_text(a).cmp(self.node_text(b)));
        nodes.resize(sorted + loose.len(), NONE);
        let mut end = sorted;
        for (before, &node) in loose.iter().enumerate().rev() {
            let text = self.node_text(node);
            let at = nodes[..end].partition_point(|&other| self.node_text(other) < text);
            nodes.copy_within(at..end, at + before + 1);
            nodes[at + before] = node;
            end = at;
        }
    }
}

fn edge_hash(hasher: &RandomState, parent: u32, text: u32) -> u64 {
    hasher.hash_one((u64::from(parent) << 32) | u64::from(text))
}
