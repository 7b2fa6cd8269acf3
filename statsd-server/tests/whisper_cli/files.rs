//! Commands that make, read and change files.

use std::io::Write as _;
use std::process::Stdio;

use statsd_whisper::{AggregationMethod, Whisper};

use super::{Content, Folder, NOW, Ran, command, content, done, run};

#[test]
fn a_file_is_made_written_fetched_and_dumped() {
    let folder = Folder::new();
    let path = folder.text("a.wsp");
    let made = done(&[
        "whisper",
        "create",
        &path,
        "60:5",
        "5m:30m",
        "--aggregationMethod",
        "sum",
        "--xFilesFactor=0",
    ]);
    assert_eq!(made, format!("{path}: created (172 bytes)\n"));
    let now = NOW.to_string();
    let points = [format!("{}:1", NOW - 120), format!("{}:2.5", NOW - 60), "N:4".to_owned()];
    let update = ["whisper", "update", &path, &points[0], &points[1], &points[2], "--now", &now];
    assert_eq!(done(&update), format!("{path}: 3 points written\n"));

    let from = (NOW - 180).to_string();
    let fetch = ["whisper", "fetch", &path, "--from", &from, "--now", &now];
    let fetched = format!("{}\t1\n{}\t2.5\n{NOW}\t4\n", NOW - 120, NOW - 60);
    assert_eq!(done(&fetch), fetched);
    let json = done(&[&fetch[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["values"], serde_json::json!([1.0, 2.5, 4.0]));
    assert_eq!((json["start"].as_i64(), json["step"].as_i64()), (Some(NOW - 120), Some(60)));
    let coarse =
        done(&["whisper", "fetch", &path, "--archive", "300", "--from", &from, "--now", &now]);
    assert_eq!(coarse, format!("{NOW}\t4\n"));

    let raw = done(&["whisper", "dump", "--raw", &path]);
    let lines: Vec<_> = raw.lines().collect();
    assert_eq!(lines[..3], [points[0].clone(), points[1].clone(), format!("{NOW}:4")]);
    assert_eq!(lines[3..], [format!("{}:3.5", NOW - 300), format!("{NOW}:4")]);
}

#[test]
fn what_is_dumped_can_be_read_from_standard_input() {
    let folder = Folder::new();
    let source = folder.filled("a.wsp", AggregationMethod::Max, 40);
    let target = folder.text("b.wsp");
    done(&["whisper", "create", &target, "60:30,300:24", "--aggregation-method", "max"]);
    let raw = done(&["whisper", "dump", "-r", source.to_str().unwrap()]);
    // The fine archive alone, of which the coarse one is made.
    let fine = raw.lines().take(30).collect::<Vec<_>>().join("\n");
    let now = NOW.to_string();
    let mut child = command(&["whisper", "update", &target, "--now", &now])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{fine}\n").as_bytes()).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, format!("{target}: 30 points written\n"));
    assert_eq!(content(&folder.path("b.wsp"))[0], content(&source)[0]);
}

#[test]
fn points_that_are_refused_are_counted_and_the_others_stand() {
    let folder = Folder::new();
    let path = folder.filled("a.wsp", AggregationMethod::Sum, 1);
    let path = path.to_str().unwrap();
    let now = NOW.to_string();
    let (late, future, good) =
        (format!("{}:1", NOW - 1_000_000), format!("{}:1", NOW + 600), format!("{}:7", NOW - 60));
    let ran = run(&["whisper", "update", path, &late, &future, &good, "--now", &now]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout, format!("{path}: 1 point written\n"));
    assert_eq!(
        ran.stderr,
        format!(
            "statsd-server: {path}: 2 of 3 points refused: 1 older than what the file keeps, 1 in the future\n"
        )
    );
}

#[test]
fn a_header_is_changed_and_the_points_stay() {
    let folder = Folder::new();
    let path = folder.filled("a.wsp", AggregationMethod::Average, 20);
    let before = content(&path);
    let text = path.to_str().unwrap();
    assert_eq!(
        done(&["whisper", "set-aggregation-method", text, "absmax", "0.25"]),
        format!("{text}: aggregation method average -> absmax\n{text}: xFilesFactor 0.5 -> 0.25\n")
    );
    let changed = format!("{text}: xFilesFactor 0.25 -> 0.7\n");
    assert_eq!(done(&["whisper", "set-xfilesfactor", text, "0.7"]), changed);
    assert_eq!(done(&["whisper", "info", text, "xFilesFactor"]), "0.7\n");
    assert_eq!(done(&["whisper", "info", text, "aggregationMethod"]), "absmax\n");
    assert_eq!(content(&path), before);
}

/// All that stood in the old file stands in the new one. A fine archive that reaches back farther than
/// the old one may have coarse values there.
fn holds(new: &Content, old: &Content) {
    assert!(new[0].1.ends_with(&old[0].1), "{new:?} {old:?}");
    assert_eq!(new[1], old[1]);
}

#[test]
fn a_resized_file_keeps_what_its_archives_hold_and_the_old_one_beside_it() {
    let folder = Folder::new();
    let path = folder.filled("a.wsp", AggregationMethod::Sum, 30);
    let before = content(&path);
    let now = NOW.to_string();
    let text = path.to_str().unwrap();
    let resize = ["whisper", "resize", text, "60:60", "300:48", "--now", &now];
    let new = folder.path("new.wsp");
    let elsewhere = [&resize[..], &["--newfile", new.to_str().unwrap()]].concat();
    assert!(done(&elsewhere).contains("60:30,300:24 -> 60:60,300:48 (1336 bytes)\n"));
    assert_eq!(content(&path), before);
    holds(&content(&new), &before);
    assert!(done(&resize).ends_with(", the old file is kept as .bak\n"));
    holds(&content(&path), &before);
    assert_eq!(content(&folder.path("a.wsp.bak")), before);
    let header = Whisper::open(&path).unwrap().header().clone();
    assert_eq!(header.archives()[0].retention().to_string(), "60:60");
    done(&[
        "whisper",
        "resize",
        text,
        "60:30,300:24",
        "--nobackup",
        "--aggregate",
        "--lock",
        "--now",
        &now,
    ]);
    assert_eq!(content(&path)[0], before[0]);
}

#[test]
fn merge_and_fill_copy_points_and_diff_sees_them() {
    let folder = Folder::new();
    let (a, b) = (
        folder.filled("a.wsp", AggregationMethod::Last, 20),
        folder.filled("b.wsp", AggregationMethod::Last, 1),
    );
    let (from, to) = (a.to_str().unwrap(), b.to_str().unwrap());
    let now = NOW.to_string();
    let diff = ["whisper", "diff", from, to, "--now", &now];
    let ran = run(&diff);
    assert_eq!(ran.code, 1);
    assert!(ran.stderr.ends_with(" points differ\n"), "{}", ran.stderr);
    assert!(ran.stdout.starts_with("archive   timestamp  value_a  value_b\n"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains(&format!("      0  {}        1     None\n", NOW - 60)),
        "{}",
        ran.stdout
    );
    let summary = run(&[&diff[..], &["--summary", "--columns", "--no-headers"]].concat()).stdout;
    assert!(summary.starts_with("0 20 19\n"), "{summary}");

    let fill = done(&["whisper", "fill", from, to, "--now", &now]);
    assert!(fill.starts_with(&format!("{to}: ")) && fill.contains(" copied from "), "{fill}");
    assert_eq!(content(&b)[0], content(&a)[0]);
    let merged = done(&["whisper", "merge", from, to, "--now", &now]);
    assert!(merged.contains(" points copied from "), "{merged}");
    assert_eq!(content(&b), content(&a));
    assert_eq!(done(&diff), "archive   timestamp  value_a  value_b\n".replace("   ", "  "));
    let json = done(&[&diff[..], &["--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["archives"][0]["points"], 0);
}
