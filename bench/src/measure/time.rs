//! CPU time of a call on one thread: laps, and the median of them.

use std::time::{Duration, Instant};

use super::clock::{process, thread};
use super::{Times, WARM_UP_CALLS};
use crate::contender::{Prepared, shared_add};

/// A lap is to take so long: long against a look at the clock, short against a time slice.
const LAP: Duration = Duration::from_micros(400);

/// Calls between two pauses of a row that needs them: fewer than fit any queue.
const SETTLED_CALLS: usize = 20_000;

const LAPS_MIN: usize = 5;

/// The yardstick's share of the budget.
const YARDSTICK: u32 = 8;

pub(super) fn time(prepared: &Prepared, budget: Duration) -> Times {
    let yardstick = laps(&shared_add(), budget / YARDSTICK).caller;
    Times { yardstick, ..laps(prepared, budget) }
}

fn laps(prepared: &Prepared, budget: Duration) -> Times {
    let lap_calls = lap_calls(prepared);
    let mut laps = Vec::new();
    let mut calls = 0;
    let lost_before = prepared.count_lost();
    let (started, process_started) = (Instant::now(), process());
    while laps.len() < LAPS_MIN || started.elapsed() < budget {
        let before = thread();
        prepared.run(calls..calls + lap_calls);
        laps.push((thread() - before) / lap_calls as f64);
        calls += lap_calls;
        prepared.wait();
    }
    let process = (process() - process_started) / calls as f64;
    let lost = (prepared.count_lost() - lost_before) as f64 / calls as f64;
    Times { caller: median(&mut laps), process, yardstick: 0.0, lost }
}

/// How many calls make a lap.
fn lap_calls(prepared: &Prepared) -> usize {
    let before = thread();
    prepared.run(0..WARM_UP_CALLS);
    let each = (thread() - before) / WARM_UP_CALLS as f64;
    prepared.wait();
    if prepared.settles() {
        return SETTLED_CALLS;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let calls = (LAP.as_secs_f64() * 1e9 / each.max(0.1)) as usize;
    calls.clamp(WARM_UP_CALLS, 1_000_000)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
