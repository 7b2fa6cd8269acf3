//! What is measured: a row is some work, and what a server takes for it. They may not know whom they
//! measure. Next: `report/`.

mod throughput;

use std::time::Duration;

use crate::contender::Contender;
use crate::packets::{Kind, Packing};
use crate::process::Cores;
use throughput::{Load, Way};

/// What a cell says: a number in the unit of its figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) value: f64,
}

impl Figure {
    /// Says how the others came about, and is not to be compared.
    pub(crate) fn is_beside(&self) -> bool {
        ["kept", "lost"].contains(&self.title)
    }
}

/// How long a cell may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Of sending.
    pub(crate) time: Duration,
    pub(crate) cores: Cores,
}

/// One piece of work.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) measure: fn(&Contender, &Effort) -> Result<Vec<Figure>, String>,
}

const NAME_BYTES: usize = 32;

const PACKED: Load = Load {
    names: 1_000,
    name_bytes: NAME_BYTES,
    kind: Kind::Counter,
    packing: Packing::Packed,
    way: Way::Saturated,
};

pub(crate) const ALL: [Row; 5] = [
    Row {
        key: "packed-counters",
        title: "packed counters, 1,432 bytes, 1,000 names",
        measure: |contender, effort| PACKED.measure(contender, effort),
    },
    Row {
        key: "packed-timers",
        title: "packed timers, 1,432 bytes, 1,000 names",
        measure: |contender, effort| {
            Load { kind: Kind::Timer, ..PACKED }.measure(contender, effort)
        },
    },
    Row {
        key: "single",
        title: "one counter a packet, saturated",
        measure: |contender, effort| {
            Load { packing: Packing::One, ..PACKED }.measure(contender, effort)
        },
    },
    Row {
        key: "segmented",
        title: "one counter a packet, segmenting sender",
        measure: |contender, effort| {
            Load { packing: Packing::One, way: Way::Segmented, ..PACKED }.measure(contender, effort)
        },
    },
    Row {
        key: "paced",
        title: "one counter a packet, 50,000 a second",
        measure: |contender, effort| {
            Load { packing: Packing::One, way: Way::Paced(50_000), ..PACKED }
                .measure(contender, effort)
        },
    },
];
