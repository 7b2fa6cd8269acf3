//! `GET /live`: every flush as a server-sent event, to as many pages as the limit allows.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::mpsc;
use tokio::time::Interval;
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use super::{HttpState, page};
use crate::limits::{LIVE_CLIENTS_MAX, LIVE_CONNECTION_EVENTS};
use crate::live::{Frame, Hub};
use crate::telemetry::Telemetry;

/// Between two signs of life. The page calls a server stale after five seconds of silence.
const HEARTBEAT: Duration = Duration::from_secs(2);

/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_secs(1);

/// `GET /live`: `hello`, the newest flush, then `flush` after `flush`, with a `beat` between them.
pub(super) fn routes() -> Router<HttpState> {
    Router::new().route("/live", get(live))
}

async fn live(State(state): State<HttpState>) -> Response {
    let feed = Feed::open(&state.hub, state.telemetry);
    // Counted with this one in it: two that come at once may both be refused, never both served.
    if state.hub.listeners() > LIVE_CLIENTS_MAX {
        feed.telemetry.live_refused.add(1);
        let sentence =
            format!("{LIVE_CLIENTS_MAX} live pages are open, which is the limit; close one.\n");
        return (StatusCode::SERVICE_UNAVAILABLE, sentence).into_response();
    }
    let hello = Hello {
        version: env!("CARGO_PKG_VERSION"),
        build: page::build(),
        time: state.clock.seconds(),
        interval: feed.newest.as_ref().map(|frame| frame.interval),
        statsd: state.statsd,
    };
    let (events, outgoing) = mpsc::channel(LIVE_CONNECTION_EVENTS);
    tokio::spawn(feed.run(hello, HEARTBEAT, events));

    // Proxies that collect an answer before they pass it on would show a minute of it at once.
    let headers = [(header::CACHE_CONTROL.as_str(), "no-store"), ("x-accel-buffering", "no")];
    (headers, Sse::new(ReceiverStream::new(outgoing).map(Ok::<_, Infallible>))).into_response()
}

/// The first event of a stream.
#[derive(Debug, serde::Serialize)]
struct Hello {
    version: &'static str,
    /// Changes when the page does: a wall that reads another one loads itself anew.
    build: &'static str,
    /// Seconds since the epoch.
    time: i64,
    /// Seconds between flushes, once there was one.
    interval: Option<f64>,
    /// Where to send the first packet.
    statsd: Option<SocketAddr>,
}

/// One page's way through the flushes.
#[derive(Debug)]
struct Feed {
    hub: Hub,
    newest: Option<Arc<Frame>>,
    flushes: Receiver<Arc<Frame>>,
    telemetry: Arc<Telemetry>,
}

impl Feed {
    fn open(hub: &Hub, telemetry: Arc<Telemetry>) -> Self {
        let (newest, flushes) = hub.follow();
        Self { hub: hub.clone(), newest, flushes, telemetry }
    }

    /// Runs until the page leaves or the hub closes.
    async fn run(mut self, hello: Hello, heartbeat: Duration, events: mpsc::Sender<Event>) {
        let mut heartbeat = tokio::time::interval(heartbeat);
        let mut event = named("hello", &hello).retry(RETRY);
        // A send fails when the page has left.
        while events.send(event).await.is_ok() {
            event = tokio::select! {
                next = self.next(&mut heartbeat) => match next {
                    Some(event) => event,
                    None => return,
                },
                () = events.closed() => return,
            };
        }
    }

    /// The next event; `None` when the hub is closed.
    async fn next(&mut self, heartbeat: &mut Interval) -> Option<Event> {
        loop {
            if let Some(frame) = self.newest.take() {
                return Some(named("flush", &*frame).id(frame.timestamp.to_string()));
            }
            tokio::select! {
                received = self.flushes.recv() => match received {
                    Ok(frame) => self.newest = Some(frame),
                    Err(RecvError::Lagged(_)) => {
                        self.telemetry.live_lagged.add(1);
                        (self.newest, self.flushes) = self.hub.follow();
                    }
                    Err(RecvError::Closed) => return None,
                },
                // An event and not a comment: a script is not shown comments, and an event without
                // data neither.
                _ = heartbeat.tick() => return Some(Event::default().event("beat").data("alive")),
            }
        }
    }
}

fn named(name: &str, content: &impl serde::Serialize) -> Event {
    let json = serde_json::to_string(content).expect("numbers and strings are always JSON");
    Event::default().event(name).data(json)
}

#[cfg(test)]
mod tests;
