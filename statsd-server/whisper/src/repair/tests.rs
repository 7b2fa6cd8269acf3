use std::fs;

use super::repair;
use crate::{AggregationMethod, Whisper, check, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

#[test]
fn a_file_cut_anywhere_in_its_archives_gets_empty_slots_for_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let archives = parse_retentions("10:6,60:5").unwrap();
    let mut file = Whisper::create(&path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    let points = |i: i64| crate::Point { timestamp: NOW - i * 10, value: 0.1 };
    let _ = file.update_many(&(0..30).map(points).collect::<Vec<_>>(), NOW).unwrap();
    let whole = fs::read(&path).unwrap();
    assert!(!repair(&path).unwrap());
    for length in 40..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(repair(&path).unwrap());
        let repaired = fs::read(&path).unwrap();
        let kept = length - (length - 40) % 12;
        assert_eq!(repaired.len(), whole.len());
        assert_eq!(repaired[..kept], whole[..kept]);
        assert!(repaired[kept..].iter().all(|byte| *byte == 0), "{length}");
        assert_eq!(check(&path).unwrap(), [], "{length}");
    }
}

#[test]
fn without_a_header_of_ours_or_pythons_nothing_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    let archives = parse_retentions("10:6,60:5").unwrap();
    Whisper::create(&path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    let whole = fs::read(&path).unwrap();
    for (byte, value, reason) in [
        (3, 0, "no aggregation method has the code 0"),
        (7, 0, "its header says"),
        // Points of the coarser archive, and so many that they would take 200 MB.
        (37, 1, "its header says"),
        (19, 52, "in what lies before it"),
        (31, 113, "its archives do not follow each other"),
    ] {
        let mut bytes = whole[..100].to_vec();
        bytes[byte] = value;
        fs::write(&path, &bytes).unwrap();
        let error = repair(&path).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    for length in [0, 7, 39] {
        fs::write(&path, &whole[..length]).unwrap();
        let error = repair(&path).unwrap_err();
        assert!(!error.to_string().contains("18446744073709551615"), "{error}");
        assert_eq!(fs::read(&path).unwrap().len(), length);
    }
}
