use proptest::prelude::*;

use super::*;

fn path(text: &str) -> String {
    let Expr::Path(path) = parse(text).unwrap();
    path
}

fn error(text: &str) -> String {
    parse(text).unwrap_err().to_string()
}

#[test]
fn names_and_globs_stand_as_they_are() {
    for text in [
        "a",
        "a.b",
        "servers.web0[13].cpu.*",
        "servers.{web,db{1,2}}0?.cpu",
        "weird.a+b.c@d",
        "weird.10.20",
        "weird.with-dash.under_score.colon:name",
        "weird.ümlaut.größe",
        "disk.used;datacenter=dc1;rack=a1",
        "a.[!b].{,c}",
    ] {
        assert_eq!(path(text), text);
    }
}

#[test]
fn blanks_around_a_target_do_not_matter() {
    assert_eq!(path(" \ta.b \n"), "a.b");
}

#[test]
fn a_backslash_makes_a_symbol_part_of_the_name() {
    assert_eq!(path(r"a\(1\).b"), "a(1).b");
    assert_eq!(error(r"a.b\"), "nothing follows the backslash at character 4");
}

#[test]
fn a_call_names_the_function_and_its_place() {
    assert_eq!(error("sumSeries(a.*)"), "function sumSeries is not supported at character 0");
    assert_eq!(error("  scale (a, 2)"), "function scale is not supported at character 2");
    assert_eq!(error("a.b | scale(2)"), "function scale is not supported at character 6");
    assert_eq!(error("sumSeries("), "function sumSeries is not supported at character 0");
}

#[test]
fn what_follows_a_path_is_an_error_with_its_place() {
    assert_eq!(error("a.b c"), "unexpected 'c' at character 4");
    assert_eq!(error("größe)"), "unexpected ')' at character 5");
    assert_eq!(error("a,b"), "unexpected ',' at character 1");
    assert_eq!(error("a}"), "unexpected '}' at character 1");
    assert_eq!(error("a<script>'"), "unexpected '\\'' at character 9");
}

#[test]
fn nodes_are_never_empty() {
    assert_eq!(error(""), "expected a series name at character 0");
    assert_eq!(error(".a"), "empty node at character 0");
    assert_eq!(error("a..b"), "empty node at character 2");
    assert_eq!(error("a."), "expected a node after the dot at character 2");
    assert_eq!(error("a|"), "expected a series name at character 2");
}

#[test]
fn braces_are_closed_within_their_node() {
    assert_eq!(error("a.{b,c"), "brace is not closed at character 2");
    assert_eq!(error("a.{b{c}"), "brace is not closed at character 2");
    assert_eq!(error("a.{b.c}"), "dot inside of braces at character 4");
}

#[test]
fn a_target_over_the_limit_is_refused() {
    let reason = error(&"a".repeat(TARGET_MAX_BYTES + 1));
    assert_eq!(reason, "target is longer than 16384 bytes at character 0");
}

proptest! {
    #[test]
    fn no_text_panics_and_places_lie_within_it(text in r#"[a-c.{},*\[\]()|\\'"ü ]{0,24}"#) {
        if let Err(error) = parse(&text) {
            prop_assert!(error.at <= text.chars().count());
        }
    }
}
