//! The intervals of all aggregates, and when they are told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hashbrown::HashMap;

use super::AggregationRules;
use super::method::{Gathered, Method};
use super::names::{Names, Outputs};
use crate::limits::{
    AGGREGATES_MAX, AGGREGATION_AHEAD_SECONDS_MAX, AGGREGATION_INTERVALS_MAX,
    AGGREGATION_VALUES_MAX,
};

/// How long values are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Buffering {
    /// Intervals before the one at hand whose values are still known, so that a late one is added to them
    /// (`MAX_AGGREGATION_INTERVALS`).
    pub intervals: u32,
    /// Seconds after which what has changed is told, where that is sooner than the rule's
    /// (`WRITE_BACK_FREQUENCY`).
    pub write_back: Option<u32>,
}

impl Default for Buffering {
    /// carbon's.
    fn default() -> Self {
        Self { intervals: 5, write_back: None }
    }
}

impl Buffering {
    /// Seconds between two times that an aggregate of a rule is told.
    fn period(self, seconds: i64) -> i64 {
        self.write_back.map_or(seconds, |often| seconds.min(i64::from(often).max(1)))
    }

    /// The beginning of the oldest interval that is still known.
    fn oldest(self, seconds: i64, now: i64) -> i64 {
        beginning(now, seconds) - i64::from(self.intervals) * seconds
    }
}

/// What the aggregator left out, since it was asked last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Told {
    /// Values for an interval that is forgotten already, or that is too far ahead.
    pub late: u64,
    /// Values for which there was no room.
    pub over_limit: u64,
    /// Points that were told.
    pub points: u64,
}

/// Gathers values by the aggregates that their names are part of.
///
/// As carbon's: an aggregate is told a rule's seconds after its first value came, and so on; of an
/// interval all values are told together, and again when another has come, for as long as it is known. What
/// carbon does not do: a value for an interval that is forgotten is left out and counted. There it would be
/// told alone, in the place of what was told of all others.
#[derive(Debug)]
pub struct Aggregator {
    rules: AggregationRules,
    buffering: Buffering,
    names: Names,
    aggregates: HashMap<Arc<str>, Aggregate>,
    due: BTreeSet<(i64, Arc<str>)>,
    /// Of all aggregates.
    intervals: usize,
    /// Of all intervals.
    values: usize,
    ticked: i64,
    told: Told,
    /// `AGGREGATION_INTERVALS_MAX`.
    pub(super) intervals_max: usize,
}

#[derive(Debug)]
struct Aggregate {
    seconds: i64,
    method: Method,
    due: i64,
    /// By their beginnings.
    intervals: BTreeMap<i64, Interval>,
}

#[derive(Debug, Default)]
struct Interval {
    gathered: Gathered,
    /// Whether a value has come since it was told.
    is_changed: bool,
}

/// Of the interval that holds a second.
fn beginning(timestamp: i64, seconds: i64) -> i64 {
    timestamp.saturating_sub(timestamp.rem_euclid(seconds))
}

impl Aggregator {
    /// Knows no value yet.
    pub fn new(rules: AggregationRules, buffering: Buffering) -> Self {
        Self {
            rules,
            buffering,
            names: Names::default(),
            aggregates: HashMap::new(),
            due: BTreeSet::new(),
            intervals: 0,
            values: 0,
            ticked: i64::MIN,
            told: Told::default(),
            intervals_max: AGGREGATION_INTERVALS_MAX,
        }
    }

    /// Takes a point, and says whether its own name is one of the aggregates that it is part of: then it
    /// is not stored under it.
    pub fn take(&mut self, name: &str, timestamp: i64, value: f64, now: i64) -> bool {
        let outputs = self.outputs(name);
        let mut is_output = false;
        for (rule, output) in outputs.iter() {
            is_output |= **output == *name;
            self.add(*rule, output, timestamp, value, now);
        }
        is_output
    }

    fn outputs(&mut self, name: &str) -> Outputs {
        if let Some(outputs) = self.names.get(name) {
            return outputs;
        }
        let matching = self.rules.matching(name);
        let outputs: Outputs =
            matching.into_iter().map(|(at, output)| (at, output.into())).collect();
        self.names.insert(name, &outputs);
        outputs
    }

