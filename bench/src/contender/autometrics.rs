//! `autometrics` over the `metrics` facade, which it can feed as well as Prometheus; behind the facade the
//! exporter that speaks our format. Its attribute counts and times at once, under labels of its own.

use autometrics::autometrics;

use super::{Contender, Prepared, metrics, work};
use crate::row::Row;

pub(super) const AUTOMETRICS: Contender = Contender {
    key: "autometrics",
    title: "autometrics + exporter-dogstatsd",
    rows: &[
        (Row::AttributeBoth, |setting| {
            metrics::install(setting);
            Prepared::annotated(annotated)
        }),
        // The facade has no recorder.
        (Row::AttributeOff, |_| Prepared::annotated(annotated)),
    ],
};

#[autometrics]
#[inline(never)]
fn annotated(number: usize) -> usize {
    work(number)
}
