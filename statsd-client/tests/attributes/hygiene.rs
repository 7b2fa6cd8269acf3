//! Everything that an expansion mentions exists here under the same name and means something else.

#![expect(dead_code, unused_macros, reason = "most of it is here to be in the way")]

use ::statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_instrument, statsd_measure,
};

use crate::wire::assert_lines;

mod core {}
mod std {}
mod alloc {}
mod statsd_client {}
mod __private {}

struct Option;
struct Result;
struct Cow;
struct Client;
struct Fixed;
struct TaggedSite;
struct Endings;
struct Levels;
struct Counter;
struct Words;
struct Piece;
static SITE: u8 = 3;
static LEVELS: u8 = 4;

macro_rules! format_args {
    ($($any:tt)*) => {
        compile_error!("not the one that was meant")
    };
}

const fn drop<T>(value: T) -> T {
    value
}

const fn run() {}
const fn start() {}
const fn count() {}
const fn keep() {}
const fn enter() {}
const fn begin() {}
const fn measure() {}
const fn shown() {}
const fn check_name() {}

/// Methods of everything, by the names that an expansion calls.
trait InTheWay: Sized {
    fn tag_text(self) {}
    fn bytes(self) {}
    fn on(self, _: u8) {}
    fn with(self, _: u8) {}
    fn end(self, _: u8) {}
    fn error_class(self) {}
    fn is_success(&self) {}
    fn is_some(&self) {}
    fn keep(self) {}
    fn record(self) {}
}

impl<T> InTheWay for T {}

#[test]
fn the_users_names_do_not_reach_the_expansion_nor_its_names_the_user() {
    #[statsd_count("calls", tags(site = SITE))]
    #[statsd_measure("time.{plain}", tags(site = SITE, guard = _guard))]
    #[statsd_distribution("spread.{LEVELS}")]
    #[statsd_gauge_inflight("level.{plain}", tags(level = LEVELS))]
    #[statsd_count_success("ended.{plain}", |sum| *sum > SITE, tags(site = SITE), tag_error_class)]
    #[statsd_count_if("held.{plain}", |sum| *sum > LEVELS)]
    #[statsd_count("fixed")]
    #[statsd_measure("fixed")]
    #[statsd_distribution("fixed")]
    #[statsd_gauge_inflight("fixed")]
    #[statsd_count_success("fixed", |sum| *sum > SITE, tag_error_class)]
    #[statsd_count_if("fixed", |sum| *sum > LEVELS)]
    #[expect(clippy::used_underscore_binding, reason = "the name that the expansion uses too")]
    fn shadowed(plain: u8, _guard: u8) -> u8 {
        let sum = plain + _guard + SITE;
        drop(sum)
    }

    let lines = [
        "fixed:1|g",
        "fixed:1|c",
        "level.1:1|g|#level:4",
        "calls:1|c|#site:3",
        "time.1:T|ms|#site:3,guard:2",
        "spread.4:T|d",
        "level.1:0|g|#level:4",
        "ended.1.success:1|c|#site:3",
        "held.1:1|c",
        "fixed:T|ms",
        "fixed:T|d",
        "fixed:0|g",
        "fixed.success:1|c",
        "fixed:1|c",
    ];
    assert_lines(|| assert_eq!(shadowed(1, 2), 6), &lines);
}

#[test]
fn parameters_may_bear_the_names_of_the_expansions_locals() {
    #[statsd_count("a", tags(value = value, client = client, spot = spot, ending = ending))]
    #[statsd_measure("b", tags(guard = guard, value_0 = value_0, value_1 = value_1))]
    #[statsd_count_success("c.{value}", |never| *never > value, tags(ending = ending))]
    #[statsd_count_if("d.{value}", |ending| *ending > spot, tags(spot = spot))]
    fn shadowed(
        value: u8,
        client: u8,
        spot: u8,
        ending: u8,
        guard: u8,
        value_0: u8,
        value_1: u8,
    ) -> u8 {
        value + client + spot + ending + guard + value_0 + value_1
    }

    let lines = [
        "a:1|c|#value:1,client:2,spot:3,ending:4",
        "b:T|ms|#guard:5,value_0:6,value_1:7",
        "c.1.success:1|c|#ending:4",
        "d.1:1|c|#spot:3",
    ];
    assert_lines(|| assert_eq!(shadowed(1, 2, 3, 4, 5, 6, 7), 28), &lines);
}

#[test]
fn constants_and_statics_may_bear_the_names_of_the_expansions_locals() {
    use self::lower_case::*;

    #[statsd_measure("a", tags(value = value, value_0 = value_0))]
    #[statsd_gauge_inflight("b", client = the_client())]
    #[statsd_count_success("c", |it| *it > value, client = the_client())]
    #[statsd_count_if("d.{spot}", |it| *it > value)]
    fn shadowed() -> u8 {
        value + value_0 + client + spot + ending + _guard
    }

    let expected = ["a:T|ms|#value:1,value_0:5", "d.3:1|c"];
    assert_lines(|| assert_eq!(shadowed(), 21), &expected);
}

/// Every name that an expansion gives a local, as something that a pattern would match instead.
#[expect(non_upper_case_globals, reason = "they are in the way")]
mod lower_case {
    pub(super) const value: u8 = 1;
    pub(super) static client: u8 = 2;
    pub(super) const spot: u8 = 3;
    pub(super) const ending: u8 = 4;
    pub(super) const value_0: u8 = 5;
    pub(super) static _guard: u8 = 6;

    pub(super) fn the_client() -> ::statsd_client::Client {
        ::statsd_client::Client::builder().backend(::statsd_client::NullBackend).build().unwrap()
    }
}

#[test]
fn a_glob_import_in_the_body_changes_nothing() {
    enum Choice {
        Some,
        Ok,
        Err,
        None,
    }

    #[statsd_measure("choose")]
    #[statsd_count_success("choose", |choice| matches!(choice, Choice::Some), tag_error_class)]
    #[statsd_count_if("choose.{first}", |choice| matches!(choice, Choice::Ok))]
    fn choose(first: bool) -> Choice {
        use Choice::*;
        if first { Some } else { Ok }
    }

    let lines = ["choose:T|ms", "choose.success:1|c"];
    assert_lines(|| assert!(matches!(choose(true), Choice::Some)), &lines);
    let lines = ["choose:T|ms", "choose.failure:1|c", "choose.false:1|c"];
    assert_lines(|| assert!(matches!(choose(false), Choice::Ok)), &lines);
}

#[test]
fn a_trait_of_the_bodys_own_stays_in_the_body() {
    struct Stack(Vec<u8>);

    #[statsd_instrument(prefix = "stack", count, measure, count_success, gauge_inflight)]
    impl Stack {
        fn pop(&mut self) -> ::core::option::Option<u8> {
            trait Last {
                fn last(&mut self) -> ::core::option::Option<u8>;
            }
            impl Last for Vec<u8> {
                fn last(&mut self) -> ::core::option::Option<u8> {
                    self.pop()
                }
            }
            Last::last(&mut self.0)
        }
    }

    let lines = [
        "stack.pop.inflight:1|g",
        "stack.pop:1|c",
        "stack.pop.success:1|c",
        "stack.pop:T|ms",
        "stack.pop.inflight:0|g",
    ];
    assert_lines(|| assert_eq!(Stack(vec![3]).pop(), ::core::option::Option::Some(3)), &lines);
}
