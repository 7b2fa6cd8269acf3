//! `tracing` without a subscriber: the ecosystem's measure of "off".

use tracing_attributes::instrument;

use super::{Contender, Prepared, work};
use crate::row::Row;

pub(super) const TRACING: Contender = Contender {
    key: "tracing",
    title: "tracing, no subscriber",
    rows: &[
        (Row::NoClient, |_| {
            Prepared::new((), |(), number| {
                let _entered = tracing::info_span!("request", number).entered();
            })
        }),
        (Row::AttributeOff, |_| Prepared::annotated(annotated)),
    ],
};

#[instrument]
#[inline(never)]
fn annotated(number: usize) -> usize {
    work(number)
}
