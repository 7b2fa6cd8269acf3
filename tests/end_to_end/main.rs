//! An annotated function → UDP → aggregate → Whisper → `/render`: every number is the same.

#![expect(clippy::print_stdout, reason = "what was not compared is said")]

mod bad_input;
mod numbers;

use serde_json::Value;
use statsd_tests::{Answer, Events, Server};

/// The values of the first series of a JSON render, without nulls.
fn values(answer: &Answer) -> Vec<f64> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let points = answer.json()[0]["datapoints"].clone();
    let Value::Array(points) = points else { panic!("no datapoints in {}", answer.body) };
    points.iter().filter_map(|point| point[0].as_f64()).collect()
}

/// Waits, flush by flush, until a counter has come to `total`; the sum of all flushes seen.
fn wait_for(events: &mut Events, series: &str, total: f64) -> f64 {
    let mut sum = 0.0;
    while sum < total {
        let flush = events.next("flush");
        let points = flush["points"].as_array().expect("points").iter();
        sum += points
            .filter(|point| point["series"] == series)
            .filter_map(|point| point["value"].as_f64())
            .sum::<f64>();
    }
    sum
}

/// The stream of flushes of a server.
fn flushes(server: &Server) -> Events {
    let mut events = Events::open(server.http, "/live");
    events.next("hello");
    events
}
