//! The least that remembering a number can cost: words of memory.

use std::cell::Cell;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use super::{Contender, Prepared, RATE};
use crate::row::Row;

/// A word that nobody else can read.
pub(super) const THREAD_LOCAL: Contender = Contender {
    key: "thread-local",
    title: "floor: thread-local add",
    rows: &[
        (Row::CounterHandle, |_| Prepared::new((), |(), _| add_local())),
        (Row::CounterRate, |_| {
            Prepared::new((), |(), _| {
                if STATE.with(draw) < RATE {
                    add_local();
                }
            })
        }),
    ],
};

/// A word of the thread that a flusher could read: one writer, so a load and a store.
pub(super) const SLOT: Contender = Contender {
    key: "slot",
    title: "floor: thread's own atomic word",
    rows: &[
        (Row::CounterHandle, |_| {
            Prepared::new((), |(), _| {
                SLOT_WORD.with(|word| {
                    word.store(word.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                });
            })
        }),
        (Row::GaugeHandle, |_| {
            Prepared::new((), |(), number| {
                let value = (number as f64).to_bits().cast_signed();
                SLOT_WORD.with(|word| word.store(value, Ordering::Relaxed));
            })
        }),
    ],
};

/// A word that all threads share; uncontended it is the yardstick A.
pub(super) const ATOMIC: Contender = Contender {
    key: "atomic",
    title: "floor: shared `fetch_add` (A)",
    rows: &[(Row::CounterHandle, |_| shared_add())],
};

thread_local! {
    static WORD: Cell<i64> = const { Cell::new(0) };
    static SLOT_WORD: AtomicI64 = const { AtomicI64::new(0) };
    static STATE: Cell<u64> = const { Cell::new(0x9e37_79b9_7f4a_7c15) };
}

/// The yardstick: one relaxed `fetch_add`.
pub(crate) fn shared_add() -> Prepared {
    Prepared::new(AtomicU64::new(0), |word, _| {
        word.fetch_add(1, Ordering::Relaxed);
    })
}

fn add_local() {
    WORD.with(|word| word.set(word.get() + 1));
}

/// A number in `[0, 1)`, by xorshift64.
fn draw(state: &Cell<u64>) -> f64 {
    let mut next = state.get();
    next ^= next << 13;
    next ^= next >> 7;
    next ^= next << 17;
    state.set(next);
    (next >> 11) as f64 / (1_u64 << 53) as f64
}
