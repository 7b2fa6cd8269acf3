//! `statsd-server whisper` and `statsd-server import`, as a shell meets them; and beside Python's tools,
//! where `WHISPER_PYTHON` names an interpreter that has them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod beside_python;
mod corrupt;
mod files;
mod import;
mod output;
mod refusals;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};

/// What time it is in the tests: a multiple of an hour.
const NOW: i64 = 1_772_600_400;

/// A folder with files in it.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A file with a value for each of the last minutes, whose value is the number of the minute.
    fn filled(&self, name: &str, method: AggregationMethod, minutes: i64) -> PathBuf {
        let path = self.path(name);
        let archives = parse_retentions("60:30,300:24").unwrap();
        let mut file = Whisper::create(&path, &archives, method, 0.5).unwrap();
        for minute in (0..minutes).rev() {
            let at = NOW - minute * 60;
            let _written = file.update(at, minute as f64, at).unwrap();
        }
        path
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_statsd-server"));
    command.args(arguments).stdin(Stdio::null()).env("TZ", "UTC");
    command
}

/// What a run came to.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let (stdout, stderr) = (text(output.stdout), text(output.stderr));
        Self { code: output.status.code().unwrap(), stdout, stderr }
    }
}

fn run(arguments: &[&str]) -> Ran {
    command(arguments).output().unwrap().into()
}

/// A run that must succeed, and what it printed.
fn done(arguments: &[&str]) -> String {
    let ran = run(arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    ran.stdout
}

/// All that stands in a file: of each archive the step, and its points with the bits of their values.
type Content = Vec<(u32, Vec<(i64, u64)>)>;

fn content(path: &Path) -> Content {
    let file = Whisper::open_read_only(path).unwrap();
    let archives = file.header().archives().iter().map(|archive| {
        let step = archive.retention().seconds_per_point;
        let points = file.points(step).unwrap();
        (step, points.iter().map(|point| (point.timestamp, point.value.to_bits())).collect())
    });
    archives.collect()
}
