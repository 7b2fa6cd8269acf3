//! What the compiler says about a misused attribute, word for word and caret for caret.
//!
//! Half of every message is rustc's own, so they are compared on the compiler they were blessed
//! with: `TRYBUILD=overwrite cargo test -p statsd-macros --test ui`.

use std::process::Command;

const BLESSED_WITH: &str = "rustc 1.95.";

#[test]
fn misused_attributes_say_where_they_belong() {
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
