//! The Python library itself, where `WHISPER_PYTHON` names an interpreter that can import it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use statsd_whisper::{AggregationMethod, Whisper};

use crate::case::{check_fetch, create, golden_folder, list, name, read_cases, write};

/// The interpreter, looked for once. Said past the test harness, which keeps what a passing test prints.
pub(crate) static PYTHON: LazyLock<Option<OsString>> = LazyLock::new(|| {
    let python = env::var_os("WHISPER_PYTHON");
    if python.is_none() {
        let told = b"not compared with Python: WHISPER_PYTHON names no interpreter with whisper\n";
        io::stderr().write_all(told).unwrap();
    }
    python
});

const NOW: i64 = 1_772_600_123;
const RANDOM_CASES: usize = 200;

#[test]
fn python_reads_our_files_as_we_do() {
    let Some(python) = &*PYTHON else { return };
    let folder = tempfile::tempdir().unwrap();
    check_reading(python, folder.path(), &read_cases("golden.json"));
}

#[test]
fn random_points_make_pythons_bytes_and_answers() {
    let Some(python) = &*PYTHON else { return };
    let mut runner = TestRunner::deterministic();
    let cases: Vec<_> = (0..RANDOM_CASES)
        .map(|i| random_case(i).new_tree(&mut runner).unwrap().current())
        .collect();
    let theirs = tempfile::tempdir().unwrap();
    make(python, &["build", theirs.path().to_str().unwrap()], &json!(cases));
    let ours = tempfile::tempdir().unwrap();
    check_reading(python, ours.path(), &cases);

    for case in &cases {
        let file_name = format!("{}.wsp", name(case));
        let path = theirs.path().join(&file_name);
        let file = Whisper::open(&path).unwrap();
        let mine = Whisper::open(ours.path().join(&file_name)).unwrap();
        for archive in file.header().archives() {
            let step = archive.retention().seconds_per_point;
            assert_eq!(mine.points(step).unwrap(), file.points(step).unwrap(), "{case}");
        }
        // With a higher factor an archive may get its first point from a batch, which the library
        // takes in the order of a set: the same points then, in other slots.
        if case["xff"] == 0.0 {
            let same = fs::read(path).unwrap() == fs::read(ours.path().join(file_name)).unwrap();
            assert!(same, "{case}");
        }
    }
}

/// Writes the cases with ours and compares what both answer from those files.
fn check_reading(python: &OsStr, folder: &Path, cases: &[Value]) {
    let mut requests = Vec::new();
    for case in cases {
        let path = folder.join(format!("{}.wsp", name(case)));
        write(case, &mut create(case, &path).unwrap());
        requests.push(json!({"path": path, "fetches": case["fetches"]}));
    }
    let answers = make(python, &["read"], &json!(requests));
    assert_eq!(list(&answers).len(), cases.len());
    for (case, answer) in cases.iter().zip(list(&answers)) {
        let file = Whisper::open(folder.join(format!("{}.wsp", name(case)))).unwrap();
        let header = file.header();
        assert_eq!(answer["info"]["aggregationMethod"], header.method().name());
        assert_eq!(answer["info"]["maxRetention"], header.max_retention());
        assert_eq!(answer["info"]["xFilesFactor"], f64::from(header.x_files_factor()));
        for (ours, theirs) in header.archives().iter().zip(list(&answer["info"]["archives"])) {
            assert_eq!(theirs["offset"], ours.offset());
            assert_eq!(theirs["secondsPerPoint"], ours.step());
            assert_eq!(theirs["retention"], ours.seconds());
        }
        let requests = list(&case["fetches"]);
        assert_eq!(list(&answer["answers"]).len(), requests.len());
        for (request, expected) in requests.iter().zip(list(&answer["answers"])) {
            check_fetch(name(case), &file, request, expected);
        }
    }
}

/// Points of the last minutes, some late ones for the coarser archives, time going on. Where the
/// library would damage its file (the last slots of an archive, the future) it is not led.
fn random_case(index: usize) -> impl Strategy<Value = Value> {
    // Eighths, so that no order of adding them up makes another sum.
    let value = (-80_i32..80).prop_map(|eighths| f64::from(eighths) / 8.0);
    let age = prop_oneof![8 => 0_i64..170, 1 => 320_i64..560, 1 => 1_300_i64..5_000];
    let points = proptest::collection::vec((age.clone(), value.clone()), 1..40);
    let op = prop_oneof![
        (age, value).prop_map(|(age, value)| (vec![(age, value)], false)),
        points.prop_map(|points| (points, true)),
    ];
    let ops = proptest::collection::vec((0_i64..90, op), 1..30);
    let method = proptest::sample::select(AggregationMethod::ALL.to_vec());
    let x_files_factor = prop_oneof![2 => Just(0.0), 1 => Just(0.25), 1 => Just(0.5)];
    (method, x_files_factor, ops).prop_map(move |(method, xff, ops)| {
        let mut now = NOW;
        let first = json!({"op": "update", "time": now, "value": 1.0, "now": now});
        let mut written = vec![first];
        for (passed, (points, many)) in ops {
            now += passed;
            let points: Vec<_> = points.iter().map(|(age, v)| json!([now - age, v])).collect();
            written.push(if many {
                json!({"op": "update_many", "points": points, "now": now})
            } else {
                json!({"op": "update", "time": points[0][0], "value": points[0][1], "now": now})
            });
        }
        let fetches: Vec<_> = [(10, 290), (60, 1_190), (300, 5_990)]
            .map(
                |(step, age)| json!({"from": now - age, "until": now, "now": now, "archive": step}),
            )
            .into_iter()
            .chain(
                [290, 1_100, 7_000]
                    .map(|age| json!({"from": now - age, "until": now - 7, "now": now})),
            )
            .collect();
        json!({
            "name": format!("random-{index}"), "agg": method.name(), "xff": xff,
            "archives": [[10, 30], [60, 20], [300, 20]], "ops": written, "fetches": fetches,
        })
    })
}

fn make(python: &OsStr, arguments: &[&str], input: &Value) -> Value {
    let script = golden_folder().join("make.py");
    run(python, &[&[script.to_str().unwrap()], arguments].concat(), input)
}

/// What a script of Python prints as JSON, or null where it prints nothing.
pub(crate) fn run(python: &OsStr, arguments: &[&str], input: &Value) -> Value {
    let mut child = Command::new(python)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("WHISPER_PYTHON starts");
    child.stdin.take().unwrap().write_all(input.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", output.status);
    if output.stdout.is_empty() {
        Value::Null
    } else {
        serde_json::from_slice(&output.stdout).unwrap()
    }
}
