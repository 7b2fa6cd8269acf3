//! The data plane's side: one shard per receiver takes samples, and is swapped out at the flush.

use std::mem;

use statsd_client::protocol::{Dialect, MetricType, Sample, Value, parse};

use super::counts::{Counts, Lost};
use super::interval::{GaugeChange, Interval, slot};
use super::key::context_name;
use crate::limits;

/// Takes the samples of one receiver.
///
/// Belongs behind a mutex that the receiver holds for a batch of packets and the flush for a
/// [`Shard::swap`].
#[derive(Debug)]
pub struct Shard {
    dialect: Dialect,
    interval: Interval,
    /// Where names are written that must be sanitised.
    name: String,
}

impl Shard {
    /// An empty shard that reads packets in `dialect`.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, interval: Interval::default(), name: String::new() }
    }

    /// Records every value of a packet (UDP) or of a chunk that ends with a line (streams), and
    /// counts its lines and what of it is bad.
    ///
    /// Allocates only for names and set members that are new, and to grow a timer.
    pub fn record_packet(&mut self, packet: &[u8]) {
        self.interval.counts.packets += 1;
        let mut samples = parse(packet, self.dialect);
        for item in &mut samples {
            match item {
                Ok(sample) => self.record(&sample),
                Err(bad) => *self.interval.counts.bad.entry(bad.reason).or_default() += 1,
            }
        }
        self.interval.counts.lines += samples.lines() as u64;
    }

    /// Counts what a receiver knows to be lost.
    pub fn count_lost(&mut self, lost: Lost) {
        self.interval.counts.add_lost(lost);
    }

    /// Records one value. What hits a bound is dropped and counted.
    pub fn record(&mut self, sample: &Sample<'_>) {
        let name = context_name(sample.name, sample.tags, &mut self.name);
        match record(&mut self.interval, name, sample) {
            Ok(()) => self.interval.counts.samples += 1,
            Err(Dropped::NameTooLong) => self.interval.counts.names_too_long += 1,
            Err(Dropped::Context) => self.interval.counts.contexts_over_limit += 1,
            Err(Dropped::Sample) => self.interval.counts.samples_over_limit += 1,
        }
    }

    /// What gathered since the last call. The next interval allocates its names anew; a flush that
    /// comes again and again uses [`Shard::swap`].
    pub fn take(&mut self) -> Interval {
        self.swap(Interval::default())
    }

    /// What gathered since the last call, in exchange for an interval that
    /// [`State::absorb`](super::State::absorb) has emptied. Costs a few moves, whatever it holds.
    pub fn swap(&mut self, emptied: Interval) -> Interval {
        mem::replace(&mut self.interval, emptied)
    }

    /// What was counted since the last [`Shard::swap`].
    pub fn counts(&self) -> &Counts {
        &self.interval.counts
    }
}

/// Which bound dropped a value.
enum Dropped {
    NameTooLong,
    Context,
    Sample,
}

fn record(interval: &mut Interval, name: &str, sample: &Sample<'_>) -> Result<(), Dropped> {
    if name.len() > limits::SERIES_NAME_MAX_BYTES {
        return Err(Dropped::NameTooLong);
    }
    let weight = 1.0 / sample.rate;
    match (sample.kind, sample.value) {
        (MetricType::Counter, Value::Number(value)) => count(interval, name, value * weight),
        (MetricType::Gauge, Value::Number(value)) => gauge(interval, name, GaugeChange::Set(value)),
        (MetricType::Gauge, Value::Delta(delta)) => {
            gauge(interval, name, GaugeChange::Delta(delta))
        }
        (
            MetricType::Timer | MetricType::Histogram | MetricType::Distribution,
            Value::Number(value),
        ) => time(interval, name, value, weight),
        (MetricType::Set, Value::Text(member)) => join(interval, name, member),
        // The parser pairs kinds and values in no other way.
        _ => Ok(()),
    }
}

fn count(interval: &mut Interval, name: &str, increment: f64) -> Result<(), Dropped> {
    let max = names_max(interval, interval.counters.len());
    let sum = slot(&mut interval.counters, name, max).ok_or(Dropped::Context)?;
    *sum = Some(sum.unwrap_or(0.0) + increment);
    Ok(())
}

fn gauge(interval: &mut Interval, name: &str, change: GaugeChange) -> Result<(), Dropped> {
    let max = names_max(interval, interval.gauges.len());
    let slot = slot(&mut interval.gauges, name, max).ok_or(Dropped::Context)?;
    *slot = Some(slot.map_or(change, |before| before.then(change)));
    Ok(())
}

/// The value and its weight are two things: percentiles and sums look at values as they came, only
/// the count knows about sampling.
fn time(interval: &mut Interval, name: &str, value: f64, weight: f64) -> Result<(), Dropped> {
    let max = names_max(interval, interval.timers.len());
    let timer = slot(&mut interval.timers, name, max).ok_or(Dropped::Context)?;
    timer.count += weight;
    let held_bytes = interval.held_bytes + size_of::<f64>();
    if timer.values.len() >= limits::TIMER_SAMPLES_MAX
        || held_bytes > limits::INTERVAL_HELD_MAX_BYTES
    {
        return Err(Dropped::Sample);
    }
    timer.values.push(value);
    interval.held_bytes = held_bytes;
    Ok(())
}

fn join(interval: &mut Interval, name: &str, member: &[u8]) -> Result<(), Dropped> {
    let member = &member[..member.len().min(limits::SET_MEMBER_MAX_BYTES)];
    let max = names_max(interval, interval.sets.len());
    let members = &mut slot(&mut interval.sets, name, max).ok_or(Dropped::Context)?.0;
    if members.contains(member) {
        return Ok(());
    }
    let held_bytes = interval.held_bytes + size_of::<Vec<u8>>() + member.len();
    if members.len() >= limits::SET_MEMBERS_MAX || held_bytes > limits::INTERVAL_HELD_MAX_BYTES {
        return Err(Dropped::Sample);
    }
    members.insert(member.to_owned());
    interval.held_bytes = held_bytes;
    Ok(())
}

/// How many names one of the interval's maps may hold, given those in the other three.
fn names_max(interval: &Interval, of_this_map: usize) -> usize {
    limits::CONTEXTS_MAX.saturating_sub(interval.names() - of_this_map)
}

#[cfg(test)]
mod tests;
