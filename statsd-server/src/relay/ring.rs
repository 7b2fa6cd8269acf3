//! Which node a name belongs to: the ring of etsy's proxy, to the last name.
//!
//! etsy's proxy asks the Node.js library hashring 3.2.0. Every node stands on a ring of 2^32 places at
//! [`POINTS`] points: the first four bytes, little-endian, of the MD5 of `host:port-0`, `host:port-1` and so
//! on. A name belongs to the node of the first point at or behind the place of the name's own MD5, or to
//! that of the ring's first point where there is none behind it.
//!
//! The library works the number of points out in floating point, and for a few sizes of a fleet (7, 14, 28,
//! 49, …) it comes to one less than 40. So it does here: with 7 nodes a ring of 40 points would send
//! sixteen names in a thousand elsewhere.

use std::borrow::Cow;

use super::md5;

/// Points of each node, but for the sizes of a fleet named above.
const POINTS: f64 = 40.0;

/// The weight that etsy's proxy gives to every node.
const WEIGHT: f64 = 100.0;

/// The points of some nodes, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ring {
    points: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Point {
    place: u32,
    node: usize,
}

impl Ring {
    /// The ring of these nodes: `host:port`, and the number by which [`Ring::node_of`] names it. Where
    /// points of two nodes fall on one place, the node that is named first has it.
    ///
    /// ```
    /// use statsd_server::relay::Ring;
    ///
    /// let nodes = ["127.0.0.1:8127", "127.0.0.1:8129", "127.0.0.1:8131"];
    /// let ring = Ring::new(nodes.into_iter().enumerate());
    /// assert_eq!(ring.node_of(b"api.latency"), Some(2));
    /// assert_eq!(Ring::default().node_of(b"api.latency"), None);
    /// ```
    pub fn new<'n>(nodes: impl Iterator<Item = (usize, &'n str)> + Clone) -> Self {
        let each = points_of_each(nodes.clone().count());
        let point = |node, name: &str, number: usize| Point {
            place: md5::first_word(format!("{name}-{number}").as_bytes()),
            node,
        };
        let mut points: Vec<Point> = nodes
            .flat_map(|(node, name)| (0..each).map(move |number| point(node, name, number)))
            .collect();
        // Stable: of equal places the first stays the first.
        points.sort_by_key(|point| point.place);
        Self { points }
    }

    /// The node of a name; none where there is no node. Costs a digest and a binary search.
    ///
    /// Bytes that are not UTF-8 count as U+FFFD, because Node.js has decoded the packet by then.
    pub fn node_of(&self, name: &[u8]) -> Option<usize> {
        let place = match String::from_utf8_lossy(name) {
            Cow::Borrowed(name) => md5::first_word(name.as_bytes()),
            Cow::Owned(name) => md5::first_word(name.as_bytes()),
        };
        let at = self.points.partition_point(|point| point.place < place);
        self.points.get(at).or(self.points.first()).map(|point| point.node)
    }
}

/// What hashring's sum comes to, with its steps in its order.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number between 0 and 40"
)]
fn points_of_each(nodes: usize) -> usize {
    let nodes = nodes as f64;
    let share = WEIGHT / (WEIGHT * nodes);
    (share * POINTS * nodes).floor() as usize
}

#[cfg(test)]
mod tests;
