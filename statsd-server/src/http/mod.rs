//! The server over HTTP: axum here and nowhere else.
//! May not know receivers, the aggregator or backends. Data comes from `trait Store` and the live hub and
//! leaves as answers.

mod live;
mod page;

use std::sync::Arc;

use axum::Router;

use crate::clock::Clock;
use crate::live::Hub;
use crate::store::Store;
use crate::telemetry::Telemetry;

/// What the routes read from.
#[derive(Debug, Clone)]
pub struct HttpState {
    /// Series and their points.
    pub store: Arc<dyn Store>,
    /// The newest flush.
    pub hub: Hub,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where what happens here is counted.
    pub telemetry: Arc<Telemetry>,
}

/// Every route of the server.
pub fn router(state: HttpState) -> Router {
    Router::new().merge(page::routes()).merge(live::routes()).with_state(state)
}

/// Serves until `stopped` is done, and then answers the requests at hand.
pub async fn serve(
    listener: tokio::net::TcpListener,
    state: HttpState,
    stopped: impl Future<Output = ()> + Send + 'static,
) {
    // It never fails: a connection that cannot be accepted is tried again.
    let _served = axum::serve(listener, router(state)).with_graceful_shutdown(stopped).await;
}

#[cfg(test)]
mod testing;
