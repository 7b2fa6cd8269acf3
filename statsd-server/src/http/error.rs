//! What a request that has no answer gets: one line of plain text.

use std::fmt;

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Characters of a message that are sent; more would only echo what the client sent itself.
const MESSAGE_MAX_CHARS: usize = 400;

/// Why a request is refused, in a line that names the parameter, the place and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HttpError {
    pub(super) status: StatusCode,
    pub(super) message: String,
}

impl HttpError {
    /// The request is wrong: 400.
    pub(super) fn bad(message: impl fmt::Display) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.to_string() }
    }

    /// The named parameter is wrong: 400.
    pub(super) fn parameter(name: &str, reason: impl fmt::Display) -> Self {
        Self::bad(format_args!("parameter {name}: {reason}"))
    }

    /// The server is at fault: 500. The cause goes to the log, not to the client.
    pub(super) fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "a request failed");
        let message = "the server could not read its data; its log says why".to_owned();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, message }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let printable = |c: char| if c.is_control() { ' ' } else { c };
        let mut line: String =
            self.message.chars().take(MESSAGE_MAX_CHARS).map(printable).collect();
        line.push('\n');
        let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
        (self.status, plain, line).into_response()
    }
}
