use super::*;

fn refused(text: &str) -> String {
    pattern(text).expect_err(text)
}

#[test]
fn what_cannot_be_matched_in_bounded_time_is_refused_by_its_name() {
    for (text, expected) in [
        ("a(?=b)", "look-ahead, `(?=`, is not supported"),
        ("(?!b)", "look-ahead, `(?!`, is not supported"),
        ("(?<=b)", "look-behind, `(?<=`, is not supported"),
        ("(?<!b)", "look-behind, `(?<!`, is not supported"),
        (r"(a)\1", r"a back reference, `\1`, is not supported"),
        ("(?P<x>a)(?P=x)", "a back reference, `(?P=`, is not supported"),
        ("(a)?(?(1)b)", "a condition, `(?(`, is not supported"),
        ("(?>a)", "an atomic group, `(?>`, is not supported"),
        ("a++", "a possessive repetition (`*+`, `++`, `?+`) is not supported"),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_pattern_says_why() {
    for (text, expected) in [
        ("a**", "`*` repeats a repetition"),
        ("a{2}{3}", "`{3}` repeats a repetition"),
        ("[a", "a `[` has no `]`"),
        ("[a-", "a `[` has no `]`"),
        ("[\\", "a `[` has no `]`"),
        ("a\\", "it ends in a single `\\`"),
        ("(?#x", "the comment `(?#` has no end"),
        ("(a", "unclosed group"),
        ("a)", "unopened group"),
        ("*a", "repetition operator missing expression"),
        (r"\y", "unrecognized escape sequence"),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
    assert!(refused("(((((a{1000}){1000}){1000}){1000}){1000})").starts_with("it is too large"));
    let deep = format!("{}a{}", "(".repeat(200), ")".repeat(200));
    assert!(refused(&deep).contains("nest"), "{}", refused(&deep));
}

#[test]
fn what_means_something_else_in_the_crate_means_what_it_does_in_python() {
    for (text, finds, misses) in [
        (r"\<a\>", "<a>", "a"),
        (r"a\Z", "ba", "ab"),
        ("a{b", "a{b", "ab"),
        ("a{}", "a{}", "a"),
        ("^a{,2}$", "aa", "aaa"),
        ("^a{2}?$", "aa", "a"),
        ("[[]", "[", "]"),
        ("[]]", "]", "["),
        ("[^]]", "[", "]"),
        ("^[a&&b]$", "&", "c"),
        ("^[!--]$", "+", "."),
        ("^[a~~b]$", "~", "c"),
        (r"[\]]", "]", "\\"),
        ("^[a-]$", "-", "b"),
        (r"^[\w-]$", "-", "."),
        (r"^[[:alpha:]]$", "a]", "a"),
        (r"\056", ".", "x"),
        (r"[\56]", ".", "x"),
        (r"\0", "\0", "0"),
        (r"a(?#no matter)b", "ab", "a"),
        (r"a\ b", "a b", "ab"),
        (r"a\-\/\.b", "a-/.b", "a-/xb"),
        (r"(?:a|b)+?\.c", "ab.c", "ab-c"),
        ("é+", "éé", "e"),
        (r"\é", "é", "e"),
    ] {
        let regex = pattern(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert!(regex.is_match(finds), "{text} is in {finds:?}");
        assert!(!regex.is_match(misses), "{text} is not in {misses:?}");
    }
}
