//! Files of a running server that somebody cuts off, empties, or has something else in the place of.

use std::fs::{self, OpenOptions};
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::path::{Path, PathBuf};

use serde_json::json;
use statsd_whisper::Whisper;

use crate::load::now;
use crate::server::{Server, command, connect, until};

/// Points of one go.
const POINTS: i64 = 10;

struct Folder {
    data: tempfile::TempDir,
    base: i64,
}

impl Folder {
    fn path(&self, series: &str) -> PathBuf {
        self.data.path().join("bad").join(series).with_extension("wsp")
    }

    /// Points of a go for each series; the server has closed behind them, so they are safe.
    fn send(&self, server: &Server, go: i64) {
        let mut stream = connect(server.door("carbon  tcp"));
        for turn in go * POINTS..(go + 1) * POINTS {
            for series in SERIES {
                writeln!(stream, "bad.{series} {turn} {}", self.base + turn).unwrap();
            }
        }
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    }

    /// What stands in the file of a series; nothing of one that cannot be read.
    fn in_file(&self, series: &str) -> Vec<f64> {
        let read = || {
            let file = Whisper::open_read_only(self.path(series)).ok()?;
            file.fetch(self.base - 1, self.base + 3 * POINTS, now()).ok()?
        };
        read().map_or_else(Vec::new, |fetched| fetched.values.into_iter().flatten().collect())
    }

    fn is_in_file(&self, series: &str, goes: std::ops::Range<i64>) {
        let expected = values(goes);
        until(series, || (self.in_file(series) == expected).then_some(()));
    }

    fn rendered(&self, server: &Server, series: &str) -> Vec<f64> {
        let range = format!("from={}&until={}", self.base - 1, self.base + 3 * POINTS);
        let answer = server.json(&format!("/render?format=json&{range}&target=bad.{series}"));
        let points = answer[0]["datapoints"].as_array().into_iter().flatten();
        points.filter_map(|point| point[0].as_f64()).collect()
    }
}

fn values(goes: std::ops::Range<i64>) -> Vec<f64> {
    (goes.start * POINTS..goes.end * POINTS).map(|turn| turn as f64).collect()
}

const SERIES: [&str; 6] = ["cut", "emptied", "overwritten", "exchanged", "folder", "neighbour"];

/// Does to each file what its series is called after; nobody tells the server.
fn spoil(folder: &Folder) {
    let cut = |series: &str, bytes| {
        let file = OpenOptions::new().write(true).open(folder.path(series)).unwrap();
        file.set_len(bytes).unwrap();
    };
    // Within the first archive, behind the points that are there.
    cut("cut", 1_000);
    cut("emptied", 0);
    fs::write(folder.path("overwritten"), "not a whisper file").unwrap();
    let foreign = folder.data.path().join("foreign");
    fs::write(&foreign, "not a whisper file").unwrap();
    fs::rename(foreign, folder.path("exchanged")).unwrap();
    fs::remove_file(folder.path("folder")).unwrap();
    fs::create_dir(folder.path("folder")).unwrap();
}

#[test]
fn whatever_becomes_of_a_file_its_series_alone_knows_of_it_and_goes_on() {
    let folder = Folder { data: tempfile::tempdir().unwrap(), base: now() - 600 };
    let config = folder.data.path().join("statsd.toml");
    let text =
        "flush_interval = '1s'\n[store]\nwrite_after = '0s'\n[carbon_metrics]\ninterval = '0s'\n";
    fs::write(&config, text).unwrap();
    let (config, data) = (config.to_str().unwrap(), folder.data.path().to_str().unwrap());
    let server = Server::from(&mut command(&[
        "--config",
        config,
        "--carbon",
        "127.0.0.1:0",
        "--data",
        data,
    ]));
    folder.send(&server, 0);
    for series in SERIES {
        folder.is_in_file(series, 0..1);
    }
    spoil(&folder);
    folder.send(&server, 1);
    // Those that had their points cut off have the others.
    let left = |series| if matches!(series, "cut" | "neighbour") { 0..2 } else { 1..2 };
    for series in SERIES {
        assert_eq!(folder.rendered(&server, series), values(left(series)), "{series}");
    }
    for series in SERIES.into_iter().filter(|series| *series != "folder") {
        folder.is_in_file(series, left(series));
    }
    // One is stopped: nothing can be put in the place of a folder that may hold something.
    let store = until("word of the folder", || {
        let store = server.status()["store"].take();
        (store["failing_series"] != json!(0)).then_some(store)
    });
    let failing = store["failing"].as_array().unwrap();
    let reason = "something else stands at its path";
    assert_eq!((failing.len(), &failing[0]["reason"]), (1, &json!(reason)), "{store:#}");
    assert_eq!(
        (&failing[0]["series"], &failing[0]["points"]),
        (&json!("bad.folder"), &json!(POINTS))
    );
    assert_eq!(store["failing_by_reason"], json!({ reason: 1 }));
    assert_eq!((&store["repaired"], &store["quarantined"]), (&json!(1), &json!(2)), "{store:#}");
    for series in ["overwritten", "exchanged"] {
        let aside = folder.path(series).with_extension("wsp.corrupt-1");
        assert_eq!(fs::read_to_string(aside).unwrap(), "not a whisper file");
    }
    // It goes, and the series with it that waited.
    fs::remove_dir(folder.path("folder")).unwrap();
    folder.is_in_file("folder", 1..2);
    until("good news", || (server.number("/store/failing_series") == 0).then_some(()));
    folder.send(&server, 2);
    for series in SERIES {
        folder.is_in_file(series, left(series).start..3);
    }
    server.stop();
    is_whole(folder.data.path());
}

fn is_whole(data: &Path) {
    for series in SERIES {
        let path = data.join("bad").join(series).with_extension("wsp");
        assert_eq!(statsd_whisper::check(path).unwrap(), [], "{series}");
    }
}
