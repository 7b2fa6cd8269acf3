use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::carbon::pickle::{Pickle, Value};
use crate::carbon::testing::{self, Running, frame};
use crate::carbon::{DoorsOptions, Protocol};

fn start() -> Running {
    let doors = testing::start(DoorsOptions::default(), Vec::new());
    doors.send(Protocol::Lines, b"a.b 1.5 17\na.b 2.5 4294967295\nc 3 3\n").unwrap();
    doors
}

/// Asks, and yields the answer's pickle.
fn ask(stream: &mut TcpStream, question: &[u8]) -> Vec<u8> {
    stream.write_all(&frame(question)).unwrap();
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut answer).unwrap();
    answer
}

fn points(pickle: &Pickle<'_>, list: Value<'_>) -> Vec<(Option<f64>, Option<f64>)> {
    let point = |point| {
        let mut pair = pickle.items(point).unwrap().map(|value| pickle.number(value));
        (pair.next().flatten(), pair.next().flatten())
    };
    // The pickle outlives the question only.
    let list: Vec<_> = pickle.items(list).unwrap().collect();
    list.into_iter().map(point).collect()
}

#[test]
fn points_that_wait_are_told() {
    let doors = start();
    let mut stream = doors.connect(Protocol::Query);
    let answer = ask(&mut stream, b"\x80\x02}(U\x04typeU\x0bcache-queryU\x06metricU\x03a.bu.");
    let pickle = Pickle::read(&answer).unwrap();
    let list = pickle.get(pickle.root, "datapoints").unwrap();
    assert_eq!(
        points(&pickle, list),
        [(Some(17.0), Some(1.5)), (Some(4_294_967_295.0), Some(2.5))]
    );

    let bulk = b"\x80\x02}(U\x04typeU\x10cache-query-bulkU\x07metrics](U\x01cU\x04noneK\x01eu.";
    let answer = ask(&mut stream, bulk);
    let pickle = Pickle::read(&answer).unwrap();
    let all = pickle.get(pickle.root, "datapointsByMetric").unwrap();
    let of = |name| pickle.get(all, name).map(|list| points(&pickle, list));
    assert_eq!(of("c"), Some(vec![(Some(3.0), Some(3.0))]));
    assert_eq!(of("none"), Some(Vec::new()));
    assert_eq!(doors.telemetry.carbon_cache_queries.get(), 1);
    assert_eq!(doors.telemetry.carbon_cache_bulk_queries.get(), 1);
    doors.stop();
}

#[test]
fn metadata_is_told_and_not_changed() {
    let doors = start();
    let mut stream = doors.connect(Protocol::Query);
    for (question, key, expected) in [
        (
            &b"}(U\x04typeU\x0cget-metadataU\x06metricU\x03a.bU\x03keyU\x11aggregationMethodu."[..],
            "value",
            "average",
        ),
        (
            b"}(U\x04typeU\x0cget-metadataU\x06metricU\x03a.xU\x03keyU\x11aggregationMethodu.",
            "error",
            "there is no such",
        ),
        (
            b"}(U\x04typeU\x0cget-metadataU\x06metricU\x03a.bU\x03keyU\x01xu.",
            "error",
            "the only key",
        ),
        (b"}(U\x04typeU\x0cset-metadatau.", "error", "this port changes nothing"),
        (b"}(U\x04typeU\x0bcache-queryu.", "error", "it has no metric"),
        (b"}(U\x04typeU\x10cache-query-bulku.", "error", "its metrics are no list"),
        (b"}(U\x04typeU\x01xu.", "error", "its type is none of"),
        (b"K\x01.", "error", "its type is none of"),
    ] {
        let answer = ask(&mut stream, question);
        let pickle = Pickle::read(&answer).unwrap();
        let text = pickle.get(pickle.root, key).and_then(|text| pickle.text(text));
        assert!(text.is_some_and(|text| text.starts_with(expected)), "{text:?}, not {expected}");
    }
    doors.stop();
}

#[test]
fn a_question_that_is_no_data_ends_its_connection() {
    let doors = start();
    let mut stream = doors.connect(Protocol::Query);
    stream.write_all(&frame(b"cos\nsystem\n(S'true'\ntR.")).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
    assert_eq!(doors.telemetry.carbon_bad_frames.get(), 1);
    doors.stop();
}
