//! `/status`: what the server counts about itself.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::{Map, Value, json};

use super::{HttpState, route_both};
use crate::events::ServiceCheck;
use crate::store::{FailingSeries, StoreStatus};
use crate::telemetry::{BackendStatus, BadReason, NodeStatus};

pub(super) fn routes() -> Router<HttpState> {
    route_both(Router::new(), "/status", get(status))
}

/// `{"version": …, "health": {"up": true, "unhealthy": [], "not_ready": []}, "live_pages": …, "counts": {"packets": 31, …}, "bad_lines": {"bad value": {"lines": 3,
/// "example": "users:x|c"}, …}, "carbon": {"open": 2, "bad_points": {…}}, "service_checks": [{"name": "db.up", "status": 2, "message": "refused", …}, …], "contexts": …, "first_nodes": [{"node":
/// "shop", "new_names": 12}, …], "backends": {"store": {"flushes": 7, …}}, "nodes": {"10.0.0.1:8125": {"up": 1,
/// "lines": 12, …}}, "store": {…}, "upkeep": {"drifted": 0, "migrated": 0, …}}`, the counts and the new names since the start, the contexts of the last flush; nodes
/// are those of a relay.
async fn status(State(state): State<HttpState>) -> impl IntoResponse {
    let counts: Map<String, Value> =
        state.telemetry.counts().map(|(name, count)| (name.to_owned(), count.into())).collect();
    let backend = |(name, status): (&str, Arc<BackendStatus>)| {
        let numbers = status.numbers().map(|(name, n)| (name.to_owned(), n.into()));
        (name.to_owned(), Value::Object(numbers.collect()))
    };
    let backends: Map<String, Value> =
        state.telemetry.backends.all().into_iter().map(backend).collect();
    let node = |(name, status): (String, Arc<NodeStatus>)| {
        let numbers = status.numbers().map(|(name, n)| (name.to_owned(), n.into()));
        (name, Value::Object(numbers.collect()))
    };
    let nodes: Map<String, Value> = state.telemetry.nodes.all().into_iter().map(node).collect();
    let bad_lines: Map<String, Value> =
        state.telemetry.bad_reasons.all().into_iter().map(bad).collect();
    let carbon: Map<String, Value> =
        state.telemetry.carbon_bad_reasons.all().into_iter().map(bad).collect();
    let checks: Vec<Value> = state.events.checks().into_iter().map(check).collect();
    let known = state.telemetry.known.get();
    let first_nodes: Vec<Value> = known
        .first_nodes
        .into_iter()
        .map(|(node, new_names)| json!({ "node": node, "new_names": new_names }))
        .collect();
    let upkeep = state.store.upkeep_report().map(|report| {
        let numbers = report.numbers().into_iter();
        Value::Object(numbers.map(|(name, n)| (name.to_owned(), n.into())).collect())
    });
    let status = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "health": {
            "up": state.health.is_up(),
            "unhealthy": state.health.unhealthy(Instant::now()),
            "not_ready": state.health.not_ready(),
        },
        "live_pages": state.hub.listeners(),
        "counts": counts,
        "bad_lines": bad_lines,
        "carbon": { "open": state.telemetry.carbon_open.get(), "bad_points": carbon },
        "service_checks": checks,
        "backends": backends,
        "nodes": nodes,
        "store": state.store.status(state.clock.seconds()).map(store),
        "contexts": known.contexts,
        "first_nodes": first_nodes,
        "upkeep": upkeep,
    });
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, format!("{status:#}\n"))
}

