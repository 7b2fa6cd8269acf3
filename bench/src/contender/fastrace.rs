//! `fastrace`: its attribute makes a span, which a thread of its own collects. Spans say how long a function
//! took; nothing adds them up.

use std::hint::black_box;

use fastrace::collector::{Config, Reporter, SpanContext, SpanRecord};
use fastrace::{Span, set_reporter, trace};

use super::{AN_HOUR, Contender, Prepared, Setting, work};
use crate::row::Row;

pub(super) const FASTRACE: Contender = Contender {
    key: "fastrace",
    title: "fastrace",
    rows: &[
        (Row::AttributeBoth, collecting),
        // It has no reporter, and no trace was begun.
        (Row::AttributeOff, |_| Prepared::annotated(annotated)),
    ],
};

/// Spans of a trace. Its own benchmarks put up to 10,000 below a root, and over 10,240 it drops them: with
/// so many the root costs next to nothing.
const TRACE_SPANS: usize = 1_000;

/// Throws spans away, as the reporter of its own benchmarks does.
struct Nowhere;

impl Reporter for Nowhere {
    fn report(&mut self, _: Vec<SpanRecord>) {}
}

fn collecting(setting: &Setting) -> Prepared {
    let config = Config::default();
    let config = if setting.quiet { config.report_interval(AN_HOUR) } else { config };
    set_reporter(Nowhere, config);
    Prepared::of(|mut calls| {
        while !calls.is_empty() {
            let root = Span::root("request", SpanContext::random());
            let _entered = root.set_local_parent();
            for number in calls.by_ref().take(TRACE_SPANS) {
                black_box(annotated(black_box(number)));
                black_box(());
            }
        }
    })
    .settle(fastrace::flush)
}

#[trace]
#[inline(never)]
fn annotated(number: usize) -> usize {
    work(number)
}
