//! Single calls under load: p50, p99 and p99.9, less what two looks at the clock cost by themselves.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

use super::WARM_UP_CALLS;
use crate::contender::Prepared;

/// Percentiles, in nanoseconds.
pub(super) type Tail = [f64; 3];

const SHARES: Tail = [0.5, 0.99, 0.999];

/// Calls between two pauses of a row that needs them.
const SETTLED_CALLS: usize = 20_000;

/// One histogram cell a nanosecond; what takes longer is in the last.
const CELLS: usize = 1 << 20;

/// A second thread makes the same call without a rest. A row that would overflow its queue has its
/// pauses instead.
pub(super) fn tail(prepared: &Prepared, budget: Duration) -> Tail {
    let empty = percentiles(&Prepared::new((), |(), _| {}), budget / 4);
    let found = if prepared.settles() {
        percentiles(prepared, budget)
    } else {
        let over = AtomicBool::new(false);
        scope(|scope| {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    prepared.run(0..WARM_UP_CALLS);
                }
            });
            let found = percentiles(prepared, budget);
            over.store(true, Ordering::Relaxed);
            found
        })
    };
    std::array::from_fn(|at| (found[at] - empty[at]).max(0.0))
}

fn percentiles(prepared: &Prepared, budget: Duration) -> Tail {
    let mut histogram = vec![0_u32; CELLS];
    let mut number = 0;
    let started = Instant::now();
    loop {
        let before = Instant::now();
        prepared.run(number..number + 1);
        let after = Instant::now();
        let nanos = usize::try_from((after - before).as_nanos()).unwrap_or(CELLS);
        histogram[nanos.min(CELLS - 1)] += 1;
        number += 1;
        if number % SETTLED_CALLS == 0 {
            prepared.wait();
            if after - started > budget {
                break;
            }
        }
    }
    SHARES.map(|share| percentile(&histogram, number, share))
}

fn percentile(histogram: &[u32], samples: usize, share: f64) -> f64 {
    let mut below = 0;
    for (nanos, &count) in histogram.iter().enumerate() {
        below += count as usize;
        if below as f64 >= samples as f64 * share {
            return nanos as f64;
        }
    }
    histogram.len() as f64
}
