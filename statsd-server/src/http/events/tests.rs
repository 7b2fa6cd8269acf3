use serde_json::{Value, json};

use super::*;
use crate::events::Notices;
use crate::http::testing::{Served, serve};

const NOW: i64 = 1_340_000_000;

fn served() -> Served {
    let served = serve();
    let mut notices = Notices::default();
    for (what, when, tags) in [
        ("Deployed", Some(NOW - 60), &["env:prod", "app"][..]),
        ("Restarted", None, &["env:test"]),
        ("Long ago", Some(NOW - 7_200), &[]),
    ] {
        let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
        let data = "v1.2\nby \"ada\"".to_owned();
        notices.add_event(Event { what: what.to_owned(), data, when, tags, ..Event::default() });
    }
    served.events.add(notices, NOW);
    served
}

fn whats(served: &Served, query: &str) -> Vec<String> {
    let answer = served.get(&format!("/events/get_data?{query}"), &[]);
    assert_eq!(answer.status, 200, "{query}");
    let all: Vec<Value> = serde_json::from_slice(&answer.body()).unwrap();
    all.iter().map(|event| event["what"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn events_have_graphites_shape() {
    let answer = served().get("/events/get_data?from=-5min&until=-1s", &[]);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let all: Value = serde_json::from_slice(&answer.body()).unwrap();
    let event = json!({
        "id": 1, "what": "Deployed", "when": NOW - 60, "tags": ["env:prod", "app"],
        "data": "v1.2\nby \"ada\"",
    });
    assert_eq!(all, json!([event]));
}

#[test]
fn times_and_tags_choose() {
    let served = served();
    assert_eq!(whats(&served, ""), ["Long ago", "Deployed", "Restarted"]);
    assert_eq!(whats(&served, "from=-1h"), ["Deployed", "Restarted"]);
    assert_eq!(whats(&served, "until=-30s"), ["Long ago", "Deployed"]);
    assert_eq!(whats(&served, "tags=env:prod+app"), ["Deployed"]);
    assert_eq!(whats(&served, "tags=env:prod%20env:test"), [""; 0]);
    let any = whats(&served, "tags=env:prod%20env:test&set=union");
    assert_eq!(any, ["Deployed", "Restarted"]);
}

#[test]
fn what_cannot_be_read_is_refused_by_its_name() {
    let served = served();
    for (query, name) in [("from=soon", "from"), ("set=xor", "set"), ("jsonp=a-b", "jsonp")] {
        let answer = served.get(&format!("/events/get_data?{query}"), &[]);
        assert_eq!(answer.status, 400, "{query}");
        let body = String::from_utf8(answer.body()).unwrap();
        assert!(body.starts_with(&format!("parameter {name}: ")), "{body}");
    }
}
