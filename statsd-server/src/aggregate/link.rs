//! Which of the state's names are a shard's, so that a flush looks up only names that are new.

use std::sync::Arc;

use super::names::{NameRef, Texts};

/// A name that the state has not taken in.
pub(super) const UNKNOWN: u32 = u32::MAX;

/// What the state remembers of one shard's names.
#[derive(Debug)]
pub(super) struct Link {
    /// Whose they are: [`Interval::names`](super::Interval).
    pub(super) names: u64,
    pub(super) texts: LinkedTexts,
    pub(super) counters: Linked,
    pub(super) gauges: Linked,
    pub(super) timers: Linked,
    pub(super) sets: Linked,
}

/// The state's numbers of a shard's names of one kind.
#[derive(Debug, Default)]
pub(super) struct Linked {
    pub(super) numbers: Vec<u32>,
    pub(super) unknown: usize,
}

/// The shard's texts. The state takes over those that hold a name which it did not have.
#[derive(Debug, Default)]
pub(super) struct LinkedTexts(Vec<Text>);

#[derive(Debug)]
enum Text {
    Shards(Arc<str>),
    States { number: u32 },
}

impl Link {
    pub(super) fn new(names: u64) -> Self {
        Self {
            names,
            texts: LinkedTexts::default(),
            counters: Linked::default(),
            gauges: Linked::default(),
            timers: Linked::default(),
            sets: Linked::default(),
        }
    }

    /// Whether so many of the shard's names are not the state's that it should begin anew; any, where
    /// names are short of room.
    pub(super) fn is_worn(&self, short: bool) -> bool {
        let kinds = [&self.counters, &self.gauges, &self.timers, &self.sets];
        let unknown: usize = kinds.iter().map(|kind| kind.unknown).sum();
        let all: usize = kinds.iter().map(|kind| kind.numbers.len()).sum();
        2 * unknown > all || (short && unknown > 0)
    }
}

impl LinkedTexts {
    pub(super) fn add(&mut self, sealed: Vec<Arc<str>>) {
        self.0.extend(sealed.into_iter().map(Text::Shards));
    }

    pub(super) fn name<'a>(&'a self, own: &'a Texts, name: NameRef) -> &'a str {
        match &self.0[name.text() as usize] {
            Text::Shards(text) => name.in_str(text),
            Text::States { number } => own.name(name.in_text(*number)),
        }
    }

    /// The name as one of the state's, whose texts then hold it.
    pub(super) fn adopt(&mut self, own: &mut Texts, name: NameRef) -> NameRef {
        let text = &mut self.0[name.text() as usize];
        if let Text::Shards(shards) = text {
            *text = Text::States { number: own.adopt(Arc::clone(shards)) };
        }
        match text {
            Text::States { number } => name.in_text(*number),
            Text::Shards(_) => name,
        }
    }
}
