//! What an annotated function cannot do without: itself, and to be timed, two looks at the clock.

use std::hint::black_box;
use std::time::Instant;

use super::{Contender, Prepared, work};
use crate::row::Row;

/// No attribute: every row less this one is what the attribute adds.
pub(super) const ALONE: Contender = Contender {
    key: "function",
    title: "floor: the function alone",
    rows: &[
        (Row::AttributeCount, |_| Prepared::annotated(alone)),
        (Row::AttributeBoth, |_| Prepared::annotated(alone)),
        (Row::AttributeOff, |_| Prepared::annotated(alone)),
    ],
};

/// The clock is read before and after, and what passed is known.
pub(super) const CLOCK: Contender = Contender {
    key: "clock",
    title: "floor: two clock reads around it",
    rows: &[(Row::AttributeBoth, |_| Prepared::annotated(timed))],
};

#[inline(never)]
fn alone(number: usize) -> usize {
    work(number)
}

#[inline(never)]
fn timed(number: usize) -> usize {
    let started = Instant::now();
    let answer = work(number);
    black_box(started.elapsed());
    answer
}
