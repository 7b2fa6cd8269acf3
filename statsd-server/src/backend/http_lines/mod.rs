//! The output over HTTP: snapshot → lines → POST requests, with the courier and the spool of the output
//! for carbon. May not know how samples came, nor configuration.
//!
//! `format` writes the lines, `post` is the client: HTTP/1.1 without TLS, a connection a request,
//! with one deadline for all of it. A client library would bring a runtime into a lane's thread.

mod format;
mod post;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::graphite::{Body, Carrier, Courier, CourierOptions, NotTaken};
use super::naming::Naming;
use super::{Backend, BackendError, SpoolOptions};
use crate::aggregate::Snapshot;
use crate::clock::Clock;
use crate::http_url::HttpUrl;
use crate::limits::{BACKEND_DEADLINE, HTTP_REQUEST_MAX_BYTES};
use crate::telemetry::{BackendStatus, Telemetry};

use post::{Answer, post};

pub use format::HttpFormat;

/// Where lines are posted to, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpOutputOptions {
    /// What `/status` and the log call it.
    pub name: &'static str,
    /// `http://host[:port]/path?query`.
    pub url: String,
    /// What the lines are.
    pub format: HttpFormat,
    /// Sent with every request: `Authorization` and its like.
    pub headers: Vec<(String, String)>,
    /// How long to wait for a connection.
    pub connect_timeout: Duration,
    /// How long the whole of a request may take behind that, its answer included.
    pub timeout: Duration,
    /// The pause after the first failed attempt; it doubles up to `RETRY_PAUSE_MAX`, and is as long as
    /// the other side says in `Retry-After`, up to `RETRY_AFTER_MAX`.
    pub retry_pause: Duration,
    /// Where flushes wait for a server that is away.
    pub spool_folder: Option<PathBuf>,
    /// Beyond it the oldest flushes are dropped, and counted.
    pub spool_max_bytes: u64,
}

/// Posts every flush as lines, in requests of at most `HTTP_REQUEST_MAX_BYTES`.
///
/// A server that cannot be reached, takes too long, or answers 429 or 5xx gets the flush again, all of
/// it: the same points under the same time. What it refuses otherwise is dropped, counted
/// (`refused`) and logged with the first line of the answer.
#[derive(Debug)]
pub struct HttpBackend {
    name: &'static str,
    format: HttpFormat,
    naming: Naming,
    courier: Courier,
    telemetry: Arc<Telemetry>,
}

impl HttpBackend {
    /// Opens the spool and starts the thread that posts.
    ///
    /// # Errors
    /// The URL is wrong, the spool's folder cannot be used, or the thread not started.
    pub fn start(
        options: HttpOutputOptions,
        naming: Naming,
        clock: Arc<dyn Clock>,
        telemetry: Arc<Telemetry>,
    ) -> std::io::Result<Self> {
        let url = HttpUrl::read(&options.url).map_err(std::io::Error::other)?;
        let url = if options.format == HttpFormat::Influx { url.with_precision() } else { url };
        let status = telemetry.backends.named(options.name);
        let courier = CourierOptions {
            retry_pause: options.retry_pause,
            replay: Duration::ZERO,
            spool: SpoolOptions {
                folder: options.spool_folder.clone(),
                max_bytes: options.spool_max_bytes,
            },
        };
        let (name, format) = (options.name, options.format);
        let shown = format!("{name} {}", options.url);
        let carrier = HttpCarrier { shown, url, options, status: Arc::clone(&status) };
        let courier = Courier::start(courier, Box::new(carrier), clock, status)?;
        Ok(Self { name, format, naming, courier, telemetry })
    }
}

impl Backend for HttpBackend {
    fn name(&self) -> &'static str {
        self.name
    }

    fn flush(&mut self, snapshot: &Snapshot) -> Result<(), BackendError> {
        let (text, not_finite) = self.format.lines(snapshot, &self.naming);
        self.telemetry.results_not_finite.add(not_finite);
        if text.is_empty() { Ok(()) } else { self.courier.hand_over(Body::Text(text.into())) }
    }

    fn deadline(&self) -> Duration {
        BACKEND_DEADLINE
    }

    fn delivers_later(&self) -> bool {
        true
    }

    fn close(&mut self, deadline: Instant) {
        self.courier.close(deadline);
    }
}

struct HttpCarrier {
    shown: String,
    url: HttpUrl,
    options: HttpOutputOptions,
    status: Arc<BackendStatus>,
}

impl Carrier for HttpCarrier {
    fn target(&self) -> &str {
        &self.shown
    }

    fn deliver(&self, body: &Body, until: Option<Instant>) -> Result<u64, NotTaken> {
        let text = &body.text();
        let mut refused = None;
        for lines in batches(text, HTTP_REQUEST_MAX_BYTES) {
            match post(&self.url, lines, &self.options, until)? {
                Answer::Taken => {}
                Answer::Refused(why) => {
                    self.status.refused.add(1);
                    refused.get_or_insert(why);
                }
            }
        }
        if let Some(why) = refused {
            tracing::warn!("{}: lines are refused and lost: {why}", self.shown);
        }
        Ok(text.len() as u64)
    }
}

/// Whole lines, at most so many bytes; a longer line goes alone.
fn batches(mut text: &str, max_bytes: usize) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        if text.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let end = if bytes.len() <= max_bytes {
            bytes.len()
        } else {
            let within = memchr::memrchr(b'\n', &bytes[..max_bytes]);
            within.or_else(|| memchr::memchr(b'\n', bytes)).map_or(bytes.len(), |at| at + 1)
        };
        let (batch, rest) = text.split_at(end);
        text = rest;
        Some(batch)
    })
}

#[cfg(test)]
mod tests;
