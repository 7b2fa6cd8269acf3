//! The data plane's side: one shard per receiver takes samples, and is swapped out at the flush.

use std::mem;

use statsd_client::protocol::{Dialect, MetricType, Sample, Value, parse};

use super::counts::{Counts, Lost};
use super::interval::{Gathering, Interval, Names, slot};
use super::key::{context_name, raw_context_name};
use super::room::Room;
use crate::limits;

/// Takes the samples of one receiver.
///
/// Belongs behind a mutex that the receiver holds for a batch of packets and the flush for a
/// [`Shard::swap`].
#[derive(Debug)]
pub struct Shard {
    dialect: Dialect,
    sanitise: bool,
    interval: Interval,
    /// Where names are written that must be sanitised.
    name: String,
}

impl Shard {
    /// An empty shard that reads packets in `dialect`.
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, sanitise: true, interval: Interval::default(), name: String::new() }
    }

    /// Whether names are cleaned, etsy's `keyNameSanitize`; they are unless this says otherwise. Raw
    /// names are left to the outputs, which clean what stands before the tags.
    ///
    /// ```
    /// use statsd_client::protocol::Dialect;
    /// use statsd_server::aggregate::{Options, Shard, State};
    ///
    /// let mut shard = Shard::new(Dialect::Etsy).sanitising(false);
    /// shard.record_packet(b"a b/c:1|c");
    /// let mut state = State::new(Options::default());
    /// state.absorb(&mut shard.take());
    /// assert!(state.snapshot(0).counters.contains(&("a b/c".to_owned(), 1.0)));
    /// ```
    #[must_use]
    pub fn sanitising(self, sanitise: bool) -> Self {
        Self { sanitise, ..self }
    }

    /// The same from now on. Names that came before stay as they are.
    pub fn set_sanitising(&mut self, sanitise: bool) {
        self.sanitise = sanitise;
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
        let context = if self.sanitise { context_name } else { raw_context_name };
        let name = context(sample.name, sample.tags, &mut self.name);
        match record(&mut self.interval, name, sample) {
            Ok(()) => self.interval.counts.samples += 1,
            Err(Dropped::NameTooLong) => self.interval.counts.names_too_long += 1,
            Err(Dropped::Context) => {
                self.interval.counts.contexts_over_limit += 1;
                self.interval.refused.add(name);
            }
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

    /// As [`Shard::swap`], for a look into the open interval: what the interval held so far still
    /// counts against its bounds, so that looking often makes no room.
    pub fn swap_within(&mut self, mut emptied: Interval) -> Interval {
        emptied.held_bytes = self.interval.held_bytes;
        self.swap(emptied)
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
    if name.len() > limits::CONTEXT_NAME_MAX_BYTES {
        return Err(Dropped::NameTooLong);
    }
    let weight = 1.0 / sample.rate;
    match (sample.kind, sample.value) {
        (MetricType::Counter, Value::Number(value)) => count(interval, name, value * weight),
        (MetricType::Gauge, Value::Number(value)) => set_gauge(interval, name, value),
        (MetricType::Gauge, Value::Delta(delta)) => change_gauge(interval, name, delta),
        (
            MetricType::Timer | MetricType::Histogram | MetricType::Distribution,
            Value::Number(value),
        ) => time(interval, name, value, weight),
        (MetricType::Set, Value::Text(member)) => join(interval, name, member),
        // The parser pairs kinds and values in no other way.
        _ => Ok(()),
    }
}

/// What a name gathers, which its interval has seen from now on.
fn gathering<'m, G: Default>(
    map: &'m mut Names<Gathering<G>>,
    name: &str,
    room: &mut Room,
    seen: &mut u32,
) -> Result<&'m mut G, Dropped> {
    Ok(slot(map, name, room).ok_or(Dropped::Context)?.see(seen))
}

fn count(interval: &mut Interval, name: &str, increment: f64) -> Result<(), Dropped> {
    let Interval { counters, room, seen, .. } = interval;
    *gathering(counters, name, room, seen)? += increment;
    Ok(())
}

fn set_gauge(interval: &mut Interval, name: &str, value: f64) -> Result<(), Dropped> {
    let Interval { gauges, room, seen, .. } = interval;
    gathering(gauges, name, room, seen)?.set(value);
    Ok(())
}

fn change_gauge(interval: &mut Interval, name: &str, delta: f64) -> Result<(), Dropped> {
    let Interval { gauges, room, seen, held_bytes, .. } = interval;
    let full = *held_bytes + size_of::<f64>() > limits::INTERVAL_HELD_MAX_BYTES;
    *held_bytes += gathering(gauges, name, room, seen)?.change(delta, full);
    Ok(())
}

/// The value and its weight are two things: percentiles and sums look at values as they came, only
/// the count knows about sampling.
fn time(interval: &mut Interval, name: &str, value: f64, weight: f64) -> Result<(), Dropped> {
    let Interval { timers, room, seen, held_bytes, .. } = interval;
    let timer = gathering(timers, name, room, seen)?;
    timer.count += weight;
    let held = *held_bytes + size_of::<f64>();
    if timer.values.len() >= limits::TIMER_SAMPLES_MAX || held > limits::INTERVAL_HELD_MAX_BYTES {
        return Err(Dropped::Sample);
    }
    timer.values.push(value);
    *held_bytes = held;
    Ok(())
}

fn join(interval: &mut Interval, name: &str, member: &[u8]) -> Result<(), Dropped> {
    let member = &member[..member.len().min(limits::SET_MEMBER_MAX_BYTES)];
    let Interval { sets, room, seen, held_bytes, .. } = interval;
    let members = &mut gathering(sets, name, room, seen)?.0;
    if members.contains(member) {
        return Ok(());
    }
    let held = *held_bytes + size_of::<Vec<u8>>() + member.len();
    if members.len() >= limits::SET_MEMBERS_MAX || held > limits::INTERVAL_HELD_MAX_BYTES {
        return Err(Dropped::Sample);
    }
    members.insert(member.to_owned());
    *held_bytes = held;
    Ok(())
}

#[cfg(test)]
mod tests;
