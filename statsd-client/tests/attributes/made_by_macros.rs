//! Annotated functions that a `macro_rules!` makes, with each kind of fragment in each place.

use statsd_client::{statsd_count, statsd_count_if, statsd_count_success, statsd_measure};

use crate::wire::{assert_lines, mark};

macro_rules! from_parts {
    ($vis:vis $name:ident, $metric:literal, $tag:expr, $ty:ty, $body:block) => {
        #[statsd_count_success($metric, |_| true, tags(part = $tag))]
        #[statsd_measure($metric, tags(part = $tag, fixed = $metric))]
        $vis fn $name() -> $ty $body
    };
}

macro_rules! item {
    ($item:item) => {
        #[statsd_count("item")]
        $item
    };
}

macro_rules! local {
    ($name:ident) => {
        #[statsd_count("local.{value}", tags(value = value))]
        #[statsd_count_if("local", |guard| *guard > 1)]
        fn $name(value: u8) -> u8 {
            let guard = value;
            guard + 1
        }
    };
}

macro_rules! judged {
    ($name:ident, $judge:expr, $condition:path) => {
        #[statsd_count_success("judged", $judge)]
        #[statsd_count_if("held", $condition)]
        fn $name(value: Option<u8>) -> Option<u8> {
            value
        }
    };
}

from_parts!(pub(super) block, "parts", 1 + 1, String, { mark("body"); String::new() });
from_parts!(private, "private", "text", u8, { 3 });

#[test]
fn fragments_arrive_as_if_they_were_written_there() {
    let lines = ["body:1|c", "parts.success:1|c|#part:2", "parts:T|ms|#part:2,fixed:parts"];
    assert_lines(|| assert!(block().is_empty()), &lines);
    let lines = ["private.success:1|c|#part:text", "private:T|ms|#part:text,fixed:private"];
    assert_lines(|| assert_eq!(private(), 3), &lines);
}

#[test]
fn a_whole_item_may_be_a_fragment() {
    item! {
        fn whole(value: u8) -> u8 {
            value
        }
    }

    assert_lines(|| assert_eq!(whole(2), 2), &["item:1|c"]);
}

#[test]
fn names_in_a_macro_are_the_macros_own() {
    local!(hygienic);

    let lines = ["local.2:1|c|#value:2", "local:1|c"];
    assert_lines(|| assert_eq!(hygienic(2), 3), &lines);
}

macro_rules! named {
    ($name:ident, $metric:expr, $tag:expr) => {
        #[statsd_count($metric, tags(made = $tag))]
        fn $name() {}
    };
}

#[test]
fn closures_may_be_fragments() {
    named!(literal, "literal", || 1 + 1);
    named!(made, || ["a", "b"].concat(), || "made");

    assert_lines(literal, &["literal:1|c|#made:2"]);
    assert_lines(made, &["ab:1|c|#made:made"]);
}

#[test]
fn what_judges_a_value_may_be_a_fragment() {
    judged!(closure, |value| *value == Some(2), Option::is_some);
    judged!(path, Option::is_none, Option::is_none);

    let lines = ["judged.failure:1|c", "held:1|c"];
    assert_lines(|| assert_eq!(closure(Some(1)), Some(1)), &lines);
    assert_lines(|| assert_eq!(path(None), None), &["judged.success:1|c", "held:1|c"]);
}
