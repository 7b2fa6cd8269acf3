//! A recorded case: a file to create, what to write into it, and what it then answers.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use statsd_whisper::{Error, ErrorKind, Fetched, Outcome, Point, Retention, Whisper};

pub(crate) fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

pub(crate) fn read_cases(file: &str) -> Vec<Value> {
    let text = fs::read_to_string(golden_folder().join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn name(case: &Value) -> &str {
    case["name"].as_str().unwrap()
}

pub(crate) fn create(case: &Value, path: &Path) -> Result<Whisper, Error> {
    let archives: Vec<_> = list(&case["archives"])
        .iter()
        .map(|archive| Retention {
            seconds_per_point: u32::try_from(int(&archive[0])).unwrap(),
            points: u32::try_from(int(&archive[1])).unwrap(),
        })
        .collect();
    let method = case["agg"].as_str().unwrap().parse()?;
    Whisper::create(path, &archives, method, x_files_factor(&case["xff"]))
}

/// Writes what the case says, each with the outcome that Python had.
pub(crate) fn write(case: &Value, file: &mut Whisper) {
    for op in list(&case["ops"]) {
        let refused = op["error"].is_string();
        match op["op"].as_str().unwrap() {
            "update" => {
                let (time, now) = (int(&op["time"]), int(&op["now"]));
                let outcome = file.update(time, float(&op["value"]), now).unwrap();
                assert_eq!(outcome != Outcome::Written, refused, "{}: {op}", name(case));
            }
            "update_many" => {
                let points: Vec<_> = list(&op["points"])
                    .iter()
                    .map(|point| Point { timestamp: int(&point[0]), value: float(&point[1]) })
                    .collect();
                let counts = file.update_many(&points, int(&op["now"])).unwrap();
                let sum = counts.written + counts.superseded + counts.too_old + counts.future;
                assert_eq!(sum, points.len(), "{}: {op}", name(case));
            }
            "set_xff" => {
                let done = file.set_x_files_factor(x_files_factor(&op["xff"]));
                assert_eq!(done.is_err(), refused, "{}: {op}", name(case));
            }
            "set_agg" => {
                let done = op["agg"]
                    .as_str()
                    .unwrap()
                    .parse()
                    .and_then(|method| file.set_aggregation_method(method));
                assert_eq!(done.is_err(), refused, "{}: {op}", name(case));
                if op["xff"].is_number() && !refused {
                    file.set_x_files_factor(x_files_factor(&op["xff"])).unwrap();
                }
            }
            other => panic!("{}: unknown operation {other}", name(case)),
        }
    }
}

/// Asks what the case asks and compares with what Python answered.
pub(crate) fn check_fetches(case: &Value, file: &Whisper) {
    for request in list(&case["fetches"]) {
        check_fetch(name(case), file, request, &request["expect"]);
    }
}

pub(crate) fn check_fetch(name: &str, file: &Whisper, request: &Value, expected: &Value) {
    let got = fetch(file, request);
    if request["error"].is_string() {
        let kind = got.unwrap_err().kind();
        let refused = [ErrorKind::InvalidRange, ErrorKind::NoSuchArchive];
        assert!(refused.contains(&kind), "{name}: {request}: {kind:?}");
        return;
    }
    let got = got.unwrap();
    if expected.is_null() {
        assert_eq!(got, None, "{name}: {request}");
        return;
    }
    let got = got.unwrap_or_else(|| panic!("{name}: nothing for {request}"));
    let info: Vec<_> = list(&expected["info"]).iter().map(int).collect();
    assert_eq!(vec![got.start, got.end(), got.step], info, "{name}: {request}");
    let values: Vec<_> =
        list(&expected["values"]).iter().map(|v| (!v.is_null()).then(|| float(v))).collect();
    // NaN is not equal to itself; the bits tell 0.0 from -0.0 besides.
    let bits = |value: &Option<f64>| value.map(f64::to_bits);
    assert!(
        got.values.iter().map(bits).eq(values.iter().map(bits)),
        "{name}: {request}\n ours {:?}\n recorded {values:?}",
        got.values
    );
}

pub(crate) fn fetch(file: &Whisper, request: &Value) -> Result<Option<Fetched>, Error> {
    let (from, until, now) = (int(&request["from"]), int(&request["until"]), int(&request["now"]));
    let step = match &request["archive"] {
        Value::Null => return file.fetch(from, until, now),
        Value::String(step) => format!("{step}:1").parse::<Retention>()?.seconds_per_point,
        step => u32::try_from(int(step)).unwrap(),
    };
    file.fetch_archive(step, from, until, now)
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("not an integer: {value}"))
}

pub(crate) fn float(value: &Value) -> f64 {
    match value["nonfinite"].as_str() {
        Some(text) => text.parse().unwrap(),
        None => value.as_f64().unwrap_or_else(|| panic!("not a number: {value}")),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the file keeps 32 bits of it")]
fn x_files_factor(value: &Value) -> f32 {
    float(value) as f32
}
