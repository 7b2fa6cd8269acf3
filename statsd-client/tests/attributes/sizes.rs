//! What an attribute adds to the future of an `async fn`. A future holds its arguments twice where they are
//! moved into another one, and a kilobyte shows it.

use std::mem::size_of_val;

use statsd_client::{
    Client, NullBackend, statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_measure,
};

use crate::steps::step;

type Kilobyte = [u8; 1024];

const BYTES: Kilobyte = [0; 1024];
const KIND: &str = "kind";

fn client() -> Client {
    Client::builder().backend(NullBackend).build().unwrap()
}

#[expect(clippy::large_types_passed_by_value, reason = "its size is what is looked at")]
async fn plain(bytes: Kilobyte) -> bool {
    step().await;
    bytes[0] == 0
}

/// The size of the same function's future with an attribute, over that without.
macro_rules! ratio {
    ($($attribute:meta)+) => {{
        $(#[$attribute])+
        async fn annotated(bytes: Kilobyte) -> bool {
            step().await;
            bytes[0] == 0
        }
        let (annotated, plain) = (annotated(BYTES), plain(BYTES));
        let [annotated, plain] = [size_of_val(&annotated), size_of_val(&plain)].map(as_f64);
        annotated / plain
    }};
}

fn as_f64(size: usize) -> f64 {
    f64::from(u32::try_from(size).unwrap())
}

#[test]
fn a_guard_adds_a_few_words_to_a_future() {
    let ratios = [
        ratio!(statsd_count("m")),
        ratio!(statsd_measure("m")),
        ratio!(statsd_distribution("m")),
        ratio!(statsd_gauge_inflight("m")),
        ratio!(statsd_count("m") statsd_measure("m") statsd_distribution("m")),
    ];
    assert!(ratios.iter().all(|ratio| *ratio < 1.05), "{ratios:?}");
}

#[test]
fn a_name_or_tags_that_vary_add_a_few_words_more() {
    let ratios = [
        ratio!(statsd_measure("m.{KIND}", tags(kind = KIND), client = client())),
        ratio!(statsd_gauge_inflight("m.{KIND}", client = client())),
    ];
    assert!(ratios.iter().all(|ratio| *ratio < 1.1), "{ratios:?}");
}

/// The body becomes a future of its own, which the arguments are moved into: the compiler lays it where they
/// were (1.01), and is given leave to hold them once more, but not twice, as a call to a helper would.
#[test]
fn where_the_value_is_looked_at_the_arguments_are_not_held_twice_more() {
    let ratios = [
        ratio!(statsd_count_if("m")),
        ratio!(statsd_count_success("m")),
        ratio!(statsd_count_success("m", tag_error_class, |answer| *answer)),
    ];
    assert!(ratios.iter().all(|ratio| *ratio < 1.4), "{ratios:?}");
}
