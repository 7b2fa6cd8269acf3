//! The cache query port: points that wait to be written, for graphite-web and others that read Whisper files
//! themselves. Questions are pickles behind their length, and so are answers, protocol 2.

use tokio::net::TcpStream;
use tokio::sync::watch;

use super::connection::{Connection, Read};
use super::pickle::{Pickle, Writer};
use super::serve::{Frame, Shared};
use crate::limits::{CARBON_QUERY_POINTS_MAX, CARBON_QUERY_SERIES_MAX, CARBON_STALL_MAX};
use crate::store::Store;
use crate::telemetry::Telemetry;

impl Shared {
    /// Answers questions until the connection ends.
    pub(super) async fn serve_queries(&self, stream: TcpStream, stopped: watch::Receiver<bool>) {
        let mut connection = Connection::new(stream, stopped);
        loop {
            let question = match self.read_frame(&mut connection).await {
                Ok(Frame::Whole(question)) => question,
                Ok(Frame::None(Read::Silent)) => {
                    return self.telemetry.carbon_connections_idle.add(1);
                }
                Ok(Frame::None(_) | Frame::Cut(_)) | Err(_) => return,
                Ok(Frame::Slow) => return self.telemetry.carbon_connections_slow.add(1),
                Ok(Frame::TooLong(bytes)) => {
                    self.bad_frame(&format_args!("it has {bytes} bytes, which is too long"));
                    return connection.reset();
                }
            };
            let answer = match Pickle::read(&question) {
                Ok(question) => answer(&question, &*self.store, &self.telemetry),
                Err(error) => {
                    self.bad_frame(&error);
                    return;
                }
            };
            if connection.write(&answer, CARBON_STALL_MAX).await.is_err() {
                return self.telemetry.carbon_connections_slow.add(1);
            }
        }
    }
}

/// The whole answer with its length.
fn answer(question: &Pickle<'_>, store: &dyn Store, telemetry: &Telemetry) -> Vec<u8> {
    let text = |key| question.get(question.root, key).and_then(|value| question.text(value));
    let mut out = Writer::new();
    out.begin_dict();
    match (text("type"), text("metric")) {
        (Some("cache-query"), Some(series)) => {
            telemetry.carbon_cache_queries.add(1);
            out.text("datapoints");
            waiting(&mut out, store, series, &mut { CARBON_QUERY_POINTS_MAX });
        }
        (Some("cache-query-bulk"), _) => {
            telemetry.carbon_cache_bulk_queries.add(1);
            bulk(&mut out, question, store);
        }
        (Some("get-metadata"), Some(series)) => match text("key") {
            Some("aggregationMethod") => match store.aggregation_method(series) {
                Some(method) => {
                    out.text("value");
                    out.text(method);
                }
                None => error(&mut out, "there is no such series, or its file cannot be read"),
            },
            _ => error(&mut out, "the only key is aggregationMethod"),
        },
        (Some("set-metadata"), _) => {
            error(
                &mut out,
                "this port changes nothing: statsd-server whisper set-aggregation-method does",
            );
        }
        (Some("cache-query" | "get-metadata"), None) => error(&mut out, "it has no metric"),
        _ => error(
            &mut out,
            "its type is none of cache-query, cache-query-bulk, get-metadata and set-metadata",
        ),
    }
    out.end_dict();
    out.frame()
}

fn error(out: &mut Writer, why: &str) {
    out.text("error");
    out.text(why);
}

fn bulk(out: &mut Writer, question: &Pickle<'_>, store: &dyn Store) {
    let metrics = question.get(question.root, "metrics");
    let names = metrics.and_then(|metrics| question.items(metrics));
    let Some(names) = names else { return error(out, "its metrics are no list") };
    out.text("datapointsByMetric");
    out.begin_dict();
    let mut left = CARBON_QUERY_POINTS_MAX;
    for name in names.take(CARBON_QUERY_SERIES_MAX) {
        if let Some(series) = question.text(name) {
            out.text(series);
            waiting(out, store, series, &mut left);
        }
    }
    out.end_dict();
}

/// The points of a series, as far as the answer has room for them.
fn waiting(out: &mut Writer, store: &dyn Store, series: &str, left: &mut usize) {
    out.begin_list();
    for (timestamp, value) in store.waiting(series).into_iter().take(*left) {
        *left -= 1;
        out.int(timestamp);
        out.float(value);
        out.pair();
    }
    out.end_list();
}

#[cfg(test)]
mod tests;
