//! What is refused, with which exit code, and that nothing is changed then.

use std::fs;

use statsd_whisper::AggregationMethod;

use super::{Folder, NOW, command, content, done, run};

fn refused(arguments: &[&str], code: i32, said: &str) {
    let ran = run(arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
    assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
    assert_eq!(ran.stdout, "", "{arguments:?}");
}

#[test]
fn errors_name_the_file_and_what_is_wrong() {
    let folder = Folder::new();
    let path = folder.filled("a.wsp", AggregationMethod::Sum, 3);
    let before = content(&path);
    let path_text = path.to_str().unwrap();
    let away = folder.text("away.wsp");
    let foreign = folder.text("foreign.wsp");
    fs::write(&foreign, "not a file of series").unwrap();
    for tool in ["info", "dump", "fetch"] {
        refused(&["whisper", tool, &away], 1, &format!("{away}: cannot open: No such file"));
        refused(&["whisper", tool, &foreign], 1, &format!("{foreign}: "));
    }
    refused(&["whisper", "create", path_text, "60:5"], 1, "exists already");
    refused(&["whisper", "create", &away, "0:5"], 2, "\"0:5\": a step of 0 seconds");
    refused(
        &["whisper", "create", &away, "10:60", "25:600"],
        2,
        "the step of 10:60 does not divide",
    );
    refused(&["whisper", "create", &away, "60:5", "--xFilesFactor", "1.5"], 2, "is not in 0..=1");
    refused(&["whisper", "create", &away], 2, "at least one retention");
    refused(&["whisper", "resize", path_text, "10:60,25:600"], 2, "does not divide");
    refused(&["whisper", "update", path_text, "1:2", "now"], 2, "\"now\" is no TIMESTAMP:VALUE");
    refused(&["whisper", "set-x-files-factor", path_text, "-1"], 2, "-1 is not in 0..=1");
    refused(&["whisper", "set-aggregation-method", path_text, "sum", "2"], 2, "2 is not in 0..=1");
    refused(
        &["whisper", "set-aggregation-method", path_text, "mean"],
        2,
        "not an aggregation method",
    );
    refused(&["whisper", "info", path_text, "size"], 2, "no field is called \"size\", but ");
    let (from, until) = (NOW.to_string(), (NOW - 1).to_string());
    refused(
        &["whisper", "fetch", path_text, "--from", &from, "--until", &until],
        2,
        "the range ends at",
    );
    refused(
        &["whisper", "fetch", path_text, "--from", "1", "--until", "2"],
        1,
        "nothing of 1 to 2",
    );
    let other = folder.text("other.wsp");
    done(&["whisper", "create", &other, "10:60"]);
    for tool in ["merge", "diff"] {
        refused(&["whisper", tool, path_text, &other], 2, "archives");
    }
    assert_eq!(content(&path), before);
}

#[test]
fn a_running_server_keeps_its_files_to_itself() {
    let folder = Folder::new();
    fs::create_dir(folder.path("hosts")).unwrap();
    let path = folder.filled("hosts/a.wsp", AggregationMethod::Sum, 3);
    let before = content(&path);
    let path = path.to_str().unwrap();
    // As a server locks it.
    let lock = fs::File::create(folder.path(".lock")).unwrap();
    lock.lock().unwrap();
    let in_use = "a server, or another command, has this data folder now";
    let now = NOW.to_string();
    let point = format!("{NOW}:9");
    let new = folder.text("new/b.wsp");
    let update = ["whisper", "update", path, &point, "--now", &now];
    for arguments in [
        &update[..],
        &["whisper", "create", &new, "60:5"],
        &["whisper", "resize", path, "60:60"],
        &["whisper", "set-x-files-factor", path, "0"],
        &["whisper", "fill", path, path],
        &["whisper", "find-corrupt", "--repair", path],
        &["import", "rrd", "tests/golden/rrd/munin.rrd", "--into", &new],
    ] {
        refused(arguments, 1, in_use);
    }
    let root = folder.0.path().to_str().unwrap();
    refused(&["import", "rrd", "tests/golden/rrd/munin.rrd", "--data", root], 1, in_use);
    assert_eq!(content(folder.path("hosts/a.wsp").as_path()), before);
    // To read is fine, and so is to write for who says so.
    done(&["whisper", "info", path]);
    done(&[&update[..], &["--while-running"]].concat());
    lock.unlock().unwrap();
    done(&update);
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let folder = Folder::new();
    let path = folder.text("a.wsp");
    done(&["whisper", "create", &path, "1:100000"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = command(&["whisper", "dump", "--empty", &path]).stdout(writer).status().unwrap();
    assert!(status.success());
}
