use std::fmt::Debug;

use proptest::prelude::*;
use statsd_whisper::AggregationMethod;

use super::super::NoteKind;
use super::*;

fn schemas(text: &str) -> (Vec<StorageSchema>, Vec<String>) {
    told(carbon::schemas(text))
}

fn aggregations(text: &str) -> (Vec<StorageAggregation>, Vec<String>) {
    told(carbon::aggregations(text))
}

/// The rules, and the notes with their kinds.
fn told<T>(read: CarbonRules<T>) -> (Vec<T>, Vec<String>) {
    let (rules, notes) = read.unwrap();
    (rules, notes.iter().map(|note| format!("{:?}: {note}", note.kind)).collect())
}

fn error<T: Debug>(read: CarbonRules<T>) -> String {
    read.unwrap_err().to_string()
}

/// What people run StatsD with: carbon's example, and the deck's archives.
const SCHEMAS: &str = "\
# Carbon's internal metrics.
[carbon]
pattern = ^carbon\\.
retentions = 60:90d

[stats]
Pattern: ^stats.*
RETENTIONS = 10:2160,60:10080,600:262974
; a comment of the other kind
[mixed]
pattern = \\.mixed\\.
retentions = 10s:6h,
    1min:6d,
# a comment within a value
    10min:1800d
[default_1min_for_1day]
pattern = .*
retentions = 60s:1d,5m:30d,1h:3y
";

