//! A batch of points on its way to the store.

use std::ops::Range;

use crate::store::{Merge, Write};

/// Points in the order in which they arrived. All names stand in one text; a name that is changed is
/// written behind the others, so nothing moves.
///
/// ```
/// use statsd_server::carbon::Points;
///
/// let mut points = Points::default();
/// points.push("servers.web1.load", 1_700_000_000, 0.5);
/// points.push("secret.load", 1_700_000_000, 0.7);
/// points.retain(|name, _| !name.starts_with("secret."));
/// points.rename_all(|name, new| {
///     new.push_str("dc1.");
///     new.push_str(name);
///     true
/// });
/// let names: Vec<&str> = points.iter().map(|(name, _)| name).collect();
/// assert_eq!(names, ["dc1.servers.web1.load"]);
/// ```
#[derive(Debug, Default, Clone)]
pub struct Points {
    text: String,
    points: Vec<Named>,
}

/// What a point says, without its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Seconds since the epoch; a time that was sent as -1 is the time of its arrival already.
    pub timestamp: i64,
    /// Finite.
    pub value: f64,
}

#[derive(Debug, Clone, Copy)]
struct Named {
    /// Where its name stands in the text. A text has at most 4 GiB, because a batch is one read or one frame.
    name: (u32, u32),
    point: Point,
}

impl Named {
    fn range(&self) -> Range<usize> {
        self.name.0 as usize..self.name.1 as usize
    }
}

impl Points {
    /// Adds a point. One whose name would not fit is left out: names of one batch have at most 4 GiB.
    pub fn push(&mut self, name: &str, timestamp: i64, value: f64) {
        let start = self.text.len();
        self.text.push_str(name);
        let point = Point { timestamp, value };
        match place(start, self.text.len()) {
            Some(name) => self.points.push(Named { name, point }),
            None => self.text.truncate(start),
        }
    }

    /// Adds a point to the name that the last one has. For the first there is none, and it is left out.
    pub fn push_again(&mut self, timestamp: i64, value: f64) {
        if let Some(Named { name, .. }) = self.points.last().copied() {
            self.points.push(Named { name, point: Point { timestamp, value } });
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.points.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Bytes of names in the text, those of points that are gone included.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Every point with its name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, Point)> {
        self.points.iter().map(|named| (&self.text[named.range()], named.point))
    }

    /// Keeps those for which `keep` says so, in their order. Yields how many are gone.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, Point) -> bool) -> usize {
        let before = self.points.len();
        let text = &self.text;
        self.points.retain(|named| keep(&text[named.range()], named.point));
        before - self.points.len()
    }

    /// Asks `rename` for every name. It writes a new one to the text that it is handed, which is empty,
    /// and says whether that is to hold.
    pub fn rename_all(&mut self, mut rename: impl FnMut(&str, &mut String) -> bool) {
        let mut new = String::new();
        for named in &mut self.points {
            new.clear();
            if !rename(&self.text[named.range()], &mut new) {
                continue;
            }
            let start = self.text.len();
            self.text.push_str(&new);
            match place(start, self.text.len()) {
                Some(name) => named.name = name,
                None => self.text.truncate(start),
            }
        }
    }

    /// Adds copies of all points of another batch.
    pub fn append(&mut self, other: &Self) {
        for (name, Point { timestamp, value }) in other.iter() {
            self.push(name, timestamp, value);
        }
    }

    /// Forgets all of them and keeps the room.
    pub fn clear(&mut self) {
        self.text.clear();
        self.points.clear();
    }

    /// As the store takes them: of a slot the last point holds.
    pub fn writes(&self) -> Vec<Write<'_>> {
        let write = |(series, Point { timestamp, value })| Write {
            series,
            timestamp,
            value,
            merge: Merge::Replace,
        };
        self.iter().map(write).collect()
    }
}

fn place(start: usize, end: usize) -> Option<(u32, u32)> {
    Some((u32::try_from(start).ok()?, u32::try_from(end).ok()?))
}

#[cfg(test)]
mod tests;
