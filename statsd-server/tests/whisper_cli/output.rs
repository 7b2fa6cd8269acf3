//! What people and other programs read.

use statsd_whisper::AggregationMethod;

use super::{Folder, NOW, done, run};

#[test]
fn info_is_a_table_for_people_and_json_for_programs() {
    let folder = Folder::new();
    let path = folder.filled("a.wsp", AggregationMethod::AvgZero, 3);
    let path = path.to_str().unwrap();
    let expected = format!(
        "{path}
  aggregation method  avg_zero
  xFilesFactor        0.5
  max retention       2h
  file size           688 bytes

  archive  step  points  retention  offset  size
        0    1m      30        30m      40   360
        1    5m      24         2h     400   288
"
    );
    assert_eq!(done(&["whisper", "info", path]), expected);
    let json = done(&["whisper", "info", "--json", path]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "aggregationMethod": "avg_zero", "maxRetention": 7200, "xFilesFactor": 0.5, "fileSize": 688,
            "archives": [
                { "offset": 40, "secondsPerPoint": 60, "points": 30, "retention": 1800, "size": 360 },
                { "offset": 400, "secondsPerPoint": 300, "points": 24, "retention": 7200, "size": 288 },
            ],
        })
    );
}

#[test]
fn times_are_printed_as_they_are_asked_for() {
    let folder = Folder::new();
    let path = folder.filled("a.wsp", AggregationMethod::Sum, 3);
    let path = path.to_str().unwrap();
    let (now, from) = (NOW.to_string(), (NOW - 120).to_string());
    let fetch = ["whisper", "fetch", path, "--now", &now, "--from", &from, "--pretty"];
    assert_eq!(done(&fetch), "Wed Mar  4 04:59:00 2026\t1\nWed Mar  4 05:00:00 2026\t0\n");
    let shown = done(&[&fetch[..], &["-t", "%H:%M", "--drop", "zeroes"]].concat());
    assert_eq!(shown, "04:59\t1\n");
    let ran = run(&[&fetch[..], &["-t", "%!"]].concat());
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("statsd-server: --time-format \"%!\": "), "{}", ran.stderr);
    let dump = done(&["whisper", "dump", path, "--pretty", "-t", "%H:%M"]);
    assert!(
        dump.contains("\narchive 0 (60:30)\n       0: 04:58, 2\n       1: 04:59, 1\n"),
        "{dump}"
    );
}

#[test]
fn what_is_dropped_takes_its_time_with_it() {
    let folder = Folder::new();
    let path = folder.filled("a.wsp", AggregationMethod::Sum, 3);
    let (now, from) = (NOW.to_string(), (NOW - 300).to_string());
    let fetch =
        ["whisper", "fetch", path.to_str().unwrap(), "--now", &now, "--from", &from, "--json"];
    let json = |what: &str| -> serde_json::Value {
        serde_json::from_str(&done(&[&fetch[..], &["--drop", what]].concat())).unwrap()
    };
    let points = serde_json::json!([[NOW - 120, 2.0], [NOW - 60, 1.0], [NOW, 0.0]]);
    assert_eq!(json("nulls")["points"], points);
    assert_eq!(json("empty")["points"], serde_json::json!([[NOW - 120, 2.0], [NOW - 60, 1.0]]));
    assert_eq!(json("zeroes")["points"].as_array().unwrap().len(), 4);
}

#[test]
fn an_estimate_makes_no_file() {
    let text = done(&["whisper", "create", "--estimate", "60:1440", "1h:1y"]);
    assert!(
        text.starts_with("archive 0: 1440 points of 1m, 1d\narchive 1: 8760 points of 1h, 1y\n"),
        "{text}"
    );
    assert!(text.contains("a file has 122440 bytes, and 122880 of a disk\n"), "{text}");
    let json = done(&["whisper", "create", "--estimate", "60:1440", "--json"]);
    assert_eq!(json, "{\"archives\":[\"60:1440\"],\"diskSize\":20480,\"fileSize\":17308}\n");
}
