//! `/render`: targets and a span of time → JSON or a picture.

use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::tz::TimeZone;

use super::error::HttpError;
use super::params::Params;
use super::reply::Dress;
use super::{HttpState, blocking, route_both};
use crate::draw::{Picture, json, svg};
use crate::limits::{PICTURE_SIDE_MAX_PIXELS, RENDER_TARGETS_MAX};
use crate::query::{Evaluation, Expr, Range, consolidate, evaluate, target};
use crate::store::Store;
use crate::telemetry::Telemetry;

pub(super) fn routes() -> Router<HttpState> {
    route_both(Router::new(), "/render", get(render).post(render))
}

async fn render(State(state): State<HttpState>, params: Params) -> Result<Response, HttpError> {
    let request = Request::read(&params, state.clock.seconds())?;
    blocking(move || request.answer(&*state.store, &state.telemetry)).await
}

/// A render request, read and checked.
#[derive(Debug)]
struct Request {
    targets: Vec<Expr>,
    range: Range,
    zone: TimeZone,
    format: Format,
}

#[derive(Debug)]
enum Format {
    Json { dress: Dress, max_points: Option<usize>, skip_nulls: bool },
    Svg { width: u32, height: u32, title: Option<String> },
}

/// graphite-web's size of a picture.
const WIDTH: u32 = 330;
const HEIGHT: u32 = 250;

/// Below this there is no room for axes.
const SIDE_MIN_PIXELS: u32 = 64;

impl Request {
    fn read(params: &Params, clock: i64) -> Result<Self, HttpError> {
        let zone = params.zone();
        let now = params.time("now", "now", clock, &zone)?;
        // A later one would be every file's error, and not the request's.
        if u32::try_from(now).is_err() {
            let reason =
                format_args!("{now} is later than {}, the last second of a file", u32::MAX);
            return Err(HttpError::parameter("now", reason));
        }
        let from = params.time("from", "-1d", now, &zone)?;
        let until = params.time("until", "now", now, &zone)?;
        if from == until {
            return Err(HttpError::parameter(
                "from",
                format_args!("{from} is until as well; the span is empty"),
            ));
        }
        let range = Range { from: from.min(until), until: from.max(until), now };
        Ok(Self { targets: targets(params)?, range, zone, format: Format::read(params)? })
    }

    fn answer(&self, store: &dyn Store, telemetry: &Telemetry) -> Result<Response, HttpError> {
        let Evaluation { mut series, unreadable } =
            evaluate(store, &self.targets, self.range).map_err(HttpError::bad)?;
        if let Some(error) = unreadable.first() {
            // One line a request, however many files are broken; all of them are counted.
            let (series, error) = (unreadable.len(), error as &dyn std::error::Error);
            tracing::warn!(series, error, "some series could not be read");
        }
        telemetry.series_unreadable.add(unreadable.len() as u64);
        if let (true, Some(error)) = (series.is_empty(), unreadable.first()) {
            return Err(HttpError::internal(error));
        }
        match &self.format {
            Format::Json { dress, max_points, skip_nulls } => {
                if let Some(max_points) = *max_points {
                    consolidate(&mut series, max_points);
                }
                Ok(dress.text(json::series(&series, *skip_nulls)))
            }
            Format::Svg { width, height, title } => Ok(picture(&svg(&Picture {
                series: &series,
                from: self.range.from,
                until: self.range.until,
                width: *width,
                height: *height,
                title: title.as_deref(),
                zone: &self.zone,
            }))),
        }
    }
}

/// Blank targets are passed over, as graphite-web does: editors send them.
fn targets(params: &Params) -> Result<Vec<Expr>, HttpError> {
    let given = params.all("target").count();
    if given == 0 {
        return Err(HttpError::parameter("target", "missing; name a series or a glob"));
    }
    if given > RENDER_TARGETS_MAX {
        let reason = format_args!("given {given} times; at most {RENDER_TARGETS_MAX}");
        return Err(HttpError::parameter("target", reason));
    }
    let blank = |text: &&str| text.trim().is_empty();
    let read = |text| {
        target::parse(text).map_err(|error| {
            // The reason comes first: a long target must not push it off the line.
            HttpError::parameter("target", format_args!("{error} of {text:?}"))
        })
    };
    params.all("target").filter(|text| !blank(text)).map(read).collect()
}

impl Format {
    fn read(params: &Params) -> Result<Self, HttpError> {
        let raw = if params.flag("rawData") { "raw" } else { "svg" };
        match params.get("format").filter(|name| !name.is_empty()).unwrap_or(raw) {
            "json" => Ok(Self::Json {
                dress: Dress::read(params)?,
                max_points: params.number("maxDataPoints")?.filter(|max| *max > 0),
                skip_nulls: params.flag("noNullPoints"),
            }),
            "svg" => Ok(Self::Svg {
                width: side(params, "width", WIDTH)?,
                height: side(params, "height", HEIGHT)?,
                title: params.get("title").filter(|title| !title.is_empty()).map(str::to_owned),
            }),
            other => Err(HttpError::parameter(
                "format",
                format_args!("there is no {other:?}; there are json and svg"),
            )),
        }
    }
}

fn side(params: &Params, name: &str, otherwise: u32) -> Result<u32, HttpError> {
    let side = params.number(name)?.unwrap_or(otherwise);
    if (SIDE_MIN_PIXELS..=PICTURE_SIDE_MAX_PIXELS).contains(&side) {
        return Ok(side);
    }
    let reason =
        format_args!("{side} is not within {SIDE_MIN_PIXELS} to {PICTURE_SIDE_MAX_PIXELS} pixels");
    Err(HttpError::parameter(name, reason))
}

/// A picture that is opened by itself may style itself and load or run nothing.
fn picture(svg: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, svg.to_owned()).into_response()
}
