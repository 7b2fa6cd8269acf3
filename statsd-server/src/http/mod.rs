//! The server over HTTP: axum here and nowhere else.
//! May not know receivers, the aggregator or backends. Data comes from `trait Store`, the live hub
//! and the log of events, and leaves as answers.

mod connections;
mod error;
mod events;
mod find;
mod health;
mod live;
mod page;
mod params;
mod render;
mod reply;
mod series;
mod status;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::middleware::map_response_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::clock::Clock;
use crate::events::EventLog;
use crate::health::Health;
use crate::limits::QUERIES_AT_ONCE_MAX;
use crate::live::Hub;
use crate::store::Store;
use crate::telemetry::Telemetry;

use connections::Bounded;
use error::HttpError;

pub use series::MayDelete;

/// What the routes read from.
#[derive(Debug, Clone)]
pub struct HttpState {
    /// Where StatsD packets are received, for the page to tell.
    pub statsd: Option<SocketAddr>,
    /// Series and their points.
    pub store: Arc<dyn Store>,
    /// Who may delete series.
    pub may_delete: MayDelete,
    /// The newest flush.
    pub hub: Hub,
    /// How the server is.
    pub health: Arc<Health>,
    /// The newest events and service checks.
    pub events: EventLog,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where what happens here is counted.
    pub telemetry: Arc<Telemetry>,
}

/// Every route of the server.
pub fn router(state: HttpState) -> Router {
    Router::new()
        .merge(events::routes())
        .merge(find::routes())
        .merge(health::routes())
        .merge(live::routes())
        .merge(page::routes())
        .merge(render::routes())
        .merge(series::routes())
        .merge(status::routes())
        .merge(route_both(Router::new(), "/version", get(version)))
        .layer(map_response_with_state(state.clone(), finish))
        .with_state(state)
}

/// Serves until `stopped` is done, and then answers the requests at hand.
pub async fn serve(
    listener: tokio::net::TcpListener,
    state: HttpState,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    let listener = Bounded::new(listener, Arc::clone(&state.telemetry));
    // It never fails: a connection that cannot be accepted is tried again.
    let _served = axum::serve(listener, router(state)).with_graceful_shutdown(stopped).await;
}

/// The release of graphite-web whose API this is; Grafana asks and chooses its features by it.
async fn version() -> &'static str {
    "1.1.10"
}

/// Routes the path with and without the slash at its end, as graphite-web does.
fn route_both(
    router: Router<HttpState>,
    path: &str,
    to: MethodRouter<HttpState>,
) -> Router<HttpState> {
    router.route(path, to.clone()).route(&format!("{path}/"), to)
}

/// Counts what was refused, and tells browsers to take an answer for what it says it is.
async fn finish(State(state): State<HttpState>, mut response: Response) -> Response {
    if response.status().is_client_error() {
        state.telemetry.requests_refused.add(1);
    }
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, nosniff);
    response
}

/// Bounds the memory of all queries of the process together.
static QUERIES: Semaphore = Semaphore::const_new(QUERIES_AT_ONCE_MAX);

/// Runs a query on a thread that may wait for the disk. It keeps its place until it is done, even when
/// nobody waits for its answer any more.
async fn blocking<T: Send + 'static>(
    query: impl FnOnce() -> Result<T, HttpError> + Send + 'static,
) -> Result<T, HttpError> {
    let place = QUERIES.acquire().await;
    let run = spawn_blocking(move || {
        let _place = place;
        query()
    });
    run.await.unwrap_or_else(|panic| Err(HttpError::internal(&panic)))
}

#[cfg(test)]
mod testing;
