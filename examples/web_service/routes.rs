//! What visitors see: each request is counted and timed by its route, whatever it does behind it.

use std::sync::Arc;

use axum::extract::{Form, MatchedPath, Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{Router, get, post};
use serde::Deserialize;
use statsd_client::{statsd_count_success, statsd_gauge_inflight, statsd_measure};

use crate::service::{Plan, Refused, Service};

/// The service's routes.
pub(crate) fn router(service: Arc<Service>) -> Router {
    let routes = Router::new()
        .route("/pages/{name}", get(show_page))
        .route("/subscriptions", post(subscribe));
    observed(routes.with_state(service))
}

/// Counts and times all that a router serves.
pub(crate) fn observed(routes: Router) -> Router {
    routes.layer(from_fn(observe))
}

// A closure judges the response; the tags are read before the request is given away.
#[statsd_count_success(
    "http.requests",
    |response: &Response| !response.status().is_server_error(),
    tags(route = route(&request), method = method(&request)),
)]
#[statsd_measure("http.requests", tags(route = route(&request), method = method(&request)))]
#[statsd_gauge_inflight("http.inflight")]
async fn observe(request: Request, next: Next) -> Response {
    next.run(request).await
}

/// The route's pattern: paths are as many as visitors care to think of, and each would be a series.
fn route(request: &Request) -> &str {
    request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str)
}

/// Visitors think of methods, too.
fn method(request: &Request) -> &str {
    match *request.method() {
        Method::GET | Method::POST => request.method().as_str(),
        _ => "other",
    }
}

async fn show_page(
    State(service): State<Arc<Service>>,
    Path(name): Path<String>,
) -> Result<Html<String>, StatusCode> {
    let page = service.page(&name).ok_or(StatusCode::NOT_FOUND)?;
    Ok(Html(page.to_string()))
}

#[derive(Deserialize)]
struct Subscription {
    address: String,
    plan: Plan,
}

async fn subscribe(
    State(service): State<Arc<Service>>,
    Form(wanted): Form<Subscription>,
) -> Result<StatusCode, Refused> {
    service.subscribe(wanted.address, wanted.plan)?;
    Ok(StatusCode::CREATED)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self {
            Self::BadAddress => StatusCode::UNPROCESSABLE_ENTITY,
            Self::AlreadySubscribed => StatusCode::CONFLICT,
            Self::TooManyLetters => StatusCode::SERVICE_UNAVAILABLE,
        };
        status.into_response()
    }
}
