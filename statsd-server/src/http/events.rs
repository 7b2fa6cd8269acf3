//! `/events/get_data`: the newest events, as graphite-web answers them.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Serialize;

use super::error::HttpError;
use super::params::Params;
use super::reply::Dress;
use super::{HttpState, blocking, route_both};
use crate::events::{Event, Wanted};

pub(super) fn routes() -> Router<HttpState> {
    route_both(Router::new(), "/events/get_data", get(get_data).post(get_data))
}

/// One event, in graphite-web's names.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    id: u64,
    what: &'a str,
    when: Option<i64>,
    tags: &'a [String],
    data: &'a str,
}

impl<'a> From<&'a Event> for Shown<'a> {
    fn from(event: &'a Event) -> Self {
        let Event { id, what, data, when, tags } = event;
        Self { id: *id, what, when: *when, tags, data }
    }
}

/// `from` and `until` as everywhere, else all of the past; `tags`, separated by blanks, all of which an
/// event must have, or one of them with `set=union`.
async fn get_data(State(state): State<HttpState>, params: Params) -> Result<Response, HttpError> {
    let (now, zone) = (state.clock.seconds(), params.zone());
    let from = params.time("from", "0", now, &zone)?;
    let until = params.time("until", "now", now, &zone)?;
    let any = match params.get("set").unwrap_or_default() {
        "" | "intersection" => false,
        "union" => true,
        other => {
            let reason = format_args!("there is no {other:?}; there are union and intersection");
            return Err(HttpError::parameter("set", reason));
        }
    };
    let dress = Dress::read(&params)?;
    blocking(move || {
        let tags = params.get("tags").unwrap_or_default().split_whitespace().collect();
        let found = state.events.find(&Wanted { from, until, tags, any });
        dress.json(&found.iter().map(Shown::from).collect::<Vec<_>>())
    })
    .await
}

#[cfg(test)]
mod tests;
