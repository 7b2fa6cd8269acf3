//! What the compiler says about misused attributes and call macros, word for word and caret for caret.
//!
//! Half of every message is rustc's own, so they are compared on the compiler they were blessed
//! with: `TRYBUILD=overwrite cargo test -p statsd-client --test ui`.

// A type that another crate has a namesake of is called by its whole path, so they are those of the default
// features.
#![cfg(all(feature = "macros", feature = "instrument"))]
#![cfg(not(any(feature = "metrics", feature = "serde", feature = "tracing")))]

use std::process::Command;

const BLESSED_WITH: &str = "rustc 1.95.";

#[test]
fn mistakes_say_what_is_wrong_and_what_to_write_instead() {
    let tests = trybuild::TestCases::new();
    tests.pass("tests/ui/pass/*.rs");
    let compiler = Command::new("rustc").arg("--version").output().unwrap().stdout;
    let compiler = String::from_utf8(compiler).unwrap();
    if compiler.starts_with(BLESSED_WITH) {
        tests.compile_fail("tests/ui/*.rs");
    } else {
        println!("the messages are not compared: this is {compiler}, not {BLESSED_WITH}x");
    }
}
