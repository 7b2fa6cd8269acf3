//! Annotated functions that a `macro_rules!` makes, with each kind of fragment in each place.

use statsd_macros::{statsd_count, statsd_measure};

use crate::fake::{mark, seen};

macro_rules! from_parts {
    ($vis:vis $name:ident, $metric:literal, $tag:expr, $ty:ty, $body:block) => {
        #[statsd_measure($metric, tags(part = $tag, fixed = $metric), crate = crate::fake)]
        $vis fn $name() -> $ty $body
    };
}

macro_rules! item {
    ($item:item) => {
        #[statsd_count("item", crate = crate::fake)]
        $item
    };
}

macro_rules! local {
    ($name:ident) => {
        #[statsd_count("local.{value}", tags(value = value), crate = $crate::fake)]
        fn $name(value: u8) -> u8 {
            let guard = value;
            guard + 1
        }
    };
}

from_parts!(pub(super) block, "parts", 1 + 1, String, { mark("body"); String::new() });
from_parts!(private, "private", "text", u8, { 3 });

#[test]
fn fragments_arrive_as_if_they_were_written_there() {
    assert!(block().is_empty());
    let context = "parts part:2 fixed:parts";
    assert_eq!(seen(), [format!("start {context}"), "body".to_owned(), format!("stop {context}")]);
    assert_eq!(private(), 3);
    let context = "private part:text fixed:private";
    assert_eq!(seen(), [format!("start {context}"), format!("stop {context}")]);
}

#[test]
fn a_whole_item_may_be_a_fragment() {
    item! {
        fn whole(value: u8) -> u8 {
            value
        }
    }

    assert_eq!(whole(2), 2);
    assert_eq!(seen(), ["count item"]);
}

#[test]
fn names_in_a_macro_are_the_macros_own() {
    local!(hygienic);

    assert_eq!(hygienic(2), 3);
    assert_eq!(seen(), ["count local.2 value:2"]);
}
