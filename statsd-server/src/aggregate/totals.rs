//! What outlives an interval: one kind's names with their numbers, in the order in which they came.

use hashbrown::{HashMap, hash_map::EntryRef};

use super::counts::Counts;
use super::first_nodes::FirstNodes;
use super::interval::{Gathered, Gathering, Names};
use super::room::Room;

/// A number, and which of all names of its kind it was when it came.
#[derive(Debug)]
struct Total<V> {
    serial: u64,
    /// Flushes since an interval last saw the name.
    silent: u32,
    value: V,
}

/// Names → numbers of one kind.
#[derive(Debug)]
pub(super) struct Totals<V> {
    names: Names<Total<V>>,
    /// The serial number of the next new name.
    next: u64,
}

impl<V> Default for Totals<V> {
    fn default() -> Self {
        Self { names: HashMap::default(), next: 0 }
    }
}

/// Where the absorbed names and samples go that are not the totals' own: the room that all kinds
/// share, and the accounts.
#[derive(Debug)]
pub(super) struct Books<'a> {
    pub(super) room: &'a mut Room,
    pub(super) counts: &'a mut Counts,
    pub(super) first_nodes: &'a mut FirstNodes,
}

impl<V: Default> Totals<V> {
    /// Moves what one interval gathered into the totals. Names that the interval did not see leave
    /// it; names that find no room here are counted and their samples dropped.
    pub(super) fn absorb<G: Gathered<V>>(
        &mut self,
        gathered: &mut Names<Gathering<G>>,
        gathered_room: &mut Room,
        books: &mut Books<'_>,
    ) {
        gathered.retain(|name, gathering| {
            if !gathering.is_seen() {
                gathered_room.give_back(name);
            }
            gathering.is_seen()
        });
        let mut newcomers = Vec::new();
        for (name, gathering) in gathered.iter_mut() {
            if let Some(total) = self.names.get_mut(name) {
                total.silent = 0;
                books.counts.samples_over_limit += gathering.value.move_into(&mut total.value);
                gathering.order = 0;
            } else {
                newcomers.push((name, gathering));
            }
        }
        newcomers.sort_unstable_by_key(|(_, gathering)| gathering.order);
        for (name, gathering) in newcomers {
            books.first_nodes.add(name);
            if books.room.take(name) {
                let total = self.insert(name);
                books.counts.samples_over_limit += gathering.value.move_into(total);
            } else {
                gathering.value = G::default();
                books.counts.contexts_over_limit += 1;
            }
            gathering.order = 0;
        }
    }

    /// The number of a name of the server itself, for which there is always room.
    pub(super) fn own(&mut self, name: &str) -> &mut V {
        let serial = self.next;
        match self.names.entry_ref(name) {
            EntryRef::Occupied(entry) => {
                let total = entry.into_mut();
                total.silent = 0;
                &mut total.value
            }
            EntryRef::Vacant(entry) => {
                self.next += 1;
                &mut entry.insert(Total { serial, silent: 0, value: V::default() }).value
            }
        }
    }

    /// Removes a name of the server itself.
    pub(super) fn remove_own(&mut self, name: &str) -> Option<V> {
        self.names.remove(name).map(|total| total.value)
    }

    /// Takes in a name that was known before the server's start, and was silent for so many flushes.
    /// One that is known already stays as it is; one that finds no room is counted.
    pub(super) fn restore(&mut self, name: &str, silent: u32, value: V, books: &mut Books<'_>) {
        if self.names.contains_key(name) {
            return;
        }
        books.first_nodes.add(name);
        if books.room.take(name) {
            *self.insert(name) = value;
            if let Some(total) = self.names.get_mut(name) {
                total.silent = silent;
            }
        } else {
            books.counts.contexts_over_limit += 1;
        }
    }

    fn insert(&mut self, name: &str) -> &mut V {
        let serial = self.next;
        self.next += 1;
        let total = Total { serial, silent: 0, value: V::default() };
        &mut self.names.entry_ref(name).insert(total).into_mut().value
    }
}

