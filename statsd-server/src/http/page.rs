//! `GET /` and `GET /assets/…`: the live page, embedded as it stands in `assets/`.

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::HttpState;

/// A metric's name comes from strangers: even if one were taken for markup, nothing of it would run.
const SECURITY: [(HeaderName, &str); 2] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// The page and what it loads.
pub(super) fn routes() -> Router<HttpState> {
    Router::new()
        .route("/", get(|headers: HeaderMap| async move { answer("index.html", &headers) }))
        .route("/assets/{name}", get(asset))
}

/// What this build's page is, in a word that changes when any of its files does.
pub(super) fn build() -> &'static str {
    static BUILD: LazyLock<String> = LazyLock::new(|| {
        let all = ASSETS.iter().fold(FNV_START, |hash, asset| fnv(hash, asset.bytes));
        format!("{}-{all:016x}", env!("CARGO_PKG_VERSION"))
    });
    &BUILD
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    answer(&name, &headers)
}

fn answer(name: &str, request: &HeaderMap) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return (StatusCode::NOT_FOUND, "The live page has no such file.\n").into_response();
    };
    let etag = format!("\"{:016x}\"", fnv(FNV_START, asset.bytes));
    let known =
        request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    // The addresses stay the same from build to build, so a browser asks each time; mostly it hears 304.
    let caching = [(header::CACHE_CONTROL, "no-cache"), (header::ETAG, &etag)];
    if known
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag)
    {
        return (StatusCode::NOT_MODIFIED, caching, SECURITY).into_response();
    }
    let content = [(header::CONTENT_TYPE, asset.media_type)];
    (content, caching, SECURITY, asset.bytes).into_response()
}

struct Asset {
    name: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $media_type:literal,)*) => {
        [$(Asset {
            name: $name,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../../assets/", $name)),
        }),*]
    };
}

static ASSETS: [Asset; 11] = assets! {
    "index.html": "text/html; charset=utf-8",
    "style.css": "text/css; charset=utf-8",
    "favicon.svg": "image/svg+xml",
    "app.js": "text/javascript; charset=utf-8",
    "stream.js": "text/javascript; charset=utf-8",
    "points.js": "text/javascript; charset=utf-8",
    "tile.js": "text/javascript; charset=utf-8",
    "format.js": "text/javascript; charset=utf-8",
    "uPlot.iife.min.js": "text/javascript; charset=utf-8",
    "uPlot.min.css": "text/css; charset=utf-8",
    "uPlot.LICENSE": "text/plain; charset=utf-8",
};

const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;

/// FNV-1a: std's hasher may change from release to release, and a cache outlives those.
fn fnv(start: u64, bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests;
