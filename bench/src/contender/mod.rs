//! Who is measured: one file a client, each a table of rows with the loop that makes the call.
//! A contender may not know how it is measured; its loops go to `measure/`.
//!
//! To add one: a file with a `pub(super) const …: Contender`, and its name in [`ALL`].

mod autometrics;
mod cadence;
mod fastrace;
mod floor;
mod function;
mod metrics;
mod ours;
mod packets;
mod prometheus;
mod statsd;
mod tracing;

pub(crate) use floor::shared_add;

use std::fmt;
use std::hint::black_box;
use std::net::SocketAddr;
use std::ops::Range;
use std::time::Duration;

use crate::row::Row;

/// What everybody counts, as real programs name it.
const NAME: &str = "web.http.requests";

/// What everybody times.
const TIMED: &str = "web.http.latency";

/// What everybody sets.
const GAUGED: &str = "web.http.open";

/// The share of [`Row::CounterRate`].
const RATE: f64 = 0.1;

/// Every contender; ours first.
pub(crate) const ALL: [Contender; 17] = [
    ours::OURS,
    ours::BY_HAND,
    cadence::BUFFERED,
    cadence::QUEUING,
    metrics::DOGSTATSD,
    statsd::STATSD,
    prometheus::PROMETHEUS,
    tracing::TRACING,
    fastrace::FASTRACE,
    autometrics::AUTOMETRICS,
    floor::THREAD_LOCAL,
    floor::SLOT,
    floor::ATOMIC,
    packets::SEND,
    packets::HAND_OVER,
    function::ALONE,
    function::CLOCK,
];

/// A client, or a floor: the least that a machine could do for the same.
#[derive(Debug)]
pub(crate) struct Contender {
    /// What it is called on the command line.
    pub(crate) key: &'static str,
    /// What it is called in a table.
    pub(crate) title: &'static str,
    /// The rows it has.
    pub(crate) rows: &'static [(Row, Prepare)],
}

/// Opens a client and makes the loop of one row. Called once a process.
pub(crate) type Prepare = fn(&Setting) -> Prepared;

impl Contender {
    pub(crate) fn named(key: &str) -> Result<&'static Self, String> {
        let found = ALL.iter().find(|contender| contender.key == key);
        found.ok_or_else(|| format!("there is no contender `{key}`"))
    }

    pub(crate) fn has(&self, row: Row) -> bool {
        self.rows.iter().any(|(has, _)| *has == row)
    }

    pub(crate) fn prepare(&self, row: Row, setting: &Setting) -> Result<Prepared, String> {
        let found = self.rows.iter().find(|(has, _)| *has == row);
        let (_, prepare) = found.ok_or_else(|| format!("{} has no row `{row}`", self.key))?;
        Ok(prepare(setting))
    }
}

/// What a contender is told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    /// A bound UDP socket that somebody drains.
    pub(crate) address: SocketAddr,
    /// Whether background work is to be put off for an hour, so that only calls are counted.
    pub(crate) quiet: bool,
}

/// How long "put off" is.
const AN_HOUR: Duration = Duration::from_secs(3_600);

/// The loop of one row.
pub(crate) struct Prepared {
    calls: Box<dyn Fn(Range<usize>) + Send + Sync>,
    settle: Option<Box<dyn Fn() + Send + Sync>>,
    lost: Box<dyn Fn() -> u64 + Send + Sync>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("settles", &self.settle.is_some()).finish_non_exhaustive()
    }
}

