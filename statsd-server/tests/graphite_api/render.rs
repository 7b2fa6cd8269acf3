//! `/render` beyond what graphite-web was recorded to answer.

use serde_json::json;
use statsd_server::store::{Merge, Store, Write};

use crate::client::{NOW, Reply, Server, encode};
use crate::memory_store::MemoryStore;
use crate::recorded::recorded_store;

/// `load` with one point a minute, 0.0 to 9.0, up to the minute of now; `gappy` with every second one.
fn store() -> MemoryStore {
    let store = MemoryStore::default();
    let minute = NOW - NOW % 60;
    for i in 0..10_i32 {
        let timestamp = minute - i64::from(9 - i) * 60;
        let write =
            |series| Write { series, timestamp, value: f64::from(i), merge: Merge::Replace };
        store.write(&[write("load")], NOW);
        if i % 2 == 0 {
            store.write(&[write("gappy")], NOW);
        }
    }
    store
}

fn render(server: &Server, params: &[(&str, &str)]) -> Reply {
    server.get(&format!("/render?{}", encode(params)))
}

fn refused(params: &[(&str, &str)]) -> String {
    let reply = render(&Server::start(store()), params);
    assert_eq!((reply.status, reply.kind()), (400, "text/plain"));
    assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(reply.body.matches('\n').count(), 1);
    reply.body.trim_end().to_owned()
}

#[test]
fn json_is_spelled_as_graphite_web_spells_it() {
    let reply = render(
        &Server::start(store()),
        &[("target", "gappy"), ("from", "-4min"), ("format", "json")],
    );
    assert_eq!(
        reply.body,
        r#"[{"target": "gappy", "tags": {"name": "gappy"}, "datapoints": "#.to_owned()
            + "[[6.0, 1772599800], [null, 1772599860], [8.0, 1772599920], [null, 1772599980]]}]"
    );
    assert_eq!(reply.header("content-type"), Some("application/json"));
}

#[test]
fn nulls_can_be_left_out_and_json_dressed() {
    let params = [
        ("target", "gappy"),
        ("from", "-4min"),
        ("format", "json"),
        ("noNullPoints", "1"),
        ("pretty", "1"),
        ("jsonp", "a.b"),
    ];
    let reply = render(&Server::start(store()), &params);
    assert_eq!(reply.kind(), "text/javascript");
    let json = reply.body.strip_prefix("a.b(").unwrap().strip_suffix(')').unwrap();
    let json: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!(json[0]["datapoints"], json!([[6.0, 1_772_599_800], [8.0, 1_772_599_920]]));
    assert!(reply.body.contains("\n  {\n    \"target\": \"gappy\","));
}

#[test]
fn now_pins_the_clock_and_from_may_stand_behind_until() {
    let server = Server::start(store());
    let json = [("target", "load"), ("format", "json")];
    let now = (NOW - 300).to_string();
    let pinned = render(&server, &[&json[..], &[("now", &now), ("from", "-2min")]].concat());
    assert_eq!(pinned.json()[0]["datapoints"], json!([[3.0, 1_772_599_620], [4.0, 1_772_599_680]]));
    let swapped =
        render(&server, &[&json[..], &[("from", "now-5min"), ("until", "now-7min")]].concat());
    assert_eq!(swapped.json(), pinned.json());
}

