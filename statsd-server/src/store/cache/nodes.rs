//! Points in chains, with the room of those that left used anew.

use statsd_whisper::Accepted;

/// No node, and the end of every chain.
pub(super) const NO_NODE: u32 = u32::MAX;

/// Nodes that are asked for at once: a megabyte and a bit, so that growth copies nothing.
const BLOCK_NODES: usize = 1 << 16;

/// A point and the one after it. 20 bytes, which a value of its own type would round up to 24.
#[derive(Debug, Clone, Copy)]
struct Node {
    timestamp: u32,
    at: u32,
    value: [u8; 8],
    next: u32,
}

/// What a point takes.
#[cfg(test)]
pub(super) const BYTES: usize = size_of::<Node>();

/// All points of all series.
#[derive(Debug)]
pub(super) struct Nodes {
    blocks: Vec<Vec<Node>>,
    /// The chain of the free ones.
    free: u32,
}

impl Default for Nodes {
    fn default() -> Self {
        Self { blocks: Vec::new(), free: NO_NODE }
    }
}

impl Nodes {
    /// Stores a point, the end of a chain.
    pub(super) fn add(&mut self, point: Accepted) -> u32 {
        let Accepted { timestamp, at, value } = point;
        let node = Node { timestamp, at, value: value.to_ne_bytes(), next: NO_NODE };
        if self.free != NO_NODE {
            let place = self.free;
            self.free = std::mem::replace(self.node_mut(place), node).next;
            return place;
        }
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK_NODES => block.push(node),
            _ => {
                let mut block = Vec::with_capacity(BLOCK_NODES);
                block.push(node);
                self.blocks.push(block);
            }
        }
        let last = self.blocks.last().map_or(0, Vec::len) - 1;
        u32::try_from((self.blocks.len() - 1) * BLOCK_NODES + last)
            .expect("far fewer points than 32 bits count may wait")
    }

    /// Makes `next` the one after `node`.
    pub(super) fn link(&mut self, node: u32, next: u32) {
        self.node_mut(node).next = next;
    }

    /// Frees a node; yields its point, and the node after it.
    pub(super) fn remove(&mut self, node: u32) -> (Accepted, u32) {
        let free = self.free;
        let removed = self.node_mut(node);
        let (point, next) = (removed.point(), removed.next);
        removed.next = free;
        self.free = node;
        (point, next)
    }

    /// The points from a node to the end of its chain.
    pub(super) fn chain(&self, first: u32) -> impl Iterator<Item = Accepted> {
        let mut at = first;
        std::iter::from_fn(move || {
            let node = (at != NO_NODE).then(|| self.node(at))?;
            at = node.next;
            Some(node.point())
        })
    }

    fn node(&self, node: u32) -> &Node {
        &self.blocks[node as usize / BLOCK_NODES][node as usize % BLOCK_NODES]
    }

    fn node_mut(&mut self, node: u32) -> &mut Node {
        &mut self.blocks[node as usize / BLOCK_NODES][node as usize % BLOCK_NODES]
    }
}

impl Node {
    fn point(&self) -> Accepted {
        let value = f64::from_ne_bytes(self.value);
        Accepted { timestamp: self.timestamp, at: self.at, value }
    }
}
