//! How the macros may be written, also where names are taken.

use statsd_client::testing::{Seen, capture};

use super::*;

/// What a program may be unlucky enough to have.
mod unlucky {
    #![allow(dead_code, unused_imports, unused_macros, reason = "they are only to be in the way")]

    mod core {}
    mod std {}
    mod statsd_client {}
    macro_rules! panic {
        ($($all:tt)*) => {
            compile_error!("not this one")
        };
    }
    use panic;

    enum Impostor {
        Some,
        None,
    }
    use Impostor::{None, Some};

    fn expect() {}
    fn capture() {}

    pub(super) fn asserts(seen: &::statsd_client::testing::Seen) -> i32 {
        let (value, capture_of, call) = (1, 2, 3);
        ::statsd_client::assert_statsd_increment!(seen, "orders", value = 1, tags(plan = "pro"));
        ::statsd_client::assert_statsd_calls!(seen, any("orders"), increment("b", times = 0));
        ::statsd_client::assert_no_statsd_calls!(seen, "b.*", no_prefix);
        ::statsd_client::assert_statsd_calls!(in order, { value + capture_of + call })
    }
}

fn seen() -> Seen {
    capture(|| statsd_client::count!("orders", 1, tags(plan = "pro")))
}

#[test]
fn it_means_the_same_wherever_it_is_written() {
    assert_eq!(unlucky::asserts(&seen()), 6);
}

#[test]
fn names_and_values_may_be_made_at_run_time() {
    const NAME: &str = "orders";
    let (name, plan, times) = (String::from(NAME), "pro", 1);
    let seen = seen();
    statsd_client::assert_statsd_increment!(seen, NAME);
    statsd_client::assert_statsd_increment!(&seen, &name, times, times = times, tags(plan = plan));
    statsd_client::assert_statsd_increment!(&seen, format!("{name}"), tags("plan" = plan),);
    statsd_client::assert_statsd_increment!(NAME, || statsd_client::increment(&name));
    statsd_client::assert_statsd_increment!(name.as_str(), move || statsd_client::increment(NAME),);
    statsd_client::assert_no_statsd_calls!(capture(|| ()), name, NAME);
}

#[test]
fn a_block_stays_in_its_function() {
    fn work(text: &str) -> Result<i32, std::num::ParseIntError> {
        let number = statsd_client::assert_statsd_increment!("parsed", {
            let number: i32 = text.parse()?;
            statsd_client::increment("parsed");
            number
        });
        Ok(number + 1)
    }
    assert_eq!(work("41"), Ok(42));
    // The question mark ends the capture, and asserts nothing.
    assert!(work("no number").is_err());
    let (client, captured) = client(|builder| builder);
    client.increment("behind");
    assert!(client.flush(PATIENCE));
    assert_eq!(captured.lines(), ["behind:1|c"]);
}

#[test]
fn an_assertion_fails_in_its_own_line() {
    use std::cell::Cell;
    use std::panic::{set_hook, take_hook};
    thread_local!(static LINE: Cell<(bool, u32)> = const { Cell::new((false, 0)) });
    let former = take_hook();
    set_hook(Box::new(move |panic| {
        if let Some(place) = panic.location() {
            LINE.set((place.file().ends_with("grammar.rs"), place.line()));
        }
        former(panic);
    }));
    let seen = seen();
    let line = line!();
    failure(|| statsd_client::assert_statsd_increment!(seen, "a"));
    assert_eq!(LINE.get(), (true, line + 1));
    failure(|| statsd_client::assert_statsd_calls!(seen, in order, increment("a")));
    assert_eq!(LINE.get(), (true, line + 3));
    failure(|| statsd_client::assert_no_statsd_calls!(seen));
    assert_eq!(LINE.get(), (true, line + 5));
    failure(|| statsd_client::assert_statsd_set!("a", || ()));
    assert_eq!(LINE.get(), (true, line + 7));
    failure(|| statsd_client::assert_statsd_set!("a", { drop(String::new()) }));
    assert_eq!(LINE.get(), (true, line + 9));
}
