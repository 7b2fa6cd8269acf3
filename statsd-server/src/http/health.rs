//! `/healthz` and `/readyz`: what an orchestrator asks.

use std::time::Instant;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::json;

use super::error::HttpError;
use super::{HttpState, blocking, route_both};

pub(super) fn routes() -> Router<HttpState> {
    let router = route_both(Router::new(), "/healthz", get(healthz));
    route_both(router, "/readyz", get(readyz))
}

/// 200 while the server's threads run and flush, else 503: then it should be started anew. Whether
/// anything beside the process is broken, such as a disk, does not matter here.
async fn healthz(State(state): State<HttpState>) -> impl IntoResponse {
    answer(state.health.unhealthy(Instant::now()))
}

/// 200 while the server receives, is not said to be down, and can store what comes; else 503: then nobody
/// should send to it at present.
///
/// Costs a small write to the data folder.
async fn readyz(State(state): State<HttpState>) -> Result<impl IntoResponse, HttpError> {
    let mut why = state.health.not_ready();
    let store = state.store;
    if let Err(error) = blocking(move || Ok(store.check())).await? {
        why.push(format!("it cannot store: {error}"));
    }
    Ok(answer(why))
}

/// `{"status": "ok"}`, or `{"status": "failed", "reasons": […]}`.
fn answer(why: Vec<String>) -> impl IntoResponse {
    let (status, body) = if why.is_empty() {
        (StatusCode::OK, json!({ "status": "ok" }))
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, json!({ "status": "failed", "reasons": why }))
    };
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, format!("{body}\n"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crate::http::testing::serve;

    #[test]
    fn each_answers_200_or_503_with_the_reasons() {
        let served = serve();
        let get = |path: &str| {
            let answer = served.get(path, &[]);
            assert_eq!(answer.header("content-type"), Some("application/json"));
            (answer.status, String::from_utf8(answer.body()).unwrap())
        };
        let ok = || (200, "{\"status\":\"ok\"}\n".to_owned());
        let failed =
            |why: &str| (503, format!("{{\"reasons\":[\"{why}\"],\"status\":\"failed\"}}\n"));
        assert_eq!(get("/healthz"), ok());
        assert_eq!(get("/readyz"), failed("it does not receive yet"));
        served.health.receives();
        assert_eq!(get("/readyz/"), ok());
        served.health.set(false);
        assert_eq!(get("/readyz"), failed("its health is down: somebody said so"));
        assert_eq!(get("/healthz"), ok(), "a restart would not help");
        let now = Instant::now();
        served.health.ended(vec!["a receiver"]);
        served.health.flushed(now, Duration::from_secs(10));
        assert_eq!(get("/healthz"), failed("a receiver has ended"));
    }
}
