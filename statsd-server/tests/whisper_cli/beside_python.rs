//! Ours on Python's files and Python's tools on ours: the same content.
//!
//! Python's tools know no `--now`, so here it is what the clock says, and the points of each test end
//! some steps before it: a step that begins while a test runs changes nothing.

use std::env;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use statsd_whisper::AggregationMethod;

use super::{Folder, content, done, run};

/// The folder of the tools, looked for once. Said past the test harness, which keeps what a passing
/// test prints.
static TOOLS: LazyLock<Option<(OsString, PathBuf)>> = LazyLock::new(|| {
    let python = env::var_os("WHISPER_PYTHON");
    let tools = python.map(|python| {
        let folder = Path::new(&python).parent().unwrap().to_owned();
        assert!(
            folder.join("whisper-info.py").exists(),
            "{} has no whisper-info.py",
            folder.display()
        );
        (python, folder)
    });
    if tools.is_none() {
        let told =
            b"not compared with Python's tools: WHISPER_PYTHON names no interpreter with whisper\n";
        io::stderr().write_all(told).unwrap();
    }
    tools
});

/// Runs one of Python's tools, which must succeed.
fn python(tool: &str, arguments: &[&str]) -> String {
    let (python, folder) = TOOLS.as_ref().unwrap();
    let output = Command::new(python).arg(folder.join(tool)).args(arguments).output().unwrap();
    assert!(
        output.status.success(),
        "{tool} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Half an hour ago, on the grid of the coarse archive.
fn newest() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "Python's tools ask the same clock")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let half_an_hour_ago = i64::try_from(now).unwrap() - 1_800;
    half_an_hour_ago - half_an_hour_ago % 300
}

/// What the tests are made of: two hours of minutes, a day of five minutes.
const ARCHIVES: [&str; 2] = ["60:120", "300:288"];

/// Points of the last `minutes` before [`newest`], every `every` minutes, as both tools take them.
fn points(newest: i64, minutes: i64, every: usize) -> Vec<String> {
    let minutes = (0..minutes).rev().step_by(every);
    minutes
        .map(|minute| format!("{}:{}.25", newest - minute * 60, (minute * 37) % 101 - 50))
        .collect()
}

/// Makes a file and writes points to it, by ours or by Python's.
fn make(is_ours: bool, path: &str, method: &str, points: &[String]) {
    let options = ["--aggregationMethod", method, "--xFilesFactor", "0.3"];
    let create = [&[path][..], &ARCHIVES, &options].concat();
    let mut update = vec![path];
    update.extend(points.iter().map(String::as_str));
    if is_ours {
        done(&[&["whisper", "create"][..], &create].concat());
        done(&[&["whisper", "update"][..], &update].concat());
    } else {
        python("whisper-create.py", &create);
        python("whisper-update.py", &update);
    }
}

fn same(ours: &Path, theirs: &Path, what: &str) {
    let (ours, theirs) = (content(ours), content(theirs));
    assert!(ours.iter().any(|(_, points)| points.len() > 5), "{what}: too little to compare");
    assert_eq!(ours, theirs, "{what}");
}

#[test]
fn both_write_the_same_and_read_each_others_files() {
    if TOOLS.is_none() {
        return;
    }
    let folder = Folder::new();
    let newest = newest();
    let points = points(newest, 70, 1);
    let (from, until) = ((newest - 3_000).to_string(), newest.to_string());
    for method in AggregationMethod::ALL.map(AggregationMethod::name) {
        let (ours, theirs) =
            (folder.text(&format!("o{method}.wsp")), folder.text(&format!("t{method}.wsp")));
        make(true, &ours, method, &points);
        make(false, &theirs, method, &points);
        same(Path::new(&ours), Path::new(&theirs), method);
        for path in [&ours, &theirs] {
            let json = |text: String| -> serde_json::Value { serde_json::from_str(&text).unwrap() };
            let info = (
                json(done(&["whisper", "info", "--json", path])),
                json(python("whisper-info.py", &["--json", path])),
            );
            for field in ["aggregationMethod", "maxRetention", "archives", "fileSize"] {
                assert_eq!(info.0[field], info.1[field], "{field} of {path}");
            }
            let range = ["--json", "--from", &from, "--until", &until, path];
            let ours = json(done(&[&["whisper", "fetch"][..], &range].concat()));
            assert_eq!(ours, json(python("whisper-fetch.py", &range)), "{path}");
            assert_eq!(ours["values"].as_array().unwrap().len(), 50);
            let theirs = python("whisper-dump.py", &["--raw", path]);
            let number = |line: &str| {
                let (timestamp, value) = line.split_once(':').unwrap();
                (timestamp.parse::<i64>().unwrap(), value.parse::<f64>().unwrap())
            };
            let mut theirs: Vec<_> =
                theirs.lines().map(number).filter(|point| point.0 != 0).collect();
            let ours = done(&["whisper", "dump", "--raw", path]);
            let mut ours: Vec<_> = ours.lines().map(number).collect();
            ours.sort_by(|a, b| a.partial_cmp(b).unwrap());
            theirs.sort_by(|a, b| a.partial_cmp(b).unwrap());
            assert_eq!(ours, theirs, "{path}");
        }
    }
}

