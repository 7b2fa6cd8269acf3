//! The replies of graphite-web in `tests/golden/graphite_web`, case by case.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::client::{NOW, Reply, Server, encode};
use crate::memory_store::{Archive, MemoryStore};

const CASES: &str = include_str!("../golden/graphite_web/cases.json");
const DATA: &str = include_str!("../golden/graphite_web/data.json");

#[derive(Debug, Deserialize)]
struct Data {
    now: i64,
    series: BTreeMap<String, Vec<RecordedArchive>>,
}

#[derive(Debug, Deserialize)]
struct RecordedArchive {
    step: i64,
    slots: i64,
    #[serde(default)]
    start: i64,
    #[serde(default)]
    values: Vec<Value>,
}

#[derive(Debug, Deserialize)]
struct Case {
    id: String,
    method: String,
    path: String,
    #[serde(default)]
    query: Vec<(String, String)>,
    params: Vec<(String, String)>,
    compare: String,
    #[serde(default)]
    unordered: bool,
    expect: Expected,
}

#[derive(Debug, Deserialize)]
struct Expected {
    status: u16,
    #[serde(default)]
    content_type: String,
    #[serde(default)]
    json: Value,
    #[serde(default)]
    text: String,
}

#[test]
fn graphite_webs_recorded_replies_are_ours_too() {
    let server = Server::start(recorded_store());
    let cases: Vec<Case> = serde_json::from_str(CASES).unwrap();
    assert_eq!(cases.len(), 49);
    let faults: Vec<String> =
        cases.iter().filter_map(|case| fault(case, &ask(&server, case))).collect();
    assert!(faults.is_empty(), "{} of 49 differ\n{}", faults.len(), faults.join("\n"));
}

/// The series that graphite-web answered from.
pub(crate) fn recorded_store() -> MemoryStore {
    let data: Data = serde_json::from_str(DATA).unwrap();
    assert_eq!(data.now, NOW);
    let store = MemoryStore::default();
    for (name, archives) in data.series {
        store.insert(&name, archives.into_iter().map(archive).collect());
    }
    store
}

fn archive(recorded: RecordedArchive) -> Archive {
    let RecordedArchive { step, slots, start, values } = recorded;
    let stamps = (0..).map(|i: i64| start + i * step);
    let points = stamps.zip(&values).filter_map(|(at, value)| Some((at, number(value)?))).collect();
    Archive { step, slots, points }
}

fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn ask(server: &Server, case: &Case) -> Reply {
    let url = |pairs: &[(String, String)]| match encode(pairs) {
        query if query.is_empty() => case.path.clone(),
        query => format!("{}?{query}", case.path),
    };
    match case.method.as_str() {
        "POST" => server.post_form(&url(&case.query), &encode(&case.params)),
        _ => server.get(&url(&[&case.query[..], &case.params[..]].concat())),
    }
}

fn fault(case: &Case, reply: &Reply) -> Option<String> {
    let expect = &case.expect;
    let headed = reply.status == expect.status
        && (expect.content_type.is_empty() || reply.kind() == expect.content_type);
    let same = match case.compare.as_str() {
        _ if expect.status >= 400 => true,
        "status" => true,
        "text" => reply.body == expect.text,
        "json" => {
            // As the recording has it: JSON proper knows no infinity.
            let body = reply.body.replace("[-1e9999,", r#"[{"nonfinite": "-inf"},"#);
            let body = body.replace("[1e9999,", r#"[{"nonfinite": "inf"},"#);
            let mut ours = serde_json::from_str(&body).unwrap_or(Value::Null);
            let mut theirs = expect.json.clone();
            if case.unordered {
                sort_metrics(&mut ours);
                sort_metrics(&mut theirs);
            }
            close(&ours, &theirs)
        }
        other => panic!("{}: nobody compares {other}", case.id),
    };
    (!headed || !same).then(|| {
        let said: String = reply.body.chars().take(600).collect();
        format!("{}: {} {}\n  {said}", case.id, reply.status, reply.kind())
    })
}

fn sort_metrics(json: &mut Value) {
    if let Some(metrics) = json["metrics"].as_array_mut() {
        metrics.sort_by_key(ToString::to_string);
    }
}

fn close(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            (a - b).abs() <= 1e-9 * 1_f64.max(a.abs()).max(b.abs())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| close(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| close(a, b)))
        }
        _ => a == b,
    }
}
