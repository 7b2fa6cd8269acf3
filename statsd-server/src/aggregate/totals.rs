//! What outlives an interval: one kind's names with their numbers, in the order in which they came.

use std::mem;
use std::sync::Arc;

use super::counts::Counts;
use super::first_nodes::FirstNodes;
use super::gathering::{Exact, MoveInto};
use super::index::Index;
use super::interval::Gathered;
use super::link::{Linked, LinkedTexts, UNKNOWN};
use super::names::{NameRef, Named, Texts};
use super::room::Room;
use super::wanted::{Wanted, place};
use crate::limits::CONTEXT_NAME_MAX_BYTES;

/// Names → numbers of one kind.
///
/// A name keeps its place. One that is forgotten leaves it empty, and finds it again when it comes
/// back; one that somebody deletes comes back behind all others. [`Totals::compact`] makes room of both.
#[derive(Debug)]
pub(super) struct Totals<V> {
    index: Index,
    values: Vec<V>,
    lives: Vec<Life>,
    present: usize,
}

impl<V> Default for Totals<V> {
    fn default() -> Self {
        Self { index: Index::default(), values: Vec::new(), lives: Vec::new(), present: 0 }
    }
}

/// Whether a name is there, and for how many flushes nobody has sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Life(u32);

impl Life {
    const HEARD: Self = Self(0);
    /// Nobody finds this place again.
    const DELETED: Self = Self(u32::MAX);
    const ABSENT: u32 = 1 << 31;
    const SILENT_MAX: u32 = Self::ABSENT - 2;

    fn is_present(self) -> bool {
        self.0 & Self::ABSENT == 0
    }

    fn silent(self) -> u32 {
        self.0 & !Self::ABSENT
    }

    /// One flush later.
    fn older(self) -> Self {
        if self.silent() >= Self::SILENT_MAX { self } else { Self(self.0 + 1) }
    }

    fn forgotten(self) -> Self {
        Self(self.0 | Self::ABSENT)
    }
}

/// Where the absorbed names and samples go that are not the totals' own: what all kinds share.
#[derive(Debug)]
pub(super) struct Books<'a> {
    pub(super) texts: &'a mut Texts,
    pub(super) room: &'a mut Room,
    pub(super) counts: &'a mut Counts,
    pub(super) first_nodes: &'a mut FirstNodes,
    pub(super) exact: Exact,
}

impl<V: Default> Totals<V> {
    /// Moves what one interval gathered into the totals. Names that find no room are counted, and what
    /// they gathered is dropped.
    ///
    /// A look at every name of the shard; a look-up for those that are new.
    pub(super) fn absorb<G: MoveInto<V>>(
        &mut self,
        gathered: &mut Gathered<G>,
        link: &mut Linked,
        texts: &mut LinkedTexts,
        books: &mut Books<'_>,
    ) {
        let known = link.numbers.len();
        link.numbers.resize(gathered.values.len(), UNKNOWN);
        link.unknown += gathered.values.len() - known;
        for number in 0..gathered.values.len() {
            let value = &mut gathered.values[number];
            let is_new = number >= gathered.new;
            if value.is_nothing() && !is_new {
                continue;
            }
            let mut own = self.place_of(link.numbers[number], books);
            if own.is_none() && number >= gathered.first {
                own = self.take_in(gathered.names[number - gathered.first], texts, books);
            }
            let Some(own) = own else {
                books.counts.contexts_over_limit += 1;
                *value = G::default();
                continue;
            };
            link.unknown -= usize::from(link.numbers[number] == UNKNOWN);
            link.numbers[number] = u32::try_from(own).unwrap_or(UNKNOWN);
            value.move_into(&mut self.values[own], books.exact);
            self.heard(own);
        }
        gathered.emptied();
    }

    /// The place that a shard's name had, or a new one if that was deleted.
    fn place_of(&mut self, number: u32, books: &mut Books<'_>) -> Option<usize> {
        let number = number as usize;
        match *self.lives.get(number)? {
            Life::DELETED => {
                let name = books.texts.name(self.index.names()[number]);
                let hash = self.index.hash(name.as_bytes());
                let found = self.index.find(books.texts, hash, name.as_bytes())?;
                self.revived(hash, found, books.room)
            }
            _ => Some(number),
        }
    }

