//! What the state holds at this moment, for people who look at it or delete from it.

use super::samples::TimerSamples;
use super::state::State;

/// Values of a timer that a listing shows.
const SHOWN_VALUES: usize = 100;

/// Bytes that a number takes in a listing, at the most: `-1.7976931348623157e+308, `.
const NUMBER_MAX_BYTES: usize = 26;

/// A kind of metric that can be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Counters, the server's own among them.
    Counters,
    /// Timers.
    Timers,
    /// Gauges.
    Gauges,
}

/// The names of one kind with their values, in the order in which they came.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listing {
    /// Name → value.
    pub entries: Vec<(String, Listed)>,
    /// Names that found no room in it.
    pub left_out: usize,
}

/// A value in a [`Listing`].
#[derive(Debug, Clone, PartialEq)]
pub enum Listed {
    /// A counter's sum so far, or a gauge's value.
    Number(f64),
    /// A timer's first hundred samples as they came, and how many more there are.
    Samples {
        /// The samples.
        values: Vec<f64>,
        /// How many are not in `values`.
        more: usize,
    },
}

/// What one request of [`State::delete`] did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deleted {
    /// The deleted names.
    pub names: Vec<String>,
    /// How many more were deleted than there was room for in the answer.
    pub left_out: usize,
}

impl State {
    /// The metrics of a kind, with all that was absorbed so far, until their text would take about
    /// `max_bytes`. Sorts all names of the kind; copies those that are listed.
    pub fn list(&self, kind: Kind, max_bytes: usize) -> Listing {
        let number = |value: f64| (Listed::Number(value), NUMBER_MAX_BYTES);
        let texts = &self.texts;
        match kind {
            Kind::Counters => listing(self.counters.in_order(texts), max_bytes, |sum| number(*sum)),
            Kind::Gauges => listing(self.gauges.in_order(texts), max_bytes, |value| number(*value)),
            Kind::Timers => listing(self.timers.in_order(texts), max_bytes, samples),
        }
    }

    /// Deletes metrics of a kind, as etsy's `delcounters` does: each request is a whole name, or a
    /// folder with all below it (`cron.*`). A sample that comes later starts anew. Yields what each
    /// request deleted, with names of about `max_bytes` altogether.
    pub fn delete(&mut self, kind: Kind, requests: &[String], max_bytes: usize) -> Vec<Deleted> {
        let texts = &self.texts;
        let deleted = match kind {
            Kind::Counters => self.counters.delete(texts, requests),
            Kind::Gauges => self.gauges.delete(texts, requests),
            Kind::Timers => self.timers.delete(texts, requests),
        };
        let mut left = max_bytes;
        let fitting = |mut names: Vec<String>| {
            let all = names.len();
            let fit = names.iter().take_while(|name| fits(&mut left, name.len())).count();
            names.truncate(fit);
            Deleted { names, left_out: all - fit }
        };
        deleted.into_iter().map(fitting).collect()
    }
}

fn samples(timer: &TimerSamples) -> (Listed, usize) {
    let values: Vec<_> = timer.samples.iter().take(SHOWN_VALUES).collect();
    let (shown, more) = (values.len(), timer.len() - values.len());
    (Listed::Samples { values, more }, (1 + shown) * NUMBER_MAX_BYTES)
}

fn listing<V>(
    all: Vec<(&str, &V)>,
    max_bytes: usize,
    listed: impl Fn(&V) -> (Listed, usize),
) -> Listing {
    let mut listing = Listing::default();
    let mut left = max_bytes;
    for (name, value) in &all {
        let (value, bytes) = listed(value);
        if !fits(&mut left, name.len() + bytes) {
            break;
        }
        listing.entries.push(((*name).to_owned(), value));
    }
    listing.left_out = all.len() - listing.entries.len();
    listing
}

fn fits(left: &mut usize, bytes: usize) -> bool {
    let fits = *left >= bytes;
    *left = left.saturating_sub(bytes);
    fits
}

#[cfg(test)]
mod tests;
