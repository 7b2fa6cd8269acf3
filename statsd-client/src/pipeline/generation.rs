//! What the client's thread knows of one generation of contexts, and what each has come to since the
//! last flush.

use std::collections::HashSet;
use std::time::Instant;

use crate::protocol::Number;

use super::block::COUNTER_WORDS;
use super::gauges::{GaugeTable, Reading};
use super::registry::{Context, List};
use super::reservoir::Reservoir;

/// The contexts of one generation, by number.
#[derive(Debug)]
pub(crate) struct Generation {
    pub(crate) stamp: u32,
    pub(crate) counters: Vec<Counter>,
    pub(crate) gauges: Vec<Gauge>,
    pub(crate) samples: Vec<Samples>,
    pub(crate) table: &'static GaugeTable,
    /// Blocks of threads that were opened for it.
    pub(crate) blocks: usize,
}

/// A counter or meter.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) context: Context,
    pub(crate) sum: i64,
    pub(crate) calls: u64,
    pub(crate) used: Instant,
    /// The line of the last call that stood alone: most calls add what the one before added.
    alone: Line,
}

/// A line with a newline before it, and what it says.
#[derive(Debug, Default)]
struct Line {
    count: i64,
    bytes: Vec<u8>,
}

impl Counter {
    /// The line of one call, with a newline before it.
    #[inline]
    pub(crate) fn line(&mut self, count: i64) -> &[u8] {
        let Line { count: of, bytes } = &mut self.alone;
        if *of != count || bytes.is_empty() {
            bytes.clear();
            bytes.push(b'\n');
            self.context.frame.write(bytes, Number::Integer(count));
            *of = count;
        }
        bytes
    }
}

/// A gauge.
#[derive(Debug)]
pub(crate) struct Gauge {
    pub(crate) context: Context,
    /// The total of changes that the server knows.
    pub(crate) sent: f64,
    /// What has happened to it, until it is written.
    pub(crate) reading: Option<Reading>,
    pub(crate) used: Instant,
}

/// A context whose values travel one by one.
#[derive(Debug)]
pub(crate) struct Samples {
    pub(crate) context: Context,
    pub(crate) values: Reservoir,
    /// A set's members.
    pub(crate) members: HashSet<Box<[u8]>>,
    /// Calls that the present values and members speak for.
    pub(crate) calls: u64,
    pub(crate) used: Instant,
}

impl Generation {
    pub(crate) fn new(stamp: u32, table: &'static GaugeTable) -> Self {
        Self {
            stamp,
            counters: Vec::new(),
            gauges: Vec::new(),
            samples: Vec::new(),
            table,
            blocks: 0,
        }
    }

    /// Appends a context; its number is its place in its list.
    pub(crate) fn add(&mut self, list: List, context: Context, used: Instant) {
        match list {
            List::Counters => {
                let alone = Line::default();
                self.counters.push(Counter { context, sum: 0, calls: 0, used, alone });
            }
            List::Gauges => self.gauges.push(Gauge { context, sent: 0.0, reading: None, used }),
            List::Samples => self.samples.push(Samples {
                context,
                values: Reservoir::default(),
                members: HashSet::new(),
                calls: 0,
                used,
            }),
        }
    }

    /// The counter whose first word in a block has this number.
    pub(crate) fn counter(&mut self, word: u32) -> Option<&mut Counter> {
        // The first is no context's.
        self.counters.get_mut((word as usize / COUNTER_WORDS).checked_sub(1)?)
    }

    /// Forgets what the contexts have come to since the last flush.
    pub(crate) fn forget(&mut self, now: Instant) {
        for counter in &mut self.counters {
            (counter.sum, counter.calls) = (0, 0);
        }
        self.read_gauges(now);
        for gauge in &mut self.gauges {
            gauge.reading = None;
        }
        for samples in &mut self.samples {
            samples.values.drain(|_, _| ());
            samples.members.clear();
            samples.calls = 0;
        }
    }

    /// Takes what has happened to the gauges since the last time.
    pub(crate) fn read_gauges(&mut self, now: Instant) {
        for (number, gauge) in self.gauges.iter_mut().enumerate() {
            gauge.reading = self.table.get(number).and_then(|cell| cell.read(&mut gauge.sent));
            if gauge.reading.is_some() {
                gauge.used = now;
            }
        }
    }

    pub(crate) fn contexts(&self) -> usize {
        self.counters.len() + self.gauges.len() + self.samples.len()
    }

    /// Contexts that nobody has used since `since`.
    pub(crate) fn idle(&self, since: Instant) -> usize {
        let counters = self.counters.iter().map(|counter| counter.used);
        let gauges = self.gauges.iter().map(|gauge| gauge.used);
        let samples = self.samples.iter().map(|samples| samples.used);
        counters.chain(gauges).chain(samples).filter(|&used| used < since).count()
    }
}
