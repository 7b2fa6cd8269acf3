use serde_json::Value;

use super::*;

/// What Node.js 20.20.2 printed for objects of random numbers and lists.
const RECORDED: &str = include_str!("../../../tests/golden/node/inspect.json");

fn number_of(text: &Value) -> f64 {
    text.as_str().unwrap().parse().unwrap()
}

fn listed_of(value: &Value) -> Listed {
    match value.as_array() {
        None => Listed::Number(number_of(value)),
        Some(list) => {
            let values: Vec<f64> = list.iter().take(100).map(number_of).collect();
            Listed::Samples { more: list.len() - values.len(), values }
        }
    }
}

#[test]
fn objects_are_printed_as_node_prints_them() {
    let recorded: Vec<(Vec<(String, Value)>, String)> = serde_json::from_str(RECORDED).unwrap();
    for (entries, text) in &recorded {
        let entries = entries.iter().map(|(name, value)| (name.clone(), listed_of(value)));
        let listing = Listing { entries: entries.collect(), left_out: 0 };
        assert_eq!(&inspect(&listing), text, "{listing:?}");
    }
    assert_eq!(recorded.len(), 120);
}

#[test]
fn keys_are_bare_or_quoted() {
    for (name, text) in [
        ("a_1", "a_1"),
        ("A", "A"),
        ("", "''"),
        ("1a", "'1a'"),
        ("a.b", "'a.b'"),
        ("a;t=x", "'a;t=x'"),
        ("it's", "\"it's\""),
        ("'\"", "`'\"`"),
        ("'\"`", "'\\'\"`'"),
        ("'\"${", "'\\'\"${'"),
        ("a\\\u{1b}\u{b}\u{85}\n", "'a\\\\\\x1B\\x0B\\x85\\n'"),
        ("\u{e9}", "'\u{e9}'"),
        ("constructor", "constructor"),
        ("__proto__", "['__proto__']"),
    ] {
        assert_eq!(key(name), text, "{name:?}");
    }
}

#[test]
fn what_is_left_out_is_said() {
    let entries = vec![("a".to_owned(), Listed::Number(1.0))];
    let text = |left_out| inspect(&Listing { entries: entries.clone(), left_out });
    assert_eq!(text(0), "{ a: 1 }");
    assert_eq!(text(1), "{ a: 1, ... 1 more item }");
    assert_eq!(text(2), "{ a: 1, ... 2 more items }");
}
