//! What the service counts. Each test sees its own calls only, so they run side by side.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{Router, get};
use statsd_client::{CaptureBackend, Captured, Client, Dialect};
use tokio::time::timeout;
use tower::ServiceExt;

use crate::routes::{observed, router};
use crate::service::{Plan, Refused, Service};
use crate::{JOBS, run};

#[test]
fn a_subscription_is_counted_by_plan() {
    let service = Service::default();
    let seen = capture(|| {
        assert_eq!(service.subscribe("ada@example.com".to_owned(), Plan::Pro), Ok(()));
    });
    assert_eq!(of(&seen, "subscriptions"), ["subscriptions.success:1|c|#plan:pro"]);
    assert_eq!(of(&seen, "mailer"), ["mailer.write.success:1|c", "mailer.write|ms"]);
}

#[test]
fn a_refusal_is_counted_by_its_reason() {
    let service = Service::default();
    let seen = capture(|| {
        let refused = service.subscribe("ada".to_owned(), Plan::Free);
        assert_eq!(refused, Err(Refused::BadAddress));
    });
    let line = "subscriptions.failure:1|c|#plan:free,error_class:BadAddress";
    assert_eq!(of(&seen, "subscriptions"), [line]);
    assert_eq!(of(&seen, "mailer"), [""; 0]);
}

#[tokio::test]
async fn a_request_is_timed_by_its_route() {
    let routes = router(Arc::default());
    let seen = capture_future(async {
        let body = "address=ada@example.com&plan=free";
        assert_eq!(send(&routes, post("/subscriptions", body)).await, StatusCode::CREATED);
        assert_eq!(send(&routes, post("/subscriptions", body)).await, StatusCode::CONFLICT);
    })
    .await;
    let time = "http.requests|ms|#route:/subscriptions,method:POST";
    assert!(of(&seen, "http.requests").contains(&time.to_owned()));
    let lines = [
        "subscriptions.failure:1|c|#plan:free,error_class:AlreadySubscribed",
        "subscriptions.success:1|c|#plan:free",
    ];
    assert_eq!(of(&seen, "subscriptions"), lines);
}

#[tokio::test]
async fn a_page_comes_out_of_the_cache_the_second_time() {
    let routes = router(Arc::default());
    let seen = capture_future(async {
        for _ in 0..2 {
            assert_eq!(send(&routes, get_request("/pages/home")).await, StatusCode::OK);
        }
    })
    .await;
    assert_eq!(of(&seen, "cache"), ["cache.hit:1|c", "cache.lookup:2|c"]);
    assert_eq!(of(&seen, "pages"), ["pages.render|ms"]);
}

#[tokio::test]
async fn strange_paths_and_methods_make_no_series_of_their_own() {
    let routes = router(Arc::default());
    let seen = capture_future(async {
        let request = Request::builder().method("BREW").uri("/pots/1").body(Body::empty());
        let status = send(&routes, request.expect("a request")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    })
    .await;
    let line = "http.requests.success:1|c|#route:none,method:other";
    assert_eq!(of(&seen, "http.requests.success"), [line]);
}

#[tokio::test]
async fn a_request_that_is_given_up_is_counted_as_cancelled() {
    let routes = observed(Router::new().route("/slow", get(pending::<()>)));
    let seen = capture_future(async {
        let request = send(&routes, get_request("/slow"));
        timeout(Duration::ZERO, request).await.expect_err("nobody answers");
    })
    .await;
    let line = "http.requests.cancelled:1|c|#route:/slow,method:GET";
    assert_eq!(of(&seen, "http.requests.cancelled"), [line]);
}

#[test]
fn a_panic_is_counted_as_one() {
    async fn broken() {
        panic!("a handler's mistake");
    }
    let routes = observed(Router::new().route("/broken", get(broken)));
    let seen = capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let request = send(&routes, get_request("/broken"));
        catch_unwind(AssertUnwindSafe(|| runtime.block_on(request))).expect_err("it panics");
    });
    let line = "http.requests.panic:1|c|#route:/broken,method:GET";
    assert_eq!(of(&seen, "http.requests.panic"), [line]);
}

#[test]
fn jobs_are_timed_by_their_names() {
    let service = Service::default();
    let seen = capture(|| JOBS.iter().for_each(|job| run(job, &service)));
    assert_eq!(of(&seen, "cron"), ["cron.cache|ms", "cron.mail|ms"]);
}

async fn send(routes: &Router, request: Request<Body>) -> StatusCode {
    let Ok(response) = routes.clone().oneshot(request).await;
    response.status()
}

fn get_request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("a request")
}

fn post(path: &str, form: &'static str) -> Request<Body> {
    let content_type = "application/x-www-form-urlencoded";
    let request = Request::post(path).header("content-type", content_type);
    request.body(Body::from(form)).expect("a request")
}

/// What `work` sends.
fn capture(work: impl FnOnce()) -> Captured {
    let (client, captured) = client();
    client.scope(work);
    client.flush(Duration::from_secs(10));
    captured
}

/// What `work` sends.
async fn capture_future(work: impl Future<Output = ()>) -> Captured {
    let (client, captured) = client();
    client.scope_future(work).await;
    client.flush(Duration::from_secs(10));
    captured
}

fn client() -> (Client, Captured) {
    let (backend, captured) = CaptureBackend::new();
    let builder = Client::builder().backend(backend).dialect(Dialect::DogStatsd);
    // No flush of its own comes in between.
    let client = builder.flush_interval(Duration::from_secs(3600)).build();
    (client.expect("a client"), captured)
}

/// The lines of the metrics under `name`, sorted; of timings without their values.
fn of(seen: &Captured, name: &str) -> Vec<String> {
    let lines = seen.lines().into_iter().filter(|line| line.starts_with(name));
    let mut lines: Vec<String> = lines
        .map(|line| match (line.split_once(':'), line.split_once("|ms")) {
            (Some((name, _)), Some((_, tags))) => format!("{name}|ms{tags}"),
            _ => line,
        })
        .collect();
    lines.sort();
    lines
}