#[test]
fn the_default_is_a_picture_of_the_last_day() {
    let reply = Server::start(store()).get("/render/?target=load");
    assert_eq!((reply.status, reply.kind()), (200, "image/svg+xml"));
    assert!(reply.body.contains(r#"width="330" height="250""#));
    assert!(reply.body.contains("2026-03-03 04:53 – 2026-03-04 04:53 UTC"));
    let policy = reply.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"));
}

#[test]
fn a_picture_has_the_size_title_and_zone_that_it_is_asked_for() {
    let params = [
        ("target", "load"),
        ("from", "-1h"),
        ("format", "svg"),
        ("width", "640"),
        ("height", "200"),
        ("title", "<b> & more"),
    ];
    let reply = render(&Server::start(store()), &params);
    assert!(reply.body.contains(r#"width="640" height="200""#));
    assert!(reply.body.contains(">&lt;b&gt; &amp; more</text>"));
}

#[test]
fn a_picture_of_nothing_says_so() {
    let reply = Server::start(store()).get("/render?target=no.such.series");
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains(">No data</text>"));
}

#[test]
fn blank_targets_are_passed_over() {
    let reply =
        Server::start(store()).get("/render?target=&target=load&target=%20&format=json&from=-1min");
    assert_eq!(reply.json().as_array().unwrap().len(), 1);
    let reply = Server::start(store()).get("/render?target=&format=json");
    assert_eq!(reply.body, "[]");
}

#[test]
fn url_and_form_are_one_request() {
    let reply = Server::start(store())
        .post_form("/render?target=load&format=svg&from=-1min", "target=gappy&format=json");
    let targets: Vec<_> =
        reply.json().as_array().unwrap().iter().map(|one| one["target"].clone()).collect();
    assert_eq!(targets, ["load", "gappy"]);
}

#[test]
fn bad_targets_are_refused_with_the_place() {
    for (target, message) in [
        (
            "sumSeries(load)",
            "parameter target: function sumSeries is not supported at character 0 of \"sumSeries(load)\"",
        ),
        ("load)", "parameter target: unexpected ')' at character 4 of \"load)\""),
        (
            "<script>(",
            "parameter target: function <script> is not supported at character 0 of \"<script>(\"",
        ),
    ] {
        assert_eq!(refused(&[("target", target)]), message);
    }
    assert_eq!(refused(&[]), "parameter target: missing; name a series or a glob");
}

#[test]
fn bad_scalars_are_refused_by_name() {
    let load = ("target", "load");
    for (param, message) in [
        (("from", "1h"), "parameter from: \"1h\" is not a time: unknown day \"1h\""),
        (("from", "now"), "parameter from: 1772600000 is until as well; the span is empty"),
        (("until", "<b>\n"), "parameter until: \"<b>\\n\" is not a time: unknown day \"<b>\""),
        (("now", "soon"), "parameter now: \"soon\" is not a time: unknown day \"soon\""),
        (
            ("now", "4294967296"),
            "parameter now: 4294967296 is later than 4294967295, the last second of a file",
        ),
        (("format", "png"), "parameter format: there is no \"png\"; there are json and svg"),
        (("rawData", "1"), "parameter format: there is no \"raw\"; there are json and svg"),
        (("width", "5000"), "parameter width: 5000 is not within 64 to 4096 pixels"),
        (("height", "-1"), "parameter height: \"-1\" is no whole number"),
    ] {
        assert_eq!(refused(&[load, param]), message);
    }
    assert_eq!(
        refused(&[load, ("format", "json"), ("maxDataPoints", "many")]),
        "parameter maxDataPoints: \"many\" is no whole number"
    );
    assert_eq!(
        refused(&[load, ("format", "json"), ("jsonp", "</script>")]),
        "parameter jsonp: \"</script>\" is no function's name"
    );
}

#[test]
fn requests_over_a_limit_are_refused_and_counted() {
    let server = Server::start(store());
    let many = vec![("target", "load"); 129];
    let reply = server.post_form("/render", &encode(&many));
    assert_eq!(reply.body, "parameter target: given 129 times; at most 128\n");
    let long = "a".repeat(16 * 1_024 + 1);
    let reply = server.post_form("/render", &encode(&[("target", &*long)]));
    assert!(reply.body.starts_with("parameter target: target is longer than 16384 bytes"));
    assert!(reply.body.len() < 500);
    let reply = server.post_form("/render", &"a".repeat((1 << 20) + 1));
    assert_eq!(reply.status, 413);
    assert_eq!(server.telemetry.requests_refused.get(), 3);
}

#[test]
fn a_request_for_too_many_points_is_refused() {
    let params = [("target", "load"), ("target", "gappy"), ("target", "*"), ("from", "-364days")];
    let reply = render(&Server::start(store()), &params);
    assert_eq!(
        (reply.status, &*reply.body),
        (400, "\"gappy\" brings the request above 1000000 points; ask for less time\n")
    );
}

#[test]
fn every_answer_forbids_guessing_its_type() {
    let server = Server::start(recorded_store());
    for path in ["/render?target=a", "/metrics/find?query=*", "/version", "/nowhere"] {
        assert_eq!(server.get(path).header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}
