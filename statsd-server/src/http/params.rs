//! The parameters of a request: its query, then its form, read alike.

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, Method, StatusCode, header};
use jiff::tz::TimeZone;

use super::error::HttpError;
use crate::limits::{HTTP_BODY_MAX_BYTES, HTTP_PARAMETERS_MAX};
use crate::query::attime;

/// Names and values in the order in which they came, those of the URL first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Params {
    pairs: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequest<S> for Params {
    type Rejection = HttpError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, HttpError> {
        let (parts, body) = request.into_parts();
        let mut params = Self::default();
        params.read(parts.uri.query().unwrap_or_default().as_bytes())?;
        if parts.method == Method::POST {
            let body = to_bytes(body, HTTP_BODY_MAX_BYTES).await.map_err(|_| too_large())?;
            params.read(form(&parts.headers, &body)?)?;
        }
        Ok(params)
    }
}

impl Params {
    /// The parameter's value; of several, the last.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter, also where it is written as a list, `name[]`.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = move |key: &str| key.strip_suffix("[]").unwrap_or(key) == name;
        self.pairs.iter().filter(move |(key, _)| named(key)).map(|(_, value)| value.as_str())
    }

    /// Whether a switch is on: it is there and says neither `0` nor `false`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !matches!(value, "" | "0" | "false" | "False"))
    }

    /// A number, where the parameter is there and not empty.
    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, HttpError> {
        let Some(text) = self.get(name).filter(|text| !text.is_empty()) else { return Ok(None) };
        let wrong = |_| HttpError::parameter(name, format_args!("{text:?} is no whole number"));
        text.trim().parse().map(Some).map_err(wrong)
    }

    /// The zone of `tz`. A zone that this machine does not know is UTC, as in graphite-web.
    pub(super) fn zone(&self) -> TimeZone {
        self.get("tz").and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
    }

    /// A time, read as of `now`.
    pub(super) fn time(
        &self,
        name: &str,
        otherwise: &str,
        now: i64,
        zone: &TimeZone,
    ) -> Result<i64, HttpError> {
        let text = self.get(name).filter(|text| !text.is_empty()).unwrap_or(otherwise);
        attime::parse(text, now, zone).map_err(|error| HttpError::parameter(name, error))
    }

    fn read(&mut self, encoded: &[u8]) -> Result<(), HttpError> {
        for pair in encoded.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            if self.pairs.len() == HTTP_PARAMETERS_MAX {
                let reason = format_args!("more than {HTTP_PARAMETERS_MAX} parameters");
                return Err(HttpError::bad(reason));
            }
            let cut = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = cut.map_or((pair, &[][..]), |at| (&pair[..at], &pair[at + 1..]));
            let name =
                decode(name).ok_or_else(|| HttpError::bad("a parameter's name is not UTF-8"))?;
            let value = decode(value).ok_or_else(|| HttpError::parameter(&name, "not UTF-8"))?;
            self.pairs.push((name, value));
        }
        Ok(())
    }
}

fn form<'a>(headers: &HeaderMap, body: &'a Bytes) -> Result<&'a [u8], HttpError> {
    let kind = headers.get(header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    let essence = kind.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let is_form = essence.eq_ignore_ascii_case(b"application/x-www-form-urlencoded");
    if body.is_empty() || essence.is_empty() || is_form {
        return Ok(body);
    }
    Err(HttpError {
        status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
        message: "the body must be a form: application/x-www-form-urlencoded".into(),
    })
}

fn too_large() -> HttpError {
    HttpError {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        message: format!(
            "the body could not be read, or is longer than {HTTP_BODY_MAX_BYTES} bytes"
        ),
    }
}

/// Undoes form encoding. A `%` that two hexadecimal digits do not follow stands for itself.
fn decode(encoded: &[u8]) -> Option<String> {
    let mut out = Vec::with_capacity(encoded.len());
    let mut rest = encoded;
    while let Some((&byte, behind)) = rest.split_first() {
        rest = behind;
        out.push(match byte {
            b'+' => b' ',
            b'%' => match hex_byte(rest) {
                Some(byte) => {
                    rest = &rest[2..];
                    byte
                }
                None => b'%',
            },
            byte => byte,
        });
    }
    String::from_utf8(out).ok()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    u8::try_from(digit(digits.first()?)? * 16 + digit(digits.get(1)?)?).ok()
}

#[cfg(test)]
mod tests;
