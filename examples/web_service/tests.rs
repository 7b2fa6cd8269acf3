//! What the service counts. Each test sees its own calls only, so they run side by side.

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{Router, get};
use statsd_client::testing::{capture, capture_future};
use statsd_client::{
    assert_no_statsd_calls, assert_statsd_gauge, assert_statsd_increment, assert_statsd_measure,
};
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
    assert_statsd_increment!(seen, "subscriptions.success", tags(plan = "pro"));
    assert_statsd_increment!(seen, "mailer.write.success");
    assert_statsd_measure!(seen, "mailer.write");
}

#[test]
fn a_refusal_is_counted_by_its_reason() {
    let service = Service::default();
    let seen = capture(|| {
        let refused = service.subscribe("ada".to_owned(), Plan::Free);
        assert_eq!(refused, Err(Refused::BadAddress));
    });
    let name = "subscriptions.failure";
    assert_statsd_increment!(seen, name, tags(plan = "free", error_class = "BadAddress"));
    assert_no_statsd_calls!(seen, "subscriptions.success", "mailer.*");
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
    let tags = ("/subscriptions", "POST");
    assert_statsd_measure!(seen, "http.requests", times = 2, tags(route = tags.0, method = tags.1));
    // In and out, twice.
    assert_statsd_gauge!(seen, "http.inflight", 1, times = 2);
    assert_statsd_gauge!(seen, "http.inflight", 0, times = 2);
    assert_statsd_increment!(seen, "subscriptions.success");
    let class = "AlreadySubscribed";
    assert_statsd_increment!(seen, "subscriptions.failure", tags(error_class = class));
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
    assert_statsd_increment!(seen, "cache.lookup", times = 2);
    assert_statsd_increment!(seen, "cache.hit", times = 1);
    assert_statsd_measure!(seen, "pages.render", times = 1);
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
    let name = "http.requests.success";
    assert_statsd_increment!(seen, name, tags(route = "none", method = "other"));
}

#[tokio::test]
async fn a_request_that_is_given_up_is_counted_as_cancelled() {
    let routes = observed(Router::new().route("/slow", get(pending::<()>)));
    let seen = capture_future(async {
        let request = send(&routes, get_request("/slow"));
        timeout(Duration::ZERO, request).await.expect_err("nobody answers");
    })
    .await;
    assert_statsd_increment!(seen, "http.requests.cancelled", tags(route = "/slow"));
    assert_no_statsd_calls!(seen, "http.requests.success", "http.requests.failure");
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
    assert_statsd_increment!(seen, "http.requests.panic", tags(route = "/broken", method = "GET"));
}

#[test]
fn jobs_are_timed_by_their_names() {
    let service = Service::default();
    let seen = capture(|| JOBS.iter().for_each(|job| run(job, &service)));
    assert_statsd_measure!(seen, "cron.mail");
    assert_statsd_measure!(seen, "cron.cache");
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