/// Arguments before and after the names of files.
fn with<'a>(files: &'a [String], first: &[&'a str], last: &[&'a str]) -> Vec<&'a str> {
    [first, &files.iter().map(String::as_str).collect::<Vec<_>>(), last].concat()
}

/// Runs ours and Python's on copies of the same files, and compares the first one of them.
fn compare(files: &[&Path], ours: &[&str], tool: &str, theirs: &[&str], target: usize) {
    let folder = Folder::new();
    let copies = |who: &str| -> Vec<String> {
        let copy = |(at, file): (usize, &&Path)| {
            let path = folder.text(&format!("{who}{at}.wsp"));
            std::fs::copy(file, &path).unwrap();
            path
        };
        files.iter().enumerate().map(copy).collect()
    };
    let (our_files, their_files) = (copies("o"), copies("t"));
    done(&with(&our_files, &["whisper", ours[0]], &ours[1..]));
    python(tool, &with(&their_files, &[], theirs));
    let what = format!("{tool} {theirs:?} {files:?}");
    same(Path::new(&our_files[target]), Path::new(&their_files[target]), &what);
}

#[test]
fn resize_merge_fill_and_headers_come_to_the_same() {
    if TOOLS.is_none() {
        return;
    }
    let folder = Folder::new();
    let newest = newest();
    for (at, method) in AggregationMethod::ALL.map(AggregationMethod::name).into_iter().enumerate()
    {
        // Of both writers in turn.
        let (full, sparse) =
            (folder.text(&format!("f{method}.wsp")), folder.text(&format!("s{method}.wsp")));
        make(at % 2 == 0, &full, method, &points(newest, 70, 1));
        make(at % 2 == 1, &sparse, method, &points(newest, 70, 7));
        let (full, sparse) = (Path::new(&full), Path::new(&sparse));
        let longer = ["60:240", "300:288", "1800:200"];
        compare(
            &[full],
            &[&["resize", "--like-python"][..], &longer].concat(),
            "whisper-resize.py",
            &longer,
            0,
        );
        compare(
            &[sparse],
            &[&["resize", "--like-python"][..], &longer].concat(),
            "whisper-resize.py",
            &longer,
            0,
        );
        compare(&[full, sparse], &["merge"], "whisper-merge.py", &[], 1);
        compare(&[full, sparse], &["fill"], "whisper-fill.py", &[], 1);
        compare(
            &[full],
            &["set-x-files-factor", "0.9"],
            "whisper-set-xfilesfactor.py",
            &["0.9"],
            0,
        );
        compare(
            &[full],
            &["set-aggregation-method", "last"],
            "whisper-set-aggregation-method.py",
            &["last"],
            0,
        );
    }
}

#[test]
fn diff_finds_what_pythons_finds() {
    if TOOLS.is_none() {
        return;
    }
    let folder = Folder::new();
    let newest = newest();
    let (a, b) = (folder.text("a.wsp"), folder.text("b.wsp"));
    make(true, &a, "average", &points(newest, 70, 1));
    make(false, &b, "average", &points(newest, 70, 3));
    for options in [&["--json"][..], &["--json", "--ignore-empty"], &["--json", "--summary"]] {
        let arguments = [options, &[&a, &b]].concat();
        let ours = run(&[&["whisper", "diff"][..], &arguments].concat());
        let ours: serde_json::Value = serde_json::from_str(&ours.stdout).unwrap();
        let theirs: serde_json::Value =
            serde_json::from_str(&python("whisper-diff.py", &arguments)).unwrap();
        assert_eq!(ours, theirs, "{options:?}");
    }
    let columns = ["--columns", "--no-headers", "--summary", &a, &b];
    let ours = run(&[&["whisper", "diff"][..], &columns].concat());
    assert_eq!(ours.stdout, python("whisper-diff.py", &columns));
}
