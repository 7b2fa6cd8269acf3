//! Answers in JSON, plain or wrapped as the request has it.

use std::io;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::ser::Formatter;

use super::error::HttpError;
use super::params::Params;
use crate::draw::json::indent;

/// Characters of a `jsonp` function's name.
const JSONP_MAX_CHARS: usize = 128;

/// How JSON is to be dressed: `jsonp` and `pretty`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dress {
    jsonp: Option<String>,
    pretty: bool,
}

impl Dress {
    /// Reads it from the parameters. `jsonp` becomes script in somebody's page: only a name may stand there.
    pub(super) fn read(params: &Params) -> Result<Self, HttpError> {
        let jsonp = params.get("jsonp").filter(|name| !name.is_empty()).map(str::to_owned);
        let named = |name: &String| {
            name.len() <= JSONP_MAX_CHARS
                && name.split('.').all(|part| {
                    part.starts_with(|c: char| c.is_ascii_alphabetic() || "_$".contains(c))
                        && part.chars().all(|c| c.is_ascii_alphanumeric() || "_$".contains(c))
                })
        };
        match jsonp {
            Some(name) if !named(&name) => {
                Err(HttpError::parameter("jsonp", format_args!("{name:?} is no function's name")))
            }
            jsonp => Ok(Self { jsonp, pretty: params.flag("pretty") }),
        }
    }

    /// Answers JSON text.
    pub(super) fn text(&self, json: String) -> Response {
        let json = if self.pretty { indent(&json) } else { json };
        let (kind, body) = match &self.jsonp {
            Some(function) => ("text/javascript; charset=utf-8", format!("{function}({json})")),
            None => ("application/json", json),
        };
        ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], body).into_response()
    }

    /// Answers a value.
    pub(super) fn json(&self, value: &impl Serialize) -> Result<Response, HttpError> {
        let mut out = Vec::new();
        value
            .serialize(&mut serde_json::Serializer::with_formatter(&mut out, Spaced))
            .map_err(|error| HttpError::internal(&error))?;
        let text = String::from_utf8(out).map_err(|error| HttpError::internal(&error))?;
        Ok(self.text(text))
    }
}

/// A blank after each comma and colon, as Python writes JSON: some clients compare text.
struct Spaced;

impl Formatter for Spaced {
    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        out: &mut W,
        first: bool,
    ) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}