    fn take_in(
        &mut self,
        name: NameRef,
        texts: &mut LinkedTexts,
        books: &mut Books<'_>,
    ) -> Option<usize> {
        let text = texts.name(books.texts, name);
        let hash = self.index.hash(text.as_bytes());
        if let Some(found) = self.index.find(books.texts, hash, text.as_bytes()) {
            return self.revived(hash, found, books.room);
        }
        books.first_nodes.add(text);
        if !books.room.take(name.len()) {
            return None;
        }
        let name = texts.adopt(books.texts, name);
        Some(self.push(hash, name))
    }

    /// The place of a name that was found; a new one if it was deleted.
    fn revived(&mut self, hash: u32, found: usize, room: &mut Room) -> Option<usize> {
        if self.lives[found] != Life::DELETED {
            return Some(found);
        }
        // Its bytes are still there.
        room.take(0).then(|| {
            self.index.add_again(hash, found);
            self.push_value()
        })
    }

    fn push(&mut self, hash: u32, name: NameRef) -> usize {
        self.index.add(hash, name);
        self.push_value()
    }

    fn push_value(&mut self) -> usize {
        self.values.push(V::default());
        self.lives.push(Life::HEARD.forgotten());
        self.values.len() - 1
    }

    fn heard(&mut self, number: usize) {
        let life = &mut self.lives[number];
        self.present += usize::from(!life.is_present());
        *life = Life::HEARD;
    }

    /// The number of a name of the server itself, for which there is always room.
    pub(super) fn own(&mut self, texts: &mut Texts, name: &str) -> &mut V {
        let hash = self.index.hash(name.as_bytes());
        let number = match self.index.find(texts, hash, name.as_bytes()) {
            Some(found) if self.lives[found] == Life::DELETED => {
                self.index.add_again(hash, found);
                self.push_value()
            }
            Some(found) => found,
            None => self.push(hash, texts.push(name)),
        };
        self.heard(number);
        &mut self.values[number]
    }

    /// Removes a name of the server itself.
    pub(super) fn remove_own(&mut self, texts: &Texts, name: &str) -> Option<V> {
        let hash = self.index.hash(name.as_bytes());
        let number = self.index.find(texts, hash, name.as_bytes())?;
        self.lives[number].is_present().then(|| self.remove(number))
    }

    fn remove(&mut self, number: usize) -> V {
        self.lives[number] = Life::DELETED;
        self.present -= 1;
        mem::take(&mut self.values[number])
    }

    /// Takes in a name that was known before the server's start, and was silent for so many flushes.
    /// One that is known already stays as it is; one that finds no room is counted.
    pub(super) fn restore(&mut self, name: &str, silent: u32, value: V, books: &mut Books<'_>) {
        let hash = self.index.hash(name.as_bytes());
        if self.index.find(books.texts, hash, name.as_bytes()).is_some() {
            return;
        }
        if name.len() > CONTEXT_NAME_MAX_BYTES {
            books.counts.names_too_long += 1;
            return;
        }
        books.first_nodes.add(name);
        if books.room.take(name.len()) {
            let number = self.push(hash, books.texts.push(name));
            self.heard(number);
            self.lives[number] = Life(silent.min(Life::SILENT_MAX));
            self.values[number] = value;
        } else {
            books.counts.contexts_over_limit += 1;
        }
    }

    /// Forgets for good what is absent, and copies the names that are left to `texts`. Every link to
    /// these totals is void afterwards.
    pub(super) fn compact(&mut self, old: &Texts, texts: &mut Texts, room: &mut Room) {
        let Self { index, values, lives, present: _ } = mem::take(self);
        for ((name, value), life) in index.into_names().into_iter().zip(values).zip(lives) {
            if life.is_present() {
                let name = old.name(name);
                let hash = self.index.hash(name.as_bytes());
                let _own_names_have_always_room = room.take(name.len());
                let number = self.push(hash, texts.push(name));
                self.values[number] = value;
                self.lives[number] = life;
                self.present += 1;
            }
        }
    }
}

impl<V: Default> Totals<V> {
    pub(super) fn len(&self) -> usize {
        self.present
    }

    /// Names that take room and have been away for at least so many flushes, or for ever.
    pub(super) fn absent(&self, flushes: u32) -> usize {
        let is_absent = |life: &&Life| !life.is_present() && life.silent() >= flushes;
        self.lives.iter().filter(is_absent).count()
    }

    #[cfg(test)]
    pub(super) fn get(&self, texts: &Texts, name: &str) -> Option<&V> {
        let mut all = self.index.names().iter().zip(&self.lives).enumerate();
        let is_it = |(own, life): (&NameRef, &Life)| life.is_present() && texts.name(*own) == name;
        all.find(|(_, entry)| is_it(*entry)).map(|(number, _)| &self.values[number])
    }

