//! `/series`: deletes series. `/store/drift`: which files are not as the schemas say.

use std::net::IpAddr;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{delete, get};
use serde_json::json;

use super::error::HttpError;
use super::params::Params;
use super::reply::Dress;
use super::{HttpState, blocking, route_both};
use crate::limits::{DELETE_MAX, DRIFT_PAGE_MAX, TARGET_MAX_BYTES};
use crate::store::Drift;

/// Who may delete series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MayDelete {
    /// Nobody: other machines reach this address, and nobody has said that they may.
    #[default]
    Nobody,
    /// Whoever reaches an address of this machine alone. A browser there may show a stranger's page whose
    /// name leads here, so the request must name this machine.
    ThisMachine,
    /// Whoever reaches the address.
    Everybody,
}

pub(super) fn routes() -> Router<HttpState> {
    let router = route_both(Router::new(), "/series", delete(delete_series));
    route_both(router, "/store/drift", get(drift))
}

/// Deletes the series that match `pattern`, at most `limit`, and answers their names; with `dry_run=true`
/// those that it would delete. One of the two must be said. The method is one that no form of a stranger's
/// page can send.
async fn delete_series(
    State(state): State<HttpState>,
    headers: HeaderMap,
    params: Params,
) -> Result<Response, HttpError> {
    let dress = Dress::read(&params)?;
    let pattern = params.get("pattern").filter(|pattern| !pattern.is_empty());
    let pattern = pattern.ok_or_else(|| HttpError::parameter("pattern", "missing; name a glob"))?;
    if pattern.len() > TARGET_MAX_BYTES {
        let reason = format_args!("longer than {TARGET_MAX_BYTES} bytes");
        return Err(HttpError::parameter("pattern", reason));
    }
    let dry_run = match params.get("dry_run") {
        Some("true") => true,
        Some("false") => false,
        _ => return Err(HttpError::parameter("dry_run", "say `true` or `false`")),
    };
    let limit = params.number("limit")?.unwrap_or(DELETE_MAX).min(DELETE_MAX);
    if !dry_run {
        may_delete(state.may_delete, &headers)?;
    }
    let (pattern, now) = (pattern.to_owned(), state.clock.seconds());
    blocking(move || {
        let names = if dry_run {
            let found = state.store.find(&pattern, limit).map_err(HttpError::bad)?;
            found.into_iter().filter(|node| node.leaf).map(|node| node.path).collect()
        } else {
            let deleted = state.store.delete(&pattern, limit, now).map_err(HttpError::bad)?;
            tracing::info!(?pattern, series = deleted.len(), "series are deleted over HTTP");
            deleted
        };
        dress.json(&json!({ "dry_run": dry_run, "series": names }))
    })
    .await
}

fn may_delete(who: MayDelete, headers: &HeaderMap) -> Result<(), HttpError> {
    let forbidden =
        |message: &str| HttpError { status: StatusCode::FORBIDDEN, message: message.to_owned() };
    match who {
        MayDelete::Everybody => Ok(()),
        MayDelete::ThisMachine if is_this_machine(headers) => Ok(()),
        MayDelete::ThisMachine => Err(forbidden(
            "the request must be sent to this machine by its address or as localhost",
        )),
        MayDelete::Nobody => Err(forbidden(
            "other machines reach this address; store.delete_over_http = true lets them delete series",
        )),
    }
}

/// Whether the request is sent to an address, or to `localhost`: no name that a stranger gives out.
fn is_this_machine(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let without_port = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = without_port.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

/// `{"drifted": 2, "series": [{"series": "a.b", "from": "60:1440 average 0.5", "to": "10:8640 sum 0"}, …],
/// "next": "a.b"}`: those that follow `after`, at most `limit`; `next` is the next page's `after`.
async fn drift(State(state): State<HttpState>, params: Params) -> Result<Response, HttpError> {
    let dress = Dress::read(&params)?;
    let limit = params.number("limit")?.unwrap_or(DRIFT_PAGE_MAX).clamp(1, DRIFT_PAGE_MAX);
    let after = params.get("after").filter(|after| !after.is_empty());
    let page = state.store.drift(after, limit);
    let next = page.get(limit - 1).map(|last| &*last.series);
    let shown =
        |Drift { series, from, to }: &Drift| json!({ "series": series, "from": from, "to": to });
    let drifted = state.store.upkeep_report().map_or(0, |report| report.drifted);
    let series: Vec<_> = page.iter().map(shown).collect();
    dress.json(&json!({ "drifted": drifted, "series": series, "next": next }))
}

#[cfg(test)]
mod tests;