#[test]
fn carbons_schemas_are_read_in_the_order_of_the_file() {
    let (rules, notes) = schemas(SCHEMAS);
    assert_eq!(notes, [""; 0]);
    let shown: Vec<_> = rules
        .iter()
        .map(|rule| format!("{}: {} {}", rule.name, rule.pattern, rule.retentions))
        .collect();
    let expected = [
        r"carbon: ^carbon\. 60:129600",
        "stats: ^stats.* 10:2160,60:10080,600:262974",
        r"mixed: \.mixed\. 10:2160,60:8640,600:259200",
        "default_1min_for_1day: .* 60:1440,300:8640,3600:26280",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn carbons_aggregations_are_read_in_the_order_of_the_file() {
    // The usual set for StatsD.
    let (rules, notes) = aggregations(
        "[min]\npattern = \\.(min|lower(_\\d+)?)$\nxFilesFactor = 0.1\naggregationMethod = min\n\n\
         [count]\npattern = \\.count$|^stats_counts\\.\nxFilesFactor = 0\naggregationMethod = sum\n\n\
         [default_average]\npattern = .*\nxFilesFactor = 0.3\n[bare]\npattern = x",
    );
    assert_eq!(notes, [""; 0]);
    let shown: Vec<_> = rules
        .iter()
        .map(|rule| (rule.method.unwrap().0, rule.x_files_factor.unwrap().get()))
        .collect();
    let (average, half) = (AggregationMethod::Average, 0.5);
    let expected = [
        (AggregationMethod::Min, 0.1),
        (AggregationMethod::Sum, 0.0),
        (average, 0.3),
        (average, half),
    ];
    assert_eq!(shown, expected, "what a section does not say is as carbon's library has it");
    assert!(rules[0].pattern.regex().is_match("stats.timers.web.lower_90"));
}

#[test]
fn sections_that_lack_something_are_left_out_and_named() {
    let (rules, notes) = schemas(
        "[a]\npattern = a\n[b]\nretentions = 10:6\n[c]\npattern =\nretentions = 10:6\n\
         [d]\npattern = d\nretentions = 10:6\npriority = 100\ncompressed = true\nretention = 1",
    );
    assert_eq!(rules.len(), 1);
    let expected = [
        "Warning: line 1: [a] has no `retentions`: it is left out",
        "Warning: line 3: [b] has no `pattern`: it is left out",
        "Warning: line 5: [c] has no `pattern`: it is left out",
        "Warning: line 11: [d] `priority` has no effect: sections are tried in the order of the file, \
         as carbon does; go-carbon sorts by it",
        "Note: line 12: [d] `compressed` is go-carbon's: it has no effect",
        "Warning: line 13: [d] unknown key `retention`: it has no effect",
    ];
    assert_eq!(notes, expected);
    let (rules, notes) = aggregations("[a]\naggregationMethod = sum");
    assert!(rules.is_empty());
    assert_eq!(notes, ["Warning: line 1: [a] has no `pattern`: it is left out"]);
}

#[test]
fn what_cannot_be_is_refused_with_line_and_section() {
    let retention =
        |text: &str| error(carbon::schemas(&format!("[s]\npattern = a\nretentions = {text}")));
    for (text, reason) in [
        ("0:5", r#"line 3: [s] retentions: "0:5": a step of 0 seconds"#),
        (
            "180s:7d,300s:30d",
            r#"line 3: [s] retentions: "180s:7d,300s:30d": the step of 180:3360 does not divide that of 300:8640"#,
        ),
        ("10x:6h", r#"line 3: [s] retentions: "10x:6h": "x" is not a unit (s, m, h, d, w, y)"#),
        ("10s", r#"line 3: [s] retentions: "10s": no colon between step and length"#),
    ] {
        assert_eq!(retention(text), reason);
    }
    let pattern =
        |text: &str| error(carbon::schemas(&format!("[s]\npattern = {text}\nretentions = 1:5")));
    for (text, reason) in [
        ("^(?!stats)", "look-ahead, `(?!`, is not supported"),
        (r"(a)\1", r"a back reference, `\1`, is not supported"),
        ("(?P<x>a)(?P=x)", "a back reference, `(?P=`, is not supported"),
        ("a(b", "unclosed group"),
        ("[a", "a `[` has no `]`"),
    ] {
        assert_eq!(pattern(text), format!("line 2: [s] pattern: {text:?}: {reason}"));
    }
    let method = error(carbon::aggregations("[s]\npattern = a\naggregationMethod = mean"));
    assert!(method.starts_with("line 3: [s] aggregationmethod: \"mean\": "), "{method}");
    for factor in ["1.5", "-0.1", "nan", "half"] {
        let wrong =
            error(carbon::aggregations(&format!("[s]\npattern = a\nxFilesFactor = {factor}")));
        assert!(wrong.starts_with("line 3: [s] xfilesfactor: "), "{wrong}");
    }
    let both = error(carbon::schemas("[a]\npattern = (\nretentions = 0:5"));
    assert_eq!(both.lines().count(), 2, "all mistakes at once: {both}");
    let soon = error(carbon::schemas("[a]\npattern = a\nretentions = 1:5\ndelete_after = 5m"));
    assert!(soon.starts_with("line 4: [a] delete_after: 300s is less than an hour"), "{soon}");
}

#[test]
fn a_file_that_is_none_is_refused_line_by_line() {
    let wrong = |text: &str| error(carbon::schemas(text));
    assert_eq!(wrong("pattern = a"), "line 1: `pattern` stands before the first [section]");
    assert_eq!(
        wrong("[a]\nnothing"),
        "line 2: \"nothing\" is neither `[section]` nor `key = value`"
    );
    assert_eq!(wrong("[a]\n[a]"), "line 2: [a] stands there already, in line 1");
    assert_eq!(wrong("[a]\nb = 1\nB = 2"), "line 3: [a] has `b` already, in line 2");
    assert!(wrong("[DEFAULT]\nretentions = 10:6").contains("write its keys into each section"));
    assert!(wrong("[a]\npattern = %(b)s").contains("values of other keys"));
}

#[test]
fn a_percent_sign_is_doubled_as_for_pythons_reader() {
    let (rules, _) = schemas("[a]\npattern = ^cpu%%$\nretentions = 10:6");
    assert_eq!(rules[0].pattern.as_str(), "^cpu%$");
}

#[test]
fn patterns_mean_what_python_means_by_them() {
    for (pattern, found, not_found) in [
        (r"load\Z", "a.load", "load.a"),
        (r"a\<b\>", "a<b>", "ab"),
        ("a{b}", "a{b}", "ab"),
        ("^a{,2}$", "aa", "aaa"),
        ("^a{2}$", "aa", "aaa"),
        ("^a{2,}$", "aaa", "a"),
        ("[[]", "a[0]", "a"),
        ("^[a&&b]$", "&", "c"),
        ("^[]a]$", "]", "b"),
        ("^[^]a]$", "b", "]"),
        (r"^[\]a]$", "]", "b"),
        ("^[+--]$", ",", "."),
        (r"^\d+$", "12", "a"),
        ("a+?b", "aab", "b"),
        ("(?i)LOAD", "load", "a"),
        ("(?P<host>web)", "web", "db"),
        ("(?:a|b)c", "bc", "ab"),
        (r"a\-b\_c", "a-b_c", "ab"),
        ("ü", "ü", "u"),
    ] {
        let regex = pattern.parse::<Pattern>().unwrap();
        assert!(regex.regex().is_match(found), "{pattern} in {found}");
        assert!(!regex.regex().is_match(not_found), "{pattern} in {not_found}");
    }
    for (pattern, reason) in [
        ("(?<=a)b", "look-behind"),
        ("(?>a)", "an atomic group"),
        ("a++", "a possessive repetition"),
        ("a{2}+", "a possessive repetition"),
        ("(a)?(?(1)b)", "a condition"),
        ("a\\", "it ends in a single `\\`"),
        (r"(\w{1000}){1000}", "it is too large"),
    ] {
        let wrong = pattern.parse::<Pattern>().unwrap_err();
        assert!(wrong.contains(reason), "{pattern}: {wrong}");
    }
}

#[test]
fn toml_says_the_same() {
    let text = "
        [store]
        delete_after = '30d'
        [[schema]]
        name = 'stats'
        pattern = '^stats.*'
        retentions = '10:2160,60:10080,600:262974'
        delete_after = '2d'
        [[aggregation]]
        pattern = '\\.count$'
        method = 'sum'
        x_files_factor = 0.1
        [[aggregation]]
        pattern = 'x'
    ";
    let config = Config::parse(text).unwrap();
    assert_eq!(config.schema[0].retentions.to_string(), "10:2160,60:10080,600:262974");
    assert_eq!(config.schema[0].delete_after, Some(Duration::from_secs(2 * 86_400)));
    assert_eq!(config.aggregation[0].method, Some(Method(AggregationMethod::Sum)));
    assert_eq!(config.aggregation[1].x_files_factor, None);
    assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
    let wrong = |text: &str| Config::parse(text).unwrap_err().to_string();
    let bad = wrong("[[schema]]\npattern = 'a'\nretentions = '0:5'");
    assert_eq!(bad, r#"line 3: "0:5": a step of 0 seconds"#);
    let bad = wrong("[[schema]]\npattern = '(?!a)'\nretentions = '1:5'");
    assert!(bad.starts_with("line 2: ") && bad.contains("look-ahead"), "{bad}");
    let bad = wrong("[[aggregation]]\npattern = 'a'\nx_files_factor = 2.0");
    assert_eq!(bad, "line 3: the xFilesFactor 2 is not within 0 and 1");
    let bad = wrong("[store]\ndelete_after = '10m'");
    assert!(bad.starts_with("store.delete_after: 600s is less than an hour"), "{bad}");
}

#[test]
fn carbons_files_follow_our_rules_and_their_mistakes_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    fs_err::write(path("schemas"), SCHEMAS).unwrap();
    fs_err::write(path("aggregation"), "[a]\npattern = a\nname = b").unwrap();
    let text = format!(
        "[store]\nschemas = '{}'\naggregation = '{}'\n[[schema]]\npattern = 'first'\nretentions = '1:5'",
        path("schemas").display(),
        path("aggregation").display()
    );
    let config = Config::parse(&text).unwrap();
    let rules = config.storage_rules().unwrap();
    assert_eq!((rules.schemas.len(), rules.aggregations.len()), (5, 1));
    assert_eq!(rules.schemas[0].pattern.as_str(), "first");
    let (file, note) = &rules.notes[0];
    assert_eq!(note.kind, NoteKind::Warning);
    let expected = format!("{}:3: [a] unknown key `name`: it has no effect", file.display());
    assert_eq!(note.in_file(file), expected);

    fs_err::write(path("schemas"), "[s]\npattern = a\nretentions = 0:5").unwrap();
    fs_err::write(path("aggregation"), "[a]\npattern = (").unwrap();
    let wrong = config.storage_rules().unwrap_err().to_string();
    let (schemas, aggregation) = (path("schemas"), path("aggregation"));
    let expected = format!(
        "{}:3: [s] retentions: \"0:5\": a step of 0 seconds\n{}:2: [a] pattern: \"(\": unclosed group",
        schemas.display(),
        aggregation.display()
    );
    assert_eq!(wrong, expected);
    fs_err::remove_file(path("schemas")).unwrap();
    assert!(
        config.storage_rules().unwrap_err().to_string().contains(&schemas.display().to_string())
    );
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "(\\[[a-c]\\]\n|pattern *[=:] *.{0,12}\n|retentions = [0-9smhdwy:, ]{0,12}\n|.{0,12}\n){0,8}") {
        let _ = carbon::schemas(&text);
        let _ = carbon::aggregations(&text);
    }

    #[test]
    fn no_pattern_makes_the_translation_panic(text in r"(\|\[|\]|[(){}?*+<>=!P:^$a-c1,&~.-]){0,24}") {
        let _ = text.parse::<Pattern>();
    }
}
