//! Everything that an expansion mentions exists here under the same name and means something else.

#![expect(dead_code, unused_macros, reason = "most of it is here to be in the way")]

use statsd_macros::{statsd_count, statsd_measure};

use crate::fake::seen;

mod core {}
mod std {}
mod statsd_client {}
mod __private {}

struct CountSite;
struct TimeSite;
struct Option;
struct Result;
static SITE: u8 = 3;

macro_rules! format_args {
    ($($any:tt)*) => {
        compile_error!("not the one that was meant")
    };
}

const fn drop<T>(value: T) -> T {
    value
}

const fn start() {}
const fn count() {}
const fn check_name() {}

#[test]
fn the_users_names_do_not_reach_the_expansion_nor_its_names_the_user() {
    #[statsd_count("calls", tags(site = SITE), crate = crate::fake)]
    #[statsd_measure("time.{plain}", tags(site = SITE, guard = _guard), crate = crate::fake)]
    #[statsd_count("fixed", crate = crate::fake)]
    #[statsd_measure("fixed", crate = crate::fake)]
    #[expect(clippy::used_underscore_binding, reason = "the name that the expansion uses too")]
    fn shadowed(plain: u8, _guard: u8) -> u8 {
        let sum = plain + _guard + SITE;
        drop(sum)
    }

    assert_eq!(shadowed(1, 2), 6);
    let lines = [
        "start fixed",
        "count fixed",
        "start time.1 site:3 guard:2",
        "count calls site:3",
        "stop time.1 site:3 guard:2",
        "stop fixed",
    ];
    assert_eq!(seen(), lines);
}

#[test]
fn a_glob_import_in_the_body_changes_nothing() {
    enum Choice {
        Some,
        Ok,
    }

    #[statsd_measure("choose", crate = crate::fake)]
    fn choose(first: bool) -> Choice {
        use Choice::*;
        if first { Some } else { Ok }
    }

    assert!(matches!(choose(true), Choice::Some));
    assert_eq!(seen(), ["start choose", "stop choose"]);
}
