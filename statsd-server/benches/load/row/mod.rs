//! What is measured: a row is some work, and what a server takes for it. They may not know whom they
//! measure. Next: `report/`.

mod cell;
mod flush;
mod idle;
mod samples;
mod throughput;

use std::time::Duration;

use crate::contender::{self, Contender};
use crate::packets::{Kind, Packing};
use crate::process::Cores;
use crate::report::{self, Benchmark, Figure};
use throughput::{Load, Way};

/// It says how the others came about, and is not compared.
fn beside(title: &'static str, unit: &'static str, value: f64) -> Figure {
    Figure { is_beside: true, ..Figure::new(title, unit, value) }
}

/// How much a cell does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) cores: Cores,
    /// Of sending.
    pub(crate) time: Duration,
    /// Between two flushes where a thousand names come.
    pub(crate) interval: Duration,
    /// What is between two flushes beyond the time that it takes to fill them.
    pub(crate) pause: Duration,
    /// Where very many are meant.
    pub(crate) names: usize,
    pub(crate) samples: usize,
}

impl Effort {
    fn new(cores: Cores, is_quick: bool) -> Self {
        if is_quick {
            return Self {
                cores,
                time: Duration::from_millis(300),
                interval: Duration::from_millis(300),
                pause: Duration::from_secs(1),
                names: 20_000,
                samples: 200_000,
            };
        }
        Self {
            cores,
            time: Duration::from_secs(2),
            interval: Duration::from_secs(1),
            pause: Duration::from_secs(3),
            names: 1_000_000,
            samples: 10_000_000,
        }
    }

    /// A flush interval in which so many lines are surely read, and some time is left.
    fn interval_of(&self, by: &Contender, lines: usize) -> Duration {
        let lines = u32::try_from(lines).unwrap_or(u32::MAX);
        self.pause + Duration::from_secs(1) * lines / by.lines_a_second
    }
}

type Row = report::Row<Contender, Effort>;

pub(crate) const LOAD: Benchmark<Contender, Effort> = Benchmark {
    contenders: &contender::ALL,
    rows: &ALL,
    floor: ("loop", "the loop"),
    effort: |cores, is_quick, _notes| Ok(Effort::new(cores, is_quick)),
};

const MANY_ROUNDS: usize = usize::MAX;
const FEW_ROUNDS: usize = 3;

const PACKED: Load = Load { kind: Kind::Counter, packing: Packing::Packed, way: Way::Saturated };
const SINGLE: Load = Load { packing: Packing::One, ..PACKED };

const ALL: [Row; 9] = [
    Row {
        key: "packed-counters",
        title: "packed counters, 1,432 bytes, 1,000 names",
        rounds_max: MANY_ROUNDS,
        measure: |by, effort| PACKED.measure(by, effort),
    },
    Row {
        key: "packed-timers",
        title: "packed timers, 1,432 bytes, 1,000 names",
        rounds_max: MANY_ROUNDS,
        measure: |by, effort| Load { kind: Kind::Timer, ..PACKED }.measure(by, effort),
    },
    Row {
        key: "single",
        title: "one counter a packet, saturated",
        rounds_max: MANY_ROUNDS,
        measure: |by, effort| SINGLE.measure(by, effort),
    },
    Row {
        key: "segmented",
        title: "one counter a packet, segmenting sender",
        rounds_max: MANY_ROUNDS,
        measure: |by, effort| Load { way: Way::Segmented, ..SINGLE }.measure(by, effort),
    },
    Row {
        key: "paced",
        title: "one counter a packet, 50,000 a second",
        rounds_max: MANY_ROUNDS,
        measure: |by, effort| Load { way: Way::Paced(50_000), ..SINGLE }.measure(by, effort),
    },
    Row {
        key: "many-names",
        title: "packed counters, 1,000,000 names",
        rounds_max: FEW_ROUNDS,
        measure: throughput::many_names,
    },
    Row {
        key: "flush",
        title: "1,000,000 counters of 36-byte names",
        rounds_max: FEW_ROUNDS,
        measure: flush::measure,
    },
    Row {
        key: "samples",
        title: "timer samples, 1,000 names",
        rounds_max: FEW_ROUNDS,
        measure: samples::measure,
    },
    Row { key: "idle", title: "idle", rounds_max: FEW_ROUNDS, measure: idle::measure },
];
