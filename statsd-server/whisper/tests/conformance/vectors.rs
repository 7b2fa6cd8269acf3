//! Vectors recorded from the Python library, told as data: `golden/vectors.json`.

use std::fs;

use serde_json::Value;
use statsd_whisper::{ErrorKind, Retention};

use crate::case::{check_fetches, create, int, name, read_cases, write};
use crate::sha256::sha256_hex;

#[test]
fn every_recorded_vector_holds() {
    let folder = tempfile::tempdir().unwrap();
    for case in read_cases("vectors.json") {
        if name(&case) == "retention" {
            check_retention(&case);
            continue;
        }
        let path = folder.path().join(format!("{}.wsp", name(&case)));
        let created = create(&case, &path);
        if let Some(error) = case["create_error"].as_str() {
            assert_eq!(created.unwrap_err().kind(), kind_of(error), "{}", name(&case));
            assert!(!path.exists(), "{}: left a file", name(&case));
            continue;
        }
        let mut file = created.unwrap();
        write(&case, &mut file);
        check_fetches(&case, &file);
        check_bytes(&case, &fs::read(&path).unwrap());
    }
}

fn check_retention(case: &Value) {
    let text = case["text"].as_str().unwrap();
    let parsed = text.parse::<Retention>();
    if case["expect"].is_array() && int(&case["expect"][0]) != 0 {
        let parsed = parsed.unwrap();
        let got = [parsed.seconds_per_point, parsed.points].map(i64::from);
        assert_eq!(got.as_slice(), [int(&case["expect"][0]), int(&case["expect"][1])], "{text}");
    } else {
        // Python takes a step of 0 and divides by it later.
        assert_eq!(parsed.unwrap_err().kind(), ErrorKind::InvalidRetention, "{text}");
    }
}

fn kind_of(python: &str) -> ErrorKind {
    match python {
        "InvalidConfiguration" => ErrorKind::InvalidArchives,
        "InvalidAggregationMethod" => ErrorKind::InvalidAggregationMethod,
        "InvalidXFilesFactor" => ErrorKind::InvalidXFilesFactor,
        other => panic!("no kind for {other}"),
    }
}

fn check_bytes(case: &Value, bytes: &[u8]) {
    let name = name(case);
    assert_eq!(case["file_size"], bytes.len(), "{name}");
    let header = case["header_hex"].as_str().unwrap();
    let hex = bytes[..header.len() / 2].iter().map(|byte| format!("{byte:02x}"));
    assert_eq!(hex.collect::<Vec<_>>().concat(), header, "{name}");
    // The library propagates a batch in the order of a set; ours goes from old to new.
    let digest = case["sha256_oldest_first"].as_str().or(case["sha256"].as_str()).unwrap();
    assert_eq!(sha256_hex(bytes), digest, "{name}");
}
