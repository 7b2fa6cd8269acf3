use serde_json::{Value, json};

use super::*;
use crate::http::testing::{Served, serve_deleting};

fn ask(served: &Served, method: &str, path: &str, host: &str) -> (u16, Value) {
    let answer = served.request(method, path, host, &[]);
    let status = answer.status;
    let body = answer.body();
    let value = serde_json::from_slice(&body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&body).trim_end().to_owned()));
    (status, value)
}

#[test]
fn a_dry_run_names_and_a_deletion_deletes() {
    let served = serve_deleting(MayDelete::ThisMachine);
    let (status, answer) =
        ask(&served, "DELETE", "/series?pattern=a.*&dry_run=true", "127.0.0.1:80");
    assert_eq!((status, answer), (200, json!({ "dry_run": true, "series": ["a.x", "a.y"] })));
    let (status, answer) =
        ask(&served, "DELETE", "/series?pattern=a.*&dry_run=false", "127.0.0.1:80");
    assert_eq!((status, answer), (200, json!({ "dry_run": false, "series": ["a.x", "a.y"] })));
    let (_, answer) = ask(&served, "DELETE", "/series/?pattern=a.*&dry_run=true", "localhost");
    assert_eq!(answer["series"], json!([]));
}

#[test]
fn what_is_not_said_is_not_guessed() {
    let served = serve_deleting(MayDelete::Everybody);
    for (path, parameter) in [
        ("/series?pattern=a", "dry_run"),
        ("/series?pattern=a&dry_run=no", "dry_run"),
        ("/series?dry_run=true", "pattern"),
        ("/series?pattern=a.%5B&dry_run=false", "bad pattern"),
    ] {
        let (status, message) = ask(&served, "DELETE", path, "x");
        assert_eq!(status, 400, "{path}");
        assert!(message.as_str().unwrap().contains(parameter), "{message}");
    }
    for method in ["GET", "POST"] {
        let (status, _) = ask(&served, method, "/series?pattern=a&dry_run=false", "x");
        assert_eq!(status, 405);
    }
}

#[test]
fn strangers_delete_nothing() {
    let path = "/series?pattern=a.*&dry_run=false";
    let served = serve_deleting(MayDelete::ThisMachine);
    for host in ["evil.example", "evil.example:8080", "localhost.evil.example", ""] {
        let (status, message) = ask(&served, "DELETE", path, host);
        assert_eq!(status, 403, "{host}: {message}");
    }
    for host in ["127.0.0.1:8080", "[::1]:8080", "[::1]", "localhost:1", "LOCALHOST"] {
        let (status, _) = ask(&served, "DELETE", path, host);
        assert_eq!(status, 200, "{host}");
    }
    let served = serve_deleting(MayDelete::Nobody);
    let (status, message) = ask(&served, "DELETE", path, "127.0.0.1");
    assert_eq!(status, 403);
    assert!(message.as_str().unwrap().contains("store.delete_over_http"), "{message}");
    let (status, _) = ask(&served, "DELETE", "/series?pattern=a.*&dry_run=true", "evil.example");
    assert_eq!(status, 200, "find tells as much");
    let served = serve_deleting(MayDelete::Everybody);
    assert_eq!(ask(&served, "DELETE", path, "graphite.example").0, 200);
}

#[test]
fn drift_is_paged() {
    let served = serve_deleting(MayDelete::Nobody);
    let (status, answer) = ask(&served, "GET", "/store/drift", "x");
    assert_eq!((status, answer), (200, json!({ "drifted": 0, "series": [], "next": null })));
    let (status, _) = ask(&served, "GET", "/store/drift?limit=x", "x");
    assert_eq!(status, 400);
}
