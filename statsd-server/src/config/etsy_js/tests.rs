use proptest::prelude::*;

use super::*;
use crate::config::{Config, GraphiteProtocol, Health, Output, RepeaterProtocol};

mod meaning;
mod proxy;
mod round_trip;

fn loaded(text: &str) -> Loaded {
    read(text).unwrap_or_else(|error| panic!("{error}"))
}

fn config(text: &str) -> Config {
    loaded(text).config
}

fn error(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// The value of `title`, by which literals are tried out.
fn title(literal: &str) -> String {
    config(&format!("{{ title: {literal} }}")).title.unwrap_or_default()
}

#[test]
fn an_object_is_read_however_it_is_handed_over() {
    for text in [
        "{ port: 9 }",
        "\u{feff}{ port: 9 };",
        "({ port: 9 });",
        "( ( { 'port': 9, } ) )",
        "module.exports = { port: 9 };\n",
        "module . exports=({\"port\":9})",
        "exports = { port: 9 }",
        "// one\n/* two */ { /* three */ port /**/ : /***/ 9 // four\n } // five",
        "{ port: 1, port: 9 }",
        "{ port: '9' }",
        "{ port: 0x9 }",
        "{ port: 3 * 3 }",
        "{ port: 10 - 2 / 2, }",
    ] {
        assert_eq!(config(text).statsd[0].to_string(), "udp 0.0.0.0:9", "{text}");
    }
}

#[test]
fn numbers_are_javascripts() {
    let interval =
        |number: &str| config(&format!("{{flushInterval: {number}}}")).flush_interval.as_secs_f64();
    for (number, seconds) in [
        ("1e3", 1.0),
        ("1E+3", 1.0),
        ("10000e-1", 1.0),
        ("0x3e8", 1.0),
        ("0xE+1000-0xe", 1.0),
        ("0b1111101000", 1.0),
        ("0o1750", 1.0),
        ("01750", 1.0),
        ("0890", 0.89),
        ("1_000", 1.0),
        ("1000.", 1.0),
        (".5 * 2000", 1.0),
        ("60 * 1000", 60.0),
        ("+1000", 1.0),
        ("- -1000", 1.0),
        ("(2 + 3) * 200", 1.0),
        ("'1000'", 1.0),
        ("' 1e3 '", 1.0),
        ("250.5", 0.2505),
        ("0", 10.0),
        ("null", 10.0),
        ("undefined", 10.0),
        ("''", 10.0),
    ] {
        assert_eq!(interval(number), seconds, "{number}");
    }
    for number in ["10s", "0x", "1__0", "1_", "1.2.3", "0b12", "10n", "1e", "0xg"] {
        let error = error(&format!("{{flushInterval: {number}}}"));
        assert_eq!(error, format!("line 1, column 17: `{number}` is not a number"));
    }
    assert_eq!(error("{port: -1}"), "line 1, column 8: `port` is -1, which is no port");
    assert_eq!(
        error("{port: 'x'}"),
        "line 1, column 8: `port` is to be a finite number, not a text"
    );
    assert!(
        error("{flushInterval: -5}")
            .ends_with("`flushInterval` is -5 ms, which is no time to wait")
    );
    assert!(
        error("{flushInterval: Infinity}").contains("`flushInterval` is to be a finite number")
    );
}

#[test]
fn texts_are_javascripts() {
    for (literal, text) in [
        (r#""a'b""#, "a'b"),
        (r#"'a"b'"#, "a\"b"),
        ("`a 'b' $ {c}`", "a 'b' $ {c}"),
        (r"'\n\t\x41\u0041\u{1f600}\uD83D\uDE00\q\\'", "\n\tAA😀😀q\\"),
        ("'a\\\nb'", "ab"),
        ("'stats' + '.' + \"web\"", "stats.web"),
        ("`a\r\nb`", "a\nb"),
        ("12", "12"),
    ] {
        assert_eq!(title(literal), text, "{literal}");
    }
    for (literal, words) in [
        ("'abc", "column 10: this text has no end: `'` is missing"),
        ("'a\nb'", "column 10: this text has no end: `'` is missing"),
        ("`a${b}`", "column 12: `${…}` is not evaluated here: write the text out"),
        (r"'\u12'", "column 11: `\\u` wants the four hexadecimal digits of a character"),
        (r"'\uD83Dx'", "column 11: `\\u` wants"),
        (r"'\xg0'", "column 11: `\\x` wants two hexadecimal digits"),
        (r"'\101'", "column 11: a backslash before a digit"),
    ] {
        let error = error(&format!("{{ title: {literal} }}"));
        assert!(error.contains(words), "{error}");
    }
}

#[test]
fn what_would_have_to_be_run_is_refused_with_what_to_write() {
    for (text, words) in [
        (
            "{\n  graphiteHost: process.env.GRAPHITE_HOST || 'localhost'\n}",
            "line 2, column 17: `process.env.GRAPHITE_HOST` is not read here: write the value, or leave \
             the key out and give it as a flag or a STATSD_SERVER_ variable (see --help)",
        ),
        (
            "{a: {globalSuffix: require('os').hostname().split('.')[0]}}",
            "line 1, column 20: `require(…)` is not called here: write the value that it would yield",
        ),
        ("{port: parseInt('8125', 10)}", "line 1, column 8: `parseInt(…)` is not called here"),
        ("{port: Number.parseInt ('1')}", "line 1, column 8: `Number.parseInt(…)` is not called"),
        ("(function () { return {} })()", "line 1, column 2: functions are not run here"),
        ("(() => ({}))()", "line 1, column 2: functions are not run here"),
        ("{a: x => 1}", "line 1, column 5: functions are not run here"),
        ("{a() {}}", "line 1, column 3: nothing is called here"),
        ("var config = {}", "line 1, column 1: `var` is run by JavaScript"),
        ("{port: 8125 || 1}", "line 1, column 13: `||` is not evaluated here: write the value"),
        ("{debug: 1 ? 2 : 3}", "line 1, column 11: `?` is not evaluated here"),
        ("{debug: 1 == 1}", "line 1, column 11: `==` is not evaluated here"),
        ("{title: 'a'.toUpperCase()}", "line 1, column 12: `.toUpperCase` is not evaluated here"),
        (
            "{title: 'a' + 1}",
            "line 1, column 9: `+` with a text and a number is not evaluated here",
        ),
        ("{title: statsd}", "line 1, column 9: `statsd` is not a value: a text stands in quotes"),
        ("{...defaults}", "line 1, column 2: `...` is not evaluated here"),
        ("{[key]: 1}", "line 1, column 2: a key in brackets is not evaluated here"),
        ("{port}", "line 1, column 6: expected `:` after the key `port`, found `}`"),
        ("{port: 1\nhost: 2}", "line 2, column 1: expected `,` or `}`, found `h`"),
        ("{a: [1,,2]}", "line 1, column 8: an empty place before this `,`"),
        ("{a: [1 2]}", "line 1, column 8: expected `,` or `]`, found `2`"),
        ("{", "line 1, column 2: expected a key, found the end of the file"),
        ("{} {}", "line 1, column 4: expected the end of the file, found `{`"),
        ("", "line 1, column 1: expected a value, found the end of the file"),
        ("port: 8125", "line 1, column 1: `port:` stands outside of `{…}`"),
        ("/* {}", "line 1, column 1: this comment has no end"),
        ("/*/ {}", "line 1, column 1: this comment has no end"),
        ("[1]", "line 1, column 1: a configuration is an object, `{ … }`, not a list"),
        ("'é' 1", "line 1, column 5: expected the end of the file, found `1`"),
    ] {
        let error = error(text);
        assert!(error.starts_with(words), "{text}\n{error}");
    }
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [("[", "]"), ("(", ")"), ("{a:", "}"), ("- ", ""), ("!", "")] {
        let text =
            |levels: usize| format!("{{x: {}1{}}}", open.repeat(levels), close.repeat(levels));
        assert!(read(&text(63)).is_ok(), "{open}");
        let error = error(&text(100_000));
        assert!(error.ends_with("this stands more than 64 levels deep"), "{error}");
    }
}

/// Every form that is read, and every key; each prefix of it is a file that somebody cut off.
const EVERYTHING: &str = include_str!("tests/everything.js");

#[test]
fn no_prefix_panics() {
    for (at, _) in EVERYTHING.char_indices() {
        let _read = read(&EVERYTHING[..at]);
    }
    loaded(EVERYTHING);
}

proptest! {
    #[test]
    fn no_input_panics(text in "\\PC*") {
        let _read = read(&text);
    }

    /// Pieces of the language in any order come further than any text.
    #[test]
    fn no_pieces_panic(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        let _read = read(&pieces.concat());
        let _read = read(&format!("{{ {} }}", pieces.join(" ")));
    }

    /// A file with one character replaced.
    #[test]
    fn no_slip_panics(at in 0..EVERYTHING.len(), slip in any::<char>()) {
        let start = (0..=at).rev().find(|at| EVERYTHING.is_char_boundary(*at)).unwrap_or(0);
        let mut text = EVERYTHING.to_owned();
        text.remove(start);
        text.insert(start, slip);
        let _read = read(&text);
    }
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    ",",
    ":",
    ";",
    "=",
    "+",
    "-",
    "*",
    "/",
    "%",
    "!",
    ".",
    "'",
    "\"",
    "`",
    "\\",
    "${",
    "/*",
    "*/",
    "//",
    "\n",
    "\r\n",
    "port",
    "servers",
    "graphite",
    "histogram",
    "bins",
    "metric",
    "keyFlush",
    "repeater",
    "host",
    "backends",
    "0x",
    "1e",
    "1",
    "0.5",
    "'inf'",
    "null",
    "undefined",
    "true",
    "Infinity",
    "NaN",
    "process.env.X",
    "require(",
    "=>",
    "module.exports =",
    "'./backends/console'",
    "\\u",
    "\\uD83D",
    "é",
    "😀",
    "\u{feff}",
    "\u{2028}",
    "percentThreshold",
];
