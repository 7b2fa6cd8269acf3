//! Our reading of carbon's lists and rules against what carbon itself made of them: `record.py` ran its
//! classes and wrote `cases.json`.

mod server;

use serde::Deserialize;
use serde_json::Value;

use statsd_server::carbon::rules::{AggregationRules, Aggregator, Buffering, List, RewriteRules};

#[derive(Deserialize)]
struct Cases {
    names: Vec<Tried>,
    rewrites: Vec<Rewrites>,
    bad_templates: Vec<BadTemplate>,
    lists: Vec<Listed>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Tried {
    output: String,
    input: String,
    names: Vec<(String, Option<String>)>,
}

#[derive(Deserialize)]
struct Rewrites {
    rules: Vec<(String, String)>,
    names: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct BadTemplate {
    pattern: String,
    replacement: String,
}

#[derive(Deserialize)]
struct Listed {
    lines: Vec<String>,
    names: Vec<(String, bool)>,
}

type Point = (String, i64, f64);

#[derive(Deserialize)]
struct Run {
    title: String,
    rules: Vec<String>,
    settings: serde_json::Map<String, Value>,
    /// The second, and the points that come in it.
    steps: Vec<(i64, Vec<Point>)>,
    end: i64,
    passed: Vec<Point>,
    /// The second in which it was told, and the point.
    told: Vec<(i64, String, i64, f64)>,
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("cases.json")).expect("what record.py wrote")
}

#[test]
fn a_name_is_part_of_the_aggregates_that_carbon_says() {
    for Tried { output, input, names } in cases().names {
        let rules = AggregationRules::parse(&format!("{output} (60) = sum {input}"));
        let rules = rules.unwrap_or_else(|error| panic!("{input}: {error}"));
        for (name, expected) in names {
            let expected: Vec<String> = expected.into_iter().collect();
            assert_eq!(rules.outputs(&name), expected, "{name} by {input}");
        }
    }
}

#[test]
fn names_are_rewritten_as_by_carbon() {
    for Rewrites { rules: pairs, names } in cases().rewrites {
        let lines = pairs.iter().map(|(pattern, text)| format!("\n{pattern} = {text}"));
        let rules = RewriteRules::parse(&format!("[pre]{}", lines.collect::<String>()));
        let rules = rules.unwrap_or_else(|error| panic!("{pairs:?}: {error}")).pre;
        for (name, expected) in names {
            let mut new = String::new();
            let is_rewritten = rules.rewrite(&name, &mut new);
            let new = if is_rewritten { new } else { name.clone() };
            assert_eq!(new, expected, "{name:?} by {pairs:?}");
        }
    }
}

#[test]
fn a_replacement_on_which_carbon_fails_is_refused_before_it_is_used() {
    let cases = cases().bad_templates;
    assert!(cases.len() > 5);
    for BadTemplate { pattern, replacement } in cases {
        let error = RewriteRules::parse(&format!("[pre]\n{pattern} = {replacement}"));
        let error = error.expect_err(&replacement).to_string();
        assert!(error.starts_with(&format!("line 2: `{replacement}`: ")), "{error}");
    }
}

#[test]
fn lists_hold_the_names_that_carbons_do() {
    for Listed { lines, names } in cases().lists {
        let list = List::parse(&lines.join("\n")).expect("a list");
        for (name, expected) in names {
            assert_eq!(list.holds(&name), expected, "{name:?} by {lines:?}");
        }
    }
}

#[test]
fn aggregates_are_told_when_and_as_carbon_tells_them() {
    for run in cases().runs {
        let rules = AggregationRules::parse(&run.rules.join("\n")).expect("rules");
        let number = |key| run.settings.get(key).and_then(Value::as_u64);
        let number = |key| number(key).map(|number| u32::try_from(number).expect("few"));
        let buffering = Buffering {
            intervals: number("MAX_AGGREGATION_INTERVALS").unwrap_or(5),
            write_back: number("WRITE_BACK_FREQUENCY"),
        };
        let forward_all = run.settings.get("FORWARD_ALL") != Some(&Value::Bool(false));
        let mut aggregator = Aggregator::new(rules, buffering);
        let (mut passed, mut told) = (Vec::new(), Vec::new());
        let mut steps = run.steps.iter().peekable();
        for now in 1000..=run.end {
            aggregator.tick(now, |name, start, value| {
                told.push((now, name.to_owned(), start, value));
            });
            while let Some((_, points)) = steps.next_if(|(at, _)| *at == now) {
                for (name, timestamp, value) in points {
                    let is_aggregate = aggregator.take(name, *timestamp, *value, now);
                    if forward_all && !is_aggregate {
                        passed.push((name.clone(), *timestamp, *value));
                    }
                }
            }
        }
        let order = |told: &mut Vec<(i64, String, i64, f64)>| {
            told.sort_by(|a, b| (a.0, &a.1, a.2).cmp(&(b.0, &b.1, b.2)));
        };
        let mut expected = run.told.clone();
        order(&mut expected);
        order(&mut told);
        assert_eq!(told, expected, "{}", run.title);
        assert_eq!(passed, run.passed, "{}", run.title);
    }
}