    /// In the order in which they came.
    pub(super) fn iter<'a>(&'a self, texts: &'a Texts) -> impl Iterator<Item = (&'a str, &'a V)> {
        let all = self.index.names().iter().zip(&self.values).zip(&self.lives);
        all.filter(|(_, life)| life.is_present())
            .map(|((name, value), _)| (texts.name(*name), value))
    }

    /// What `number` makes of each value, and for how many flushes each name was silent. `shared` are
    /// the texts of all names.
    pub(super) fn named<W>(
        &mut self,
        shared: &Arc<[Arc<str>]>,
        mut number: impl FnMut(&mut V, Name<'_>) -> Option<W>,
    ) -> (Named<W>, Vec<u32>) {
        let mut list = Named::new(Arc::clone(shared), self.present);
        let mut silence = Vec::with_capacity(self.present);
        let all = self.index.names().iter().zip(&mut self.values).zip(&self.lives);
        for ((&name, value), life) in all.filter(|(_, life)| life.is_present()) {
            if let Some(number) = number(value, Name { texts: shared, name }) {
                list.push(name, number);
                silence.push(life.silent());
            }
        }
        (list, silence)
    }

    /// Ends an interval: every name is silent for one flush more, which `keeps` is told, and those that
    /// it does not want are forgotten.
    pub(super) fn end_interval<'t>(
        &mut self,
        texts: &'t Texts,
        mut keeps: impl FnMut(&mut V, u32, &dyn Fn() -> &'t str) -> bool,
    ) {
        let names = self.index.names();
        for (number, life) in self.lives.iter_mut().enumerate() {
            *life = life.older();
            let name = || texts.name(names[number]);
            if life.is_present() && !keeps(&mut self.values[number], life.silent(), &name) {
                *life = life.forgotten();
                self.values[number] = V::default();
                self.present -= 1;
            }
        }
    }

    /// In the order in which JavaScript lists an object's keys: whole numbers by their size, then the
    /// others as they came. A sort of all names.
    pub(super) fn in_order<'a>(&'a self, texts: &'a Texts) -> Vec<(&'a str, &'a V)> {
        let mut list: Vec<_> = self.iter(texts).collect();
        // Stable, so that names of one place stay as they came.
        list.sort_by_key(|(name, _)| place(name, 0));
        list
    }

    /// Deletes the names that are asked for: by their whole name, or with all others below a folder
    /// (`cron.*`). Yields the deleted names for each request; a name that several requests mean goes
    /// to the first of them.
    ///
    /// One look-up a request, and one pass over all names if any of them is a folder.
    pub(super) fn delete(&mut self, texts: &Texts, requests: &[String]) -> Vec<Vec<String>> {
        let mut wanted = Wanted::default();
        for (at, request) in requests.iter().enumerate() {
            wanted.add(request, at);
        }
        let mut deleted: Vec<Vec<_>> = requests.iter().map(|_| Vec::new()).collect();
        let names = self.index.names();
        let mut delete = |number: usize, at: usize| {
            let life = &mut self.lives[number];
            if life.is_present() {
                *life = Life::DELETED;
                self.values[number] = V::default();
                self.present -= 1;
                let name = texts.name(names[number]);
                deleted[at].push((place(name, number), name.to_owned()));
            }
        };
        if wanted.folders.is_empty() {
            for (name, at) in &wanted.names {
                let hash = self.index.hash(name.as_bytes());
                if let Some(number) = self.index.find(texts, hash, name.as_bytes()) {
                    delete(number, *at);
                }
            }
        } else {
            for (number, name) in names.iter().enumerate() {
                if let Some(at) = wanted.by(texts.name(*name)) {
                    delete(number, at);
                }
            }
        }
        let in_order = |mut list: Vec<(_, String)>| {
            list.sort_unstable();
            list.into_iter().map(|(_, name)| name).collect()
        };
        deleted.into_iter().map(in_order).collect()
    }
}

/// A name that is looked at only where somebody asks.
#[derive(Clone, Copy)]
pub(super) struct Name<'a> {
    texts: &'a [Arc<str>],
    name: NameRef,
}

impl Name<'_> {
    pub(super) fn as_str(&self) -> &str {
        self.name.in_str(&self.texts[self.name.text() as usize])
    }
}

#[cfg(test)]
mod tests;
