//! `import rrd`, from RRDtool's file to what a query gets.

use std::fs;
use std::path::{Path, PathBuf};

use statsd_whisper::Whisper;

use super::{Content, Folder, content, done, run};

/// When the golden database of Cacti's shape was last updated.
const UPDATED: i64 = 1_772_602_620;

fn golden(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/rrd");
    folder.join(name).to_str().unwrap().to_owned()
}

#[test]
fn a_query_gets_what_rrdtool_fetches_a_step_earlier() {
    let folder = Folder::new();
    let into = folder.text("new/data");
    let told = done(&[
        "import",
        "rrd",
        &golden("munin.rrd"),
        &golden("cacti.rrd"),
        "--data",
        &into,
        "--prefix",
        "hosts.web1",
    ]);
    assert!(told.ends_with("imported 9 series with 138 points of 2 files\n"), "{told}");
    let fetched = fs::read_to_string(golden("cacti.fetch")).unwrap();
    let mut compared = 0;
    for (at, source) in ["traffic_in", "traffic_out"].iter().enumerate() {
        let (mut series, mut step) = (None, 0);
        for line in fetched.lines() {
            if let Some(head) = line.strip_prefix("# ") {
                let words: Vec<&str> = head.split(' ').collect();
                let name = match words[0] {
                    "AVERAGE" => (*source).to_owned(),
                    other => format!("{source}/{}", other.to_lowercase()),
                };
                let path: PathBuf =
                    folder.path("new/data/hosts/web1/cacti").join(format!("{name}.wsp"));
                (series, step) = (Some(Whisper::open(path).unwrap()), words[1].parse().unwrap());
                continue;
            }
            let (end, values) = line.split_once(':').unwrap();
            let end: i64 = end.parse().unwrap();
            let theirs: f64 = values.split_whitespace().nth(at).unwrap().parse().unwrap();
            let file = series.as_ref().unwrap();
            // A second earlier than the last update: at its own time a newer interval has begun.
            let (from, until) = (end - 2 * i64::from(step), end - i64::from(step));
            let ours = file.fetch_archive(step, from, until, UPDATED - 1).unwrap();
            match ours.and_then(|ours| ours.values[0]) {
                Some(ours) => assert_eq!(format!("{ours:.10e}"), format!("{theirs:.10e}")),
                None => assert!(theirs.is_nan(), "{source} {step} {end}: {theirs}"),
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 80);
}

#[test]
fn a_folder_is_imported_with_its_folders_as_nodes() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("rrd/web1.example.org/load")).unwrap();
    fs::copy(golden("collectd.rrd"), folder.path("rrd/web1.example.org/load/load.rrd")).unwrap();
    fs::write(folder.path("rrd/web1.example.org/bad.rrd"), "RRD").unwrap();
    fs::write(folder.path("rrd/notes.txt"), "").unwrap();
    let into = folder.text("out");
    let ran = run(&["import", "rrd", &folder.text("rrd"), "--into", &into, "--json"]);
    assert_eq!(ran.code, 1);
    let bad = folder.text("rrd/web1.example.org/bad.rrd");
    assert!(
        ran.stderr.starts_with(&format!("statsd-server: {bad}: byte 0: neither")),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.ends_with("1 of 2 files were not imported whole\n"), "{}", ran.stderr);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let series = &json["files"][1]["series"];
    assert_eq!(series[0]["name"], "web1_example_org.load.load");
    assert_eq!(series[0]["notes"][0], "500:8 is resampled to 560:8: 70 does not divide 500");
    assert_eq!(series[1]["name"], "web1_example_org.load.load.min");
    assert!(folder.path("out/web1_example_org/load/load/min.wsp").exists());
}

#[test]
fn the_dump_makes_the_same_file_but_for_digits() {
    let folder = Folder::new();
    for (form, into) in [("munin.rrd", "native"), ("munin.xml", "dump")] {
        done(&[
            "import",
            "rrd",
            &golden(form),
            "--into",
            &folder.text(into),
            "--name",
            "a",
            "--cf",
            "average",
        ]);
    }
    let (native, dump) =
        (content(&folder.path("native/a.wsp")), content(&folder.path("dump/a.wsp")));
    let times = |file: &Content| -> Vec<Vec<i64>> {
        file.iter().map(|(_, points)| points.iter().map(|(time, _)| *time).collect()).collect()
    };
    assert_eq!(times(&native), times(&dump));
    assert!(!folder.path("native/a").exists(), "--cf leaves MIN and MAX out");
    for ((_, native), (_, dump)) in native.iter().zip(&dump) {
        for ((_, native), (_, dump)) in native.iter().zip(dump) {
            let (native, dump) = (f64::from_bits(*native), f64::from_bits(*dump));
            assert!((native - dump).abs() <= native.abs() * 1e-10, "{native} {dump}");
        }
    }
}

#[test]
fn what_stands_there_is_kept_unless_it_is_to_be_replaced() {
    let folder = Folder::new();
    let into = folder.text("out");
    let import = ["import", "rrd", &golden("empty.rrd"), "--into", &into];
    let dry = done(&[&import[..], &["--dry-run"]].concat());
    assert!(dry.ends_with("would import 1 series with 0 points of 1 file\n"), "{dry}");
    assert!(!folder.path("out").exists());
    done(&import);
    let ran = run(&import);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stderr.contains("empty.wsp exists already; --overwrite replaces it"),
        "{}",
        ran.stderr
    );
    done(&[&import[..], &["--overwrite"]].concat());
    let left: Vec<_> =
        fs::read_dir(&into).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["empty.wsp"]);
    let ran = run(&["import", "rrd", &golden("empty.rrd")]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}
