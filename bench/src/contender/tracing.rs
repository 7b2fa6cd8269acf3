//! `tracing` without a subscriber: the ecosystem's measure of "off".

use super::{Contender, Prepared};
use crate::row::Row;

pub(super) const TRACING: Contender = Contender {
    key: "tracing",
    title: "tracing, no subscriber",
    rows: &[(Row::NoClient, |_| {
        Prepared::new((), |(), number| {
            let _entered = tracing::info_span!("request", number).entered();
        })
    })],
};
