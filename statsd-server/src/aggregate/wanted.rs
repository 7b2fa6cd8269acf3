//! Which names somebody means, and the order in which they are told of.

use hashbrown::HashMap;

/// What is to be deleted, and by which request.
#[derive(Default)]
pub(super) struct Wanted<'a> {
    pub(super) names: HashMap<&'a str, usize>,
    /// With their dot: `cron.`.
    pub(super) folders: HashMap<&'a str, usize>,
}

impl<'a> Wanted<'a> {
    pub(super) fn add(&mut self, request: &'a str, at: usize) {
        self.names.entry(request).or_insert(at);
        if let Some(folder) = request.strip_suffix('*').filter(|folder| folder.ends_with('.')) {
            self.folders.entry(folder).or_insert(at);
        }
    }

    /// The first request that means the name.
    pub(super) fn by(&self, name: &str) -> Option<usize> {
        let ends = name.match_indices('.').map(|(at, dot)| at + dot.len());
        let folders = ends.filter_map(|end| self.folders.get(&name[..end]));
        folders.chain(self.names.get(name)).min().copied()
    }
}

/// Where a name stands in the order in which JavaScript lists an object's keys.
pub(super) fn place(name: &str, number: usize) -> (u32, usize) {
    (array_index(name).unwrap_or(u32::MAX), number)
}

/// The number that the name is, if it is one that could index an array: no sign, no leading zeros,
/// below 2^32 - 1.
fn array_index(name: &str) -> Option<u32> {
    match name.as_bytes() {
        [b'0'] => Some(0),
        [b'1'..=b'9', rest @ ..] if rest.iter().all(u8::is_ascii_digit) => {
            name.parse().ok().filter(|index| *index < u32::MAX)
        }
        _ => None,
    }
}