/// `{"series": …, "pending_points": 51, …, "failing": [{"series": "a.b", "reason": "the disk is full",
/// "since": 1700000000, "points": 7}], …}`; some of the failing ones.
fn store(status: StoreStatus) -> Value {
    let failing = status.failing.into_iter().map(|failing| {
        let FailingSeries { series, reason, since, points } = failing;
        json!({ "series": series, "reason": reason, "since": since, "points": points })
    });
    let by_reason = status.failing_by_reason.into_iter();
    let by_reason: Map<String, Value> =
        by_reason.map(|(reason, series)| (reason.to_owned(), series.into())).collect();
    let journal = status.journal.map(|journal| {
        json!({
            "bytes": journal.bytes,
            "segments": journal.segments,
            "appended": journal.appended,
            "unappended": journal.unappended,
            "syncs": journal.syncs,
            "failed_syncs": journal.failed_syncs,
            "unjournaled_series": journal.unjournaled_series,
            "trouble": journal.trouble,
        })
    });
    let mut shown = json!({
        "series": status.series,
        "pending_points": status.pending_points,
        "pending_series": status.pending_series,
        "pending_rollups": status.pending_rollups,
        "oldest_pending_seconds": status.oldest_pending_seconds,
        "journal": journal,
        "failing_series": status.failing_series,
        "failing_by_reason": by_reason,
        "failing": failing.collect::<Vec<_>>(),
    });
    for (name, count) in status.counts {
        shown[name] = count.into();
    }
    shown
}

fn check(check: ServiceCheck) -> Value {
    let ServiceCheck { name, status, message, host, when, tags } = check;
    json!({
        "name": name, "status": status, "message": message, "host": host, "when": when, "tags": tags,
    })
}

fn bad(bad: BadReason) -> (String, Value) {
    (bad.reason.to_owned(), json!({ "lines": bad.lines, "example": bad.example }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::events::{Notices, ServiceCheck};
    use crate::http::testing::serve;
    use crate::telemetry::KnownNames;

    #[test]
    fn every_count_stands_in_the_status() {
        let served = serve();
        served.telemetry.bad_lines.add(3);
        served.telemetry.bad_reasons.add("bad value", 3, Some("a:x|c".to_owned()));
        served.telemetry.carbon_bad_reasons.add("not UTF-8", 2, None);
        served.telemetry.carbon_open.set(5);
        served.telemetry.contexts_over_limit.add(2);
        served.telemetry.backends.named("slow").skipped.add(4);
        served.telemetry.nodes.named("10.0.0.1:8125").up.set(1);
        let first_nodes = vec![("shop".to_owned(), 7)];
        served.telemetry.known.set(KnownNames { contexts: 9, first_nodes });
        let mut notices = Notices::default();
        let name = "db.up".to_owned();
        notices.add_check(ServiceCheck { name, status: 2, ..ServiceCheck::default() });
        served.events.add(notices, 17);
        let answer = served.get("/status", &[]);
        assert_eq!(answer.status, 200);
        let status: Value = serde_json::from_slice(&answer.body()).unwrap();
        assert_eq!(status["counts"]["bad_lines"], 3);
        let bad = json!({ "bad value": { "lines": 3, "example": "a:x|c" } });
        assert_eq!(status["bad_lines"], bad);
        let bad = json!({ "not UTF-8": { "lines": 2, "example": null } });
        assert_eq!(status["carbon"], json!({ "open": 5, "bad_points": bad }));
        assert_eq!(status["counts"]["contexts_over_limit"], 2);
        let check = json!({
            "name": "db.up", "status": 2, "message": "", "host": "", "when": 17, "tags": [],
        });
        assert_eq!(status["service_checks"], json!([check]));
        assert_eq!(status["contexts"], 9);
        assert_eq!(status["upkeep"], Value::Null, "of a store without files");
        let not_ready = ["it does not receive yet"];
        let health = json!({ "up": true, "unhealthy": [], "not_ready": not_ready });
        assert_eq!(status["health"], health);
        assert_eq!(status["first_nodes"], json!([{ "node": "shop", "new_names": 7 }]));
        let counts = status["counts"].as_object().unwrap().len();
        assert_eq!(counts, served.telemetry.counts().count());
        assert_eq!(status["backends"]["slow"]["skipped"], 4);
        assert_eq!(status["nodes"]["10.0.0.1:8125"]["up"], 1);
        let store = &status["store"];
        assert_eq!((&store["pending_points"], &store["updates"]), (&json!(5), &json!(9)));
        let failing = json!({
            "series": "a.b", "reason": "the disk is full", "since": 17, "points": 3,
        });
        assert_eq!(store["failing"], json!([failing]));
    }
}
