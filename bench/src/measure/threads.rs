//! CPU time of a call when several threads make it at once, on one metric.

use std::sync::Barrier;
use std::thread::scope;
use std::time::{Duration, Instant};

use super::clock::thread;
use crate::contender::Prepared;

/// Calls between two looks at the wall clock.
const STRIDE: usize = 5_000;

/// What a call costs in a crowd.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Crowded {
    /// Nanoseconds of CPU time, on whichever core.
    pub(crate) nanos: f64,
    /// How many cores the threads got, on average: 1 means that they took turns and never met.
    pub(crate) cores: f64,
}

impl Crowded {
    pub(super) fn to_vec(self) -> Vec<f64> {
        vec![self.nanos, self.cores]
    }

    pub(crate) fn read(numbers: &[f64]) -> Option<Self> {
        let &[nanos, cores] = numbers else { return None };
        Some(Self { nanos, cores })
    }
}

/// All threads start together and end at a time, not after a number of calls: none is ever alone.
pub(super) fn time(prepared: &Prepared, threads: usize, budget: Duration) -> Crowded {
    let barrier = Barrier::new(threads);
    let work = || {
        prepared.run(0..STRIDE);
        barrier.wait();
        let (started, before) = (Instant::now(), thread());
        let mut calls = 0;
        while started.elapsed() < budget {
            prepared.run(calls..calls + STRIDE);
            calls += STRIDE;
        }
        (thread() - before, calls, started)
    };
    let results: Vec<_> = scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("no call panics")).collect()
    });
    let time: f64 = results.iter().map(|(time, ..)| time).sum();
    let calls: usize = results.iter().map(|(_, calls, _)| calls).sum();
    let first = results.iter().map(|(.., started)| *started).min().expect("there is a thread");
    Crowded { nanos: time / calls as f64, cores: time / 1e9 / first.elapsed().as_secs_f64() }
}
