//! How often each name came, for the log of the busiest ones.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use statsd_client::protocol::{Dialect, names};

use super::key::{context_name, raw_context_name, tag_separator};
use crate::limits::{COUNTED_NAMES_BYTES, COUNTED_NAMES_MAX};

/// Lines of each name, its tags included, good ones and bad ones: what etsy's server counts for its
/// `keyFlush`. Names that come when there is no room are left out, and their lines counted.
#[derive(Debug, Default)]
pub struct NameHits {
    names: HashMap<String, Hits, RandomState>,
    bytes: usize,
    /// Lines of names that found no room.
    pub left_out: u64,
}

#[derive(Debug, Clone, Copy)]
struct Hits {
    lines: u64,
    /// Its place in the order in which names came.
    came: usize,
}

impl NameHits {
    /// Counts every line of a packet.
    pub(super) fn add_packet(
        &mut self,
        packet: &[u8],
        dialect: Dialect,
        sanitise: bool,
        buffer: &mut String,
    ) {
        let context = if sanitise { context_name } else { raw_context_name };
        for (name, tags) in names(packet, dialect) {
            self.add(context(name, tags, tag_separator(dialect), buffer), 1);
        }
    }

    /// Takes over what another one counted.
    pub fn append(&mut self, other: Self) {
        self.left_out += other.left_out;
        let mut names: Vec<_> = other.names.into_iter().collect();
        names.sort_unstable_by_key(|(_, hits)| hits.came);
        for (name, hits) in names {
            self.add(&name, hits.lines);
        }
    }

    /// So many percent of the names, rounded up, those with most lines first; of equals the one that
    /// came first.
    pub fn busiest(&self, percent: f64) -> Vec<(&str, u64)> {
        let mut all: Vec<_> = self.names.iter().collect();
        all.sort_unstable_by_key(|(_, hits)| (std::cmp::Reverse(hits.lines), hits.came));
        let shown = all.len() as f64 * (percent / 100.0);
        let ranked = all.into_iter().zip(0_u32..).take_while(|(_, rank)| f64::from(*rank) < shown);
        ranked.map(|((name, hits), _)| (name.as_str(), hits.lines)).collect()
    }

    fn add(&mut self, name: &str, lines: u64) {
        if let Some(hits) = self.names.get_mut(name) {
            hits.lines += lines;
        } else if self.names.len() < COUNTED_NAMES_MAX
            && self.bytes + name.len() <= COUNTED_NAMES_BYTES
        {
            self.bytes += name.len();
            self.names.insert(name.to_owned(), Hits { lines, came: self.names.len() });
        } else {
            self.left_out += lines;
        }
    }
}

#[cfg(test)]
mod tests;
