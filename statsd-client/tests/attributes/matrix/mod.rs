//! Every attribute on every shape of function, with the lines that it sends.
//!
//! | a call that | `sync.rs` | `futures.rs` |
//! |---|---|---|
//! | returns | plain, `?`, early, generic, of a trait, opaque, `extern "C"` | plain, `?`, early, boxed, `async_trait` |
//! | unwinds | plain, `-> !`, `extern "C-unwind"` | plain, `-> !`, boxed, `async_trait` |
//! | is let go | there is none: a call that has begun ends | plain, boxed, `async_trait`, a block |
//!
//! The functions are all made by a `macro_rules!`; by hand they are in the files beside this one. Left out, as
//! there is no such thing: `extern "C"` that unwinds (it aborts), `async extern`. An `unsafe fn` is a
//! program of its own, `tests/ui/pass`: the workspace forbids the word.

mod futures;
mod stacked;
mod sync;

/// How a call ends.
#[derive(Clone, Copy)]
pub(crate) enum Ends {
    Success,
    Failure,
    Panic,
    Cancelled,
}

/// What an attribute named `m` sends around the lines of the body.
pub(crate) fn around(attribute: &str, inside: &[&str], ends: Ends) -> Vec<String> {
    let (before, after) = match (attribute, ends) {
        ("statsd_count", _) => ("m:1|c", ""),
        ("statsd_count_if", Ends::Success) => ("", "m:1|c"),
        ("statsd_count_if", _) => ("", ""),
        ("statsd_count_success", Ends::Success) => ("", "m.success:1|c"),
        ("statsd_count_success", Ends::Failure) => ("", "m.failure:1|c"),
        ("statsd_count_success", Ends::Panic) => ("", "m.panic:1|c"),
        ("statsd_count_success", Ends::Cancelled) => ("", "m.cancelled:1|c"),
        ("statsd_measure", _) => ("", "m:T|ms"),
        ("statsd_distribution", _) => ("", "m:T|d"),
        ("statsd_gauge_inflight", _) => ("m:1|g", "m:0|g"),
        (other, _) => panic!("{other} is no attribute"),
    };
    let lines = [&[before], inside, &[after]].concat();
    lines.into_iter().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A row of the matrix: a test for each attribute on one shape, which is a macro that makes a
/// function with an attribute, named `m`, and calls it.
macro_rules! row {
    ($row:ident, $shape:ident, $ends:ident, [$($inside:literal),*]) => {
        mod $row {
            use crate::matrix::{Ends, around, row};
            use crate::wire::assert_lines;

            row!(@ $shape, $ends, [$($inside),*], statsd_count, is_counted);
            row!(@ $shape, $ends, [$($inside),*], statsd_count_if, is_counted_if_it_succeeds);
            row!(@ $shape, $ends, [$($inside),*], statsd_count_success, is_counted_by_its_ending);
            row!(@ $shape, $ends, [$($inside),*], statsd_measure, is_measured);
            row!(@ $shape, $ends, [$($inside),*], statsd_distribution, is_distributed);
            row!(@ $shape, $ends, [$($inside),*], statsd_gauge_inflight, is_in_flight);
        }
    };
    (@ $shape:ident, $ends:ident, [$($inside:literal),*], $attribute:ident, $cell:ident) => {
        #[test]
        fn $cell() {
            use super::*;
            use statsd_client::$attribute;
            let expected = around(stringify!($attribute), &[$($inside),*], Ends::$ends);
            assert_lines(|| $shape!($attribute), &expected);
        }
    };
}

pub(crate) use row;