impl Prepared {
    /// A loop of `call`, which is given what it works on and the number of the call.
    ///
    /// The empty `black_box` is a wall for the compiler: what a call keeps in memory is written before it
    /// and read again after it. It is no instruction itself; the loop costs two.
    pub(crate) fn new<S: Send + Sync + 'static>(
        state: S,
        call: impl Fn(&S, usize) + Send + Sync + 'static,
    ) -> Self {
        Self::of(move |range| {
            for number in range {
                call(&state, number);
                black_box(());
            }
        })
    }

    /// A loop of an annotated function.
    fn annotated(function: impl Function) -> Self {
        Self::new((), move |(), number| {
            black_box(function(black_box(number)));
        })
    }

    /// A loop that is more than one call after the other.
    fn of(calls: impl Fn(Range<usize>) + Send + Sync + 'static) -> Self {
        Self { calls: Box::new(calls), settle: None, lost: Box::new(|| 0) }
    }

    /// What is to be waited for, off the clock, before a queue overflows: the row is then what a call
    /// costs that is not lost.
    fn settle(mut self, settle: impl Fn() + Send + Sync + 'static) -> Self {
        self.settle = Some(Box::new(settle));
        self
    }

    /// How many calls were lost so far.
    fn lost(mut self, lost: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.lost = Box::new(lost);
        self
    }

    /// Makes the calls.
    pub(crate) fn run(&self, calls: Range<usize>) {
        (self.calls)(calls);
    }

    /// Whether the row needs a pause now and then.
    pub(crate) fn settles(&self) -> bool {
        self.settle.is_some()
    }

    /// Waits until what was called has left.
    pub(crate) fn wait(&self) {
        if let Some(settle) = &self.settle {
            settle();
        }
    }

    /// How many calls were lost.
    pub(crate) fn count_lost(&self) -> u64 {
        (self.lost)()
    }
}

/// A function by its own type, not by a pointer: it is called as anybody calls one.
trait Function: Fn(usize) -> usize + Send + Sync + 'static {}

impl<F: Fn(usize) -> usize + Send + Sync + 'static> Function for F {}

/// All that an annotated function does. Each is `#[inline(never)]`, as a function worth timing would be,
/// and so is the one that has no attribute.
#[inline]
fn work(number: usize) -> usize {
    number.wrapping_add(1)
}

/// A tag's values, which take turns.
const REGIONS: [&str; 64] = [
    "africa-south-1",
    "africa-south-2",
    "africa-south-3",
    "africa-south-4",
    "africa-south-5",
    "africa-south-6",
    "africa-south-7",
    "africa-south-8",
    "ap-1",
    "ap-2",
    "ap-3",
    "ap-4",
    "ap-5",
    "ap-6",
    "ap-7",
    "ap-8",
    "canada-west-1",
    "canada-west-2",
    "canada-west-3",
    "canada-west-4",
    "canada-west-5",
    "canada-west-6",
    "canada-west-7",
    "canada-west-8",
    "cn-1",
    "cn-2",
    "cn-3",
    "cn-4",
    "cn-5",
    "cn-6",
    "cn-7",
    "cn-8",
    "europe-central-1",
    "europe-central-2",
    "europe-central-3",
    "europe-central-4",
    "europe-central-5",
    "europe-central-6",
    "europe-central-7",
    "europe-central-8",
    "me-1",
    "me-2",
    "me-3",
    "me-4",
    "me-5",
    "me-6",
    "me-7",
    "me-8",
    "south-america-east-1",
    "south-america-east-2",
    "south-america-east-3",
    "south-america-east-4",
    "south-america-east-5",
    "south-america-east-6",
    "south-america-east-7",
    "south-america-east-8",
    "us-1",
    "us-2",
    "us-3",
    "us-4",
    "us-5",
    "us-6",
    "us-7",
    "us-8",
];

/// The value of a call's changing tag.
fn region(number: usize) -> &'static str {
    // The compiler must not know how long they all are.
    black_box(REGIONS[number % REGIONS.len()])
}

/// A call's duration: between 0.1 and 100 ms, as requests take.
fn duration(number: usize) -> Duration {
    DURATIONS[number % DURATIONS.len()]
}

static DURATIONS: [Duration; 64] = durations();

const fn durations() -> [Duration; 64] {
    let mut durations = [Duration::ZERO; 64];
    let mut micros = 100_u64;
    let mut at = 0;
    while at < durations.len() {
        durations[at] = Duration::from_micros(micros);
        micros += micros / 9;
        at += 1;
    }
    durations
}
