//! The whole flush as text, as etsy's console backend prints it.

use std::fmt;
use std::io;

use jiff::tz::TimeZone;

use super::{Backend, BackendError};
use crate::aggregate::{First, Named, Snapshot};
use crate::clock::javascript_date;

mod inspect;

use inspect::{Inspect, Value};

/// Prints every flush: a line with the time, then everything in it as Node inspects an object.
///
/// ```text
/// Flushing stats at  Wed Nov 15 2023 12:00:00 GMT+0000 (Coordinated Universal Time)
/// {
///   counters: { 'statsd.bad_lines_seen': 0, 'users.new': 3 },
/// …
///   pctThreshold: [ 90 ]
/// }
/// ```
///
/// Needs snapshots with [`Raw`](crate::aggregate::Raw) values; without them `timers` and `sets` are
/// empty. Names are in the order in which they came, as etsy's are, whole numbers among them. A time zone other than UTC goes by its
/// abbreviation, where Node writes its name.
pub struct DumpBackend<W> {
    out: W,
    pretty: bool,
    time_zone: TimeZone,
    percent_thresholds: Vec<f64>,
}

impl<W: io::Write + Send> DumpBackend<W> {
    /// A backend that writes to `out`. `pretty` is etsy's `prettyprint`: colours, and a depth of five
    /// levels in place of two.
    pub fn new(out: W, pretty: bool, time_zone: TimeZone, percent_thresholds: Vec<f64>) -> Self {
        Self { out, pretty, time_zone, percent_thresholds }
    }

    fn text(&self, snapshot: &Snapshot) -> String {
        let mut text = format!(
            "Flushing stats at  {}\n",
            javascript_date(snapshot.timestamp, &self.time_zone)
        );
        let inspect =
            if self.pretty { Inspect { depth: 5, colours: true } } else { Inspect::default() };
        text.push_str(&inspect.text(&self.value(snapshot)));
        text.push('\n');
        text
    }

    fn value<'s>(&self, snapshot: &'s Snapshot) -> Value<'s> {
        let numbers = |list: &'s Named<f64>| {
            Value::object(list.iter().map(|(name, n)| (name, Value::Number(*n))))
        };
        let rates = snapshot
            .counters
            .iter()
            .map(|(name, sum)| (name, Value::Number(sum / snapshot.interval)));
        let timer_data = snapshot.timers.iter().map(|(name, timer)| {
            let stats = timer.stats.iter().map(|(stat, n)| (stat.as_str(), *n));
            (name, statistics(stats))
        });
        let raw = snapshot.raw.as_ref();
        let samples = raw.map(|raw| &raw.samples);
        let members = raw.map(|raw| &raw.members);
        let thresholds = self.percent_thresholds.iter().map(|percent| Value::Number(*percent));
        Value::object([
            ("counters", numbers(&snapshot.counters)),
            ("timers", arrays(samples, |sample| Value::Number(*sample))),
            ("gauges", numbers(&snapshot.gauges)),
            ("timer_data", Value::object(timer_data)),
            ("counter_rates", Value::object(rates)),
            ("sets", arrays(members, |member| Value::Text(String::from_utf8_lossy(member)))),
            ("pctThreshold", Value::array(thresholds, self.percent_thresholds.len())),
        ])
    }
}

/// A timer's statistics; those of its histogram are an object of their own.
fn statistics<'s>(stats: impl Iterator<Item = (&'s str, f64)>) -> Value<'s> {
    let mut whole = Vec::new();
    let mut bins = Vec::new();
    for (stat, n) in stats {
        match stat.strip_prefix("histogram.") {
            Some(bin) => bins.push((bin, Value::Number(n))),
            None => whole.push((stat, Value::Number(n))),
        }
    }
    if !bins.is_empty() {
        whole.push(("histogram", Value::Object(bins)));
    }
    Value::Object(whole)
}

fn arrays<'s, T>(
    lists: Option<&'s Named<First<T>>>,
    value: impl Fn(&'s T) -> Value<'s>,
) -> Value<'s> {
    let array = |first: &'s First<T>| Value::array(first.values.iter().map(&value), first.total);
    let lists = lists.into_iter().flat_map(Named::iter);
    Value::object(lists.map(|(name, first)| (name, array(first))))
}

impl<W: io::Write + Send> Backend for DumpBackend<W> {
    fn name(&self) -> &'static str {
        "dump"
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let text = self.text(snapshot);
        self.out
            .write_all(text.as_bytes())
            .and_then(|()| self.out.flush())
            .map_err(|error| BackendError { message: format!("cannot write the flush: {error}") })
    }
}

impl<W> fmt::Debug for DumpBackend<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DumpBackend").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
