//! `/metrics/…` beyond what graphite-web was recorded to answer.

use serde_json::json;

use crate::client::{NOW, Reply, Server};
use crate::memory_store::{Archive, MemoryStore};
use crate::recorded::recorded_store;

fn server(names: &[&str]) -> Server {
    let store = MemoryStore::default();
    for name in names {
        let points = [(NOW - NOW % 60, 1.0)].into();
        store.insert(name, vec![Archive { step: 60, slots: 1_440, points }]);
    }
    Server::start(store)
}

fn refused(reply: &Reply, message: &str) {
    assert_eq!((reply.status, reply.kind()), (400, "text/plain"));
    assert_eq!(reply.body, format!("{message}\n"));
}

#[test]
fn a_name_that_is_branch_and_leaf_is_one_entry_that_is_both() {
    let reply = server(&["a.b", "a.b.c"]).get("/metrics/find?query=a.*");
    assert_eq!(
        reply.json(),
        json!([{"text": "b", "id": "a.b", "leaf": 1, "expandable": 1, "allowChildren": 1}])
    );
}

#[test]
fn a_completion_offers_both_the_branch_and_the_leaf() {
    let reply = server(&["a.b", "a.b.c"]).get("/metrics/find/?query=a.&format=completer");
    assert_eq!(
        reply.json(),
        json!({"metrics": [
            {"path": "a.b.", "name": "b", "is_leaf": "0"},
            {"path": "a.b", "name": "b", "is_leaf": "1"},
        ]})
    );
}

#[test]
fn branches_come_before_leaves_and_a_wildcard_before_both() {
    let reply = server(&["z.a", "z.b.c"]).get("/metrics/find?query=z.*&wildcards=1");
    let texts: Vec<_> =
        reply.json().as_array().unwrap().iter().map(|n| n["text"].clone()).collect();
    assert_eq!(texts, ["*", "b", "a"]);
    assert_eq!(reply.json()[0]["id"], "z.*");
}

#[test]
fn leaves_only_leaves_out_branches() {
    let server = server(&["z.a", "z.b.c"]);
    let reply = server.get("/metrics/find?query=z.*&leavesOnly=1&format=nodelist");
    assert_eq!(reply.json(), json!({"nodes": ["a"]}));
    let reply = server.get("/metrics/expand?query=z.*&leavesOnly=1");
    assert_eq!(reply.json(), json!({"results": ["z.a"]}));
}

#[test]
fn expand_merges_queries_or_groups_them() {
    let server = server(&["a.b", "a.c", "d"]);
    let reply = server.get("/metrics/expand?query=a.*&query=*.b");
    assert_eq!(reply.json(), json!({"results": ["a.b", "a.c"]}));
    let reply = server.get("/metrics/expand?query=a.*&query=*.b&groupByExpr=1");
    assert_eq!(reply.json(), json!({"results": {"a.*": ["a.b", "a.c"], "*.b": ["a.b"]}}));
}

#[test]
fn the_index_lists_every_series_and_no_branch() {
    let reply = server(&["d", "a.c", "a.c.e"]).get("/metrics/index.json?jsonp=f");
    assert_eq!(reply.kind(), "text/javascript");
    assert_eq!(reply.body, r#"f(["a.c", "a.c.e", "d"])"#);
}

#[test]
fn every_path_answers_with_a_slash_at_its_end_too() {
    let server = server(&["a"]);
    for path in ["/metrics", "/metrics/find", "/metrics/expand"] {
        let (without, with) = (format!("{path}?query=a"), format!("{path}/?query=a"));
        assert_eq!(server.get(&without).body, server.get(&with).body);
        assert_eq!(server.get(&without).status, 200);
    }
}

#[test]
fn the_version_is_one_that_grafana_knows() {
    let reply = server(&[]).get("/version");
    assert_eq!((reply.kind(), &*reply.body), ("text/plain", "1.1.10"));
    assert_eq!(server(&[]).get("/version/").body, "1.1.10");
}

#[test]
fn errors_name_the_parameter_and_the_place() {
    let server = Server::start(recorded_store());
    let find = |query: &str| server.get(&format!("/metrics/find?{query}"));
    refused(&find(""), "parameter query: missing; name a branch or a glob");
    refused(&find("query=a{b"), "parameter query: bad pattern \"a{b\": open brace at character 1");
    refused(
        &find("query=a&format=xml"),
        "parameter format: there is no \"xml\"; there are treejson, json, completer and nodelist",
    );
    refused(
        &find("query=a&until=later"),
        "parameter until: \"later\" is not a time: unknown day \"later\"",
    );
    refused(
        &find("query=a&position=x&format=nodelist"),
        "parameter position: \"x\" is no whole number",
    );
    refused(&find("query=a&jsonp=alert(1)"), "parameter jsonp: \"alert(1)\" is no function's name");
    refused(&server.get("/metrics/expand"), "parameter query: given 0 times; 1 to 128");
}

#[test]
fn a_query_over_a_limit_is_refused_and_not_cut() {
    let names: Vec<_> = (0..=10_000).map(|i| format!("s{i}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let server = server(&names);
    let message = "parameter query: matches more than 10000 names; narrow it";
    refused(&server.get("/metrics/find?query=*"), message);
    refused(&server.get("/metrics/expand?query=*"), message);
    assert_eq!(server.get("/metrics/find?query=s1*").status, 200);
    let long = "a".repeat(16 * 1_024 + 1);
    refused(
        &server.post_form("/metrics/find", &format!("query={long}")),
        "parameter query: longer than 16384 bytes",
    );
}
