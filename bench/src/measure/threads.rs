//! CPU time of a call when several threads make it at once, on one metric.

use std::sync::Barrier;
use std::thread::scope;
use std::time::{Duration, Instant};

use super::clock::thread;
use crate::contender::Prepared;

/// Calls between two looks at the wall clock.
const STRIDE: usize = 5_000;

/// Core-nanoseconds of a call. All threads start together and end at a time, not after a number of calls: none is ever alone.
pub(super) fn time(prepared: &Prepared, threads: usize, budget: Duration) -> f64 {
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
        (thread() - before, calls)
    };
    let (time, calls) = scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join().expect("no call panics"));
        results.fold((0.0, 0), |(time, calls), (more, also)| (time + more, calls + also))
    });
    time / calls as f64
}