impl<V> Totals<V> {
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    #[cfg(test)]
    pub(super) fn get(&self, name: &str) -> Option<&V> {
        self.names.get(name).map(|total| &total.value)
    }

    #[cfg(test)]
    pub(super) fn get_mut(&mut self, name: &str) -> Option<&mut V> {
        self.names.get_mut(name).map(|total| &mut total.value)
    }

    /// In no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &V)> {
        self.names.iter().map(|(name, total)| (name, &total.value))
    }

    /// In no order: a name, its number, and for how many flushes it was silent before this interval's.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&String, &mut V, u32)> {
        self.names.iter_mut().map(|(name, total)| (name, &mut total.value, total.silent))
    }

    /// Ends an interval: every name is silent for one flush more, which `keep` is told, and those that
    /// it does not want are forgotten.
    pub(super) fn retain(
        &mut self,
        room: &mut Room,
        mut keep: impl FnMut(&str, &mut V, u32) -> bool,
    ) {
        self.names.retain(|name, total| {
            total.silent = total.silent.saturating_add(1);
            let kept = keep(name, &mut total.value, total.silent);
            if !kept {
                room.give_back(name);
            }
            kept
        });
    }

    /// In the order in which JavaScript lists an object's keys: whole numbers by their size, then the
    /// others as they came. A sort of all names.
    pub(super) fn in_order(&self) -> Vec<(&str, &V)> {
        let mut list: Vec<_> = self.names.iter().collect();
        list.sort_unstable_by_key(|(name, total)| place(name, total.serial));
        list.into_iter().map(|(name, total)| (name.as_str(), &total.value)).collect()
    }

    /// Deletes the names that are asked for: by their whole name, or with all others below a folder
    /// (`cron.*`). Yields the deleted names for each request; a name that several requests mean goes
    /// to the first of them.
    ///
    /// One look-up a request, and one pass over all names if any of them is a folder.
    pub(super) fn delete(&mut self, requests: &[String], room: &mut Room) -> Vec<Vec<String>> {
        let mut wanted = Wanted::default();
        for (at, request) in requests.iter().enumerate() {
            wanted.add(request, at);
        }
        let mut deleted: Vec<Vec<_>> = requests.iter().map(|_| Vec::new()).collect();
        let mut delete = |name: String, total: Total<V>, at: usize| {
            room.give_back(&name);
            deleted[at].push((place(&name, total.serial), name));
        };
        if wanted.folders.is_empty() {
            for (name, at) in &wanted.names {
                if let Some((name, total)) = self.names.remove_entry(*name) {
                    delete(name, total, *at);
                }
            }
        } else {
            for (name, total) in self.names.extract_if(|name, _| wanted.by(name).is_some()) {
                let at = wanted.by(&name).unwrap_or_default();
                delete(name, total, at);
            }
        }
        let in_order = |mut list: Vec<(_, String)>| {
            list.sort_unstable();
            list.into_iter().map(|(_, name)| name).collect()
        };
        deleted.into_iter().map(in_order).collect()
    }
}

/// What is to be deleted, and by which request.
#[derive(Default)]
struct Wanted<'a> {
    names: HashMap<&'a str, usize>,
    /// With their dot: `cron.`.
    folders: HashMap<&'a str, usize>,
}

impl<'a> Wanted<'a> {
    fn add(&mut self, request: &'a str, at: usize) {
        self.names.entry(request).or_insert(at);
        if let Some(folder) = request.strip_suffix('*').filter(|folder| folder.ends_with('.')) {
            self.folders.entry(folder).or_insert(at);
        }
    }

    /// The first request that means the name.
    fn by(&self, name: &str) -> Option<usize> {
        let ends = name.match_indices('.').map(|(at, dot)| at + dot.len());
        let folders = ends.filter_map(|end| self.folders.get(&name[..end]));
        folders.chain(self.names.get(name)).min().copied()
    }
}

/// Where a name stands among others; see [`Totals::in_order`].
fn place(name: &str, serial: u64) -> (u32, u64) {
    (array_index(name).unwrap_or(u32::MAX), serial)
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

#[cfg(test)]
mod tests;
