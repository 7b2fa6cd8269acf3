use super::*;

const INTERVAL: Duration = Duration::from_secs(10);

fn rule(name: &str, pattern: &str, retentions: &str) -> SchemaRule {
    SchemaRule {
        name: name.to_owned(),
        pattern: Regex::new(pattern).unwrap(),
        retentions: statsd_whisper::parse_retentions(retentions).unwrap(),
        delete_after: None,
    }
}

fn aggregation(
    pattern: &str,
    method: Option<AggregationMethod>,
    xff: Option<f32>,
) -> AggregationRule {
    let pattern = Regex::new(pattern).unwrap();
    AggregationRule { name: pattern.to_string(), pattern, method, x_files_factor: xff }
}

#[test]
fn without_rules_the_defaults_hold_as_they_are() {
    let none = Schemas::default();
    for series in ["stats_counts.a", "stats.timers.a.upper_90", "servers.web1.load"] {
        assert_eq!(none.of(series, INTERVAL), defaults::schema(series, INTERVAL), "{series}");
        assert_eq!(none.wanted(series), Wanted::default());
        assert_eq!(none.delete_after(series), None);
    }
    assert!(!none.has_rules() && !none.deletes());
}

#[test]
fn the_first_rule_whose_pattern_is_found_holds() {
    let rules =
        vec![rule("b", "b", "1s:1m"), rule("ab", "^a.b$", "2s:1m"), rule("c", "C", "4s:1m")];
    let schemas = Schemas::new(rules, Vec::new(), None);
    let step = |series| schemas.of(series, INTERVAL).archives[0].seconds_per_point;
    assert_eq!(step("a.b"), 1, "the order decides, and a pattern is searched for");
    assert_eq!(step("a.c"), 10, "patterns know capitals from small letters, and nothing else fits");
    assert_eq!(step("a.C"), 4);
    assert!(schemas.has_rules());
}

#[test]
fn archives_and_aggregation_are_found_independently() {
    let aggregations = vec![
        aggregation(r"\.depth$", Some(AggregationMethod::Last), None),
        aggregation("^stats_counts", None, Some(0.25)),
    ];
    let schemas = Schemas::new(vec![rule("all", "", "60s:1d")], aggregations, None);
    let schema = schemas.of("queue.depth", INTERVAL);
    assert_eq!((schema.method, schema.x_files_factor), (AggregationMethod::Last, 0.0));
    assert_eq!(schema.archives, statsd_whisper::parse_retentions("60:1440").unwrap());
    let schema = schemas.of("stats_counts.a", INTERVAL);
    assert_eq!((schema.method, schema.x_files_factor), (AggregationMethod::Sum, 0.25));
}

#[test]
fn only_rules_say_what_a_file_that_exists_should_be() {
    let sum = aggregation("^a", Some(AggregationMethod::Sum), None);
    let schemas = Schemas::new(vec![rule("b", "^b", "60s:1d")], vec![sum], None);
    let wanted = schemas.wanted("a");
    assert_eq!((wanted.archives, wanted.method), (None, Some(AggregationMethod::Sum)));
    assert_eq!(wanted.x_files_factor, None);
    assert_eq!(schemas.wanted("b").archives.map(<[_]>::len), Some(1));
    assert_eq!(schemas.wanted("c"), Wanted::default());
}

#[test]
fn a_rule_may_say_by_itself_when_its_series_are_deleted() {
    let (day, week) = (Duration::from_secs(86_400), Duration::from_secs(7 * 86_400));
    let pods = SchemaRule { delete_after: Some(day), ..rule("pods", "^pods", "10s:1d") };
    let schemas =
        Schemas::new(vec![pods.clone(), rule("all", "", "10s:1d")], Vec::new(), Some(week));
    assert_eq!(schemas.delete_after("pods.a"), Some(day));
    assert_eq!(schemas.delete_after("other"), Some(week));
    let schemas = Schemas::new(vec![pods], Vec::new(), None);
    assert_eq!(schemas.delete_after("other"), None);
    assert!(schemas.deletes());
}

#[test]
fn it_tells_which_rules_hold() {
    let pods = SchemaRule { delete_after: Some(INTERVAL), ..rule("pods", "^pods", "10s:1d") };
    let last = aggregation("d$", Some(AggregationMethod::Last), Some(0.5));
    let schemas = Schemas::new(vec![pods], vec![last], None);
    let line = schemas.describe("pods.load", INTERVAL);
    let expected =
        "10:8640 (pods), last, xFilesFactor 0.5 (d$), deleted 10s after its newest write";
    assert_eq!(line, expected);
}