    fn add(&mut self, rule: usize, output: &Arc<str>, timestamp: i64, value: f64, now: i64) {
        let Some(rule) = self.rules.get(rule) else { return };
        let known = self.aggregates.get_mut(&**output);
        // Who came first says how; rules with one output share it.
        let (seconds, method) = match &known {
            Some(aggregate) => (aggregate.seconds, aggregate.method),
            None => (i64::from(rule.seconds), rule.method),
        };
        let start = beginning(timestamp, seconds);
        let is_new = known.as_ref().is_none_or(|known| !known.intervals.contains_key(&start));
        let is_late = is_new && start < self.buffering.oldest(seconds, now);
        if is_late || timestamp > now.saturating_add(AGGREGATION_AHEAD_SECONDS_MAX) {
            self.told.late += 1;
            return;
        }
        let is_full = (is_new && self.intervals >= self.intervals_max)
            || (method.keeps_values() && self.values >= AGGREGATION_VALUES_MAX)
            || (known.is_none() && self.aggregates.len() >= AGGREGATES_MAX);
        if is_full {
            self.told.over_limit += 1;
            return;
        }
        let due = now + self.buffering.period(seconds);
        let aggregate = self.aggregates.entry(Arc::clone(output)).or_insert_with(|| {
            self.due.insert((due, Arc::clone(output)));
            Aggregate { seconds, method, due, intervals: BTreeMap::new() }
        });
        let interval = aggregate.intervals.entry(start).or_default();
        interval.gathered.add(method, value);
        interval.is_changed = true;
        self.intervals += usize::from(is_new);
        self.values += usize::from(method.keeps_values());
    }

    /// Tells the points that are due: name, beginning of the interval, value. To be asked once a second.
    pub fn tick(&mut self, now: i64, mut tell: impl FnMut(&str, i64, f64)) {
        if now < self.ticked {
            self.clock_set_back(now);
        }
        self.ticked = now;
        while let Some((due, _)) = self.due.first() {
            if *due > now {
                break;
            }
            let Some((_, name)) = self.due.pop_first() else { break };
            let Some(aggregate) = self.aggregates.get_mut(&*name) else { continue };
            let oldest = self.buffering.oldest(aggregate.seconds, now);
            let method = aggregate.method;
            for (start, interval) in &mut aggregate.intervals {
                if std::mem::take(&mut interval.is_changed) {
                    tell(&name, *start, interval.gathered.value(method));
                    self.told.points += 1;
                }
            }
            let known = aggregate.intervals.split_off(&oldest);
            let forgotten = std::mem::replace(&mut aggregate.intervals, known);
            self.intervals -= forgotten.len();
            self.values -= forgotten.values().map(|old| old.gathered.held()).sum::<usize>();
            if aggregate.intervals.is_empty() {
                self.aggregates.remove(&*name);
                continue;
            }
            let period = self.buffering.period(aggregate.seconds);
            // Its phase is kept, and what a pause has missed is told once.
            aggregate.due += ((now - aggregate.due) / period + 1) * period;
            self.due.insert((aggregate.due, name));
        }
    }

    /// What was due soon is due soon again.
    fn clock_set_back(&mut self, now: i64) {
        let buffering = self.buffering;
        self.due.clear();
        for (name, aggregate) in &mut self.aggregates {
            aggregate.due = aggregate.due.min(now + buffering.period(aggregate.seconds));
            self.due.insert((aggregate.due, Arc::clone(name)));
        }
    }

    /// Tells everything that has not been told, and forgets all: the rules change, or the server stops.
    pub fn finish(&mut self, mut tell: impl FnMut(&str, i64, f64)) {
        for (name, aggregate) in &mut self.aggregates {
            let method = aggregate.method;
            for (start, interval) in aggregate.intervals.iter_mut().filter(|(_, i)| i.is_changed) {
                tell(name, *start, interval.gathered.value(method));
                self.told.points += 1;
            }
        }
        self.aggregates.clear();
        self.due.clear();
        (self.intervals, self.values) = (0, 0);
    }

    /// Takes other rules, after [`Aggregator::finish`].
    pub fn replace(&mut self, rules: AggregationRules, tell: impl FnMut(&str, i64, f64)) {
        self.finish(tell);
        self.rules = rules;
        self.names = Names::default();
    }

    /// What was left out and told since the last such question.
    pub fn told(&mut self) -> Told {
        std::mem::take(&mut self.told)
    }

    /// Aggregates that hold values.
    pub fn aggregates(&self) -> usize {
        self.aggregates.len()
    }
}
