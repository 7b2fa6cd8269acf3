//! What a state takes over from one before it: of another run of the server, by way of a file.

use std::mem;

use super::key::push_clean_name;
use super::members::Members;
use super::names::Named;
use super::samples::TimerSamples;
use super::snapshot::Snapshot;
use super::state::{OwnNames, State};
use super::totals::Books;

/// What a [`Snapshot`](super::Snapshot) says of the state behind it: names, the values of gauges, and
/// for how many flushes each name was silent, as [`Silence`](super::Silence) says it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Kept {
    /// The snapshot's timestamp.
    pub timestamp: i64,
    /// What the server's own metrics began with.
    pub prefix_stats: String,
    /// Name, silence.
    pub counters: Vec<(String, u32)>,
    /// Name, silence.
    pub timers: Vec<(String, u32)>,
    /// Name, value, silence.
    pub gauges: Vec<(String, f64, u32)>,
    /// Name, silence.
    pub sets: Vec<(String, u32)>,
}

impl Kept {
    /// How many names there are.
    pub fn len(&self) -> usize {
        self.counters.len() + self.timers.len() + self.gauges.len() + self.sets.len()
    }

    /// Cleans the names, as [`Shard::sanitising`](super::Shard::sanitising) does: they may come from a run
    /// that did not. Of names that are the same then the first holds.
    #[must_use]
    pub fn cleaned(mut self) -> Self {
        let clean = |name: &mut String| {
            let raw = mem::take(name);
            push_clean_name(name, &raw);
        };
        let lists = [&mut self.counters, &mut self.timers, &mut self.sets];
        for (name, _) in lists.into_iter().flatten() {
            clean(name);
        }
        for (name, ..) in &mut self.gauges {
            clean(name);
        }
        self
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl From<&Snapshot> for Kept {
    fn from(snapshot: &Snapshot) -> Self {
        let Snapshot { counters, timers, gauges, sets, silence, .. } = snapshot;
        let gauges = gauges.iter().zip(&silence.gauges);
        Self {
            timestamp: snapshot.timestamp,
            prefix_stats: snapshot.prefix_stats.clone(),
            counters: names(counters, &silence.counters),
            timers: names(timers, &silence.timers),
            gauges: gauges
                .map(|((name, value), silent)| (name.to_owned(), *value, *silent))
                .collect(),
            sets: names(sets, &silence.sets),
        }
    }
}

fn names<V>(list: &Named<V>, silence: &[u32]) -> Vec<(String, u32)> {
    list.iter().zip(silence).map(|((name, _), silent)| (name.to_owned(), *silent)).collect()
}

impl State {
    /// Goes on from where the state that made a snapshot was right after it. What is idle, and to be
    /// forgotten by now under this state's options, is forgotten here.
    ///
    /// The silence goes on from where it was: the time between the two states is no silence. The next
    /// snapshot's `timestamp_lag` counts from the kept one. Names that find no room are counted. To be
    /// called before anything is absorbed.
    ///
    /// ```
    /// use statsd_server::aggregate::{Kept, Options, State};
    ///
    /// let mut state = State::new(Options::default());
    /// let gauges = vec![("depth".to_owned(), 17.0, 3)];
    /// state.restore(Kept { timestamp: 1_700_000_000, gauges, ..Kept::default() });
    /// let next = state.snapshot(1_700_000_010);
    /// assert_eq!(next.gauges.get("depth"), Some(&17.0));
    /// ```
    pub fn restore(&mut self, kept: Kept) {
        // Those of another prefix would be there for ever, as nobody sends them any more.
        let former = OwnNames::new(&kept.prefix_stats);
        let is_renamed = kept.prefix_stats != self.options.prefix_stats;
        let is_own_counter = |name: &String| former.counters().contains(&name);
        let mut books = Books {
            texts: &mut self.texts,
            exact: self.options.exact,
            room: &mut self.room,
            counts: &mut self.counts,
            first_nodes: &mut self.first_nodes,
        };
        for (name, silent) in kept.counters {
            if !is_own_counter(&name) {
                self.counters.restore(&name, silent, 0.0, &mut books);
            } else if !is_renamed {
                self.counters.own(books.texts, &name);
            }
        }
        for (name, silent) in kept.timers {
            self.timers.restore(&name, silent, TimerSamples::default(), &mut books);
        }
        for (name, silent) in kept.sets {
            self.sets.restore(&name, silent, Members::default(), &mut books);
        }
        for (name, value, silent) in kept.gauges {
            if name != former.timestamp_lag {
                self.gauges.restore(&name, silent, value, &mut books);
            } else if !is_renamed {
                *self.gauges.own(books.texts, &name) = value;
            }
        }
        self.last_timestamp = Some(kept.timestamp);
        self.begin_interval();
    }
}

#[cfg(test)]
mod tests;
