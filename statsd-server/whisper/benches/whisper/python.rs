//! Python's library at the same work, where there is one.

use std::env;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::Command;

use crate::{NOW, Outcome, RETENTIONS};

/// Times a call on each file in turn, a few rounds of each, and prints lines like ours.
const SCRIPT: &str = r#"
import statistics, sys, time, whisper
folder, files, now, retentions = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
archives = [whisper.parseRetentionDef(text) for text in retentions.split(",")]
paths = ["%s/%d.wsp" % (folder, i) for i in range(files)]
made = ["%s/python-%d.wsp" % (folder, i) for i in range(files)]
clock = [now + 1000000]
def update(path):
    whisper.update(path, 2.5, clock[0], clock[0])
def update_many(path):
    whisper.update_many(path, [(clock[0] - 10 * i, 2.5) for i in range(12)], clock[0])
def fetch(path):
    assert len(whisper.fetch(path, clock[0] - 14400, clock[0], clock[0])[1]) == 1440
def create(path):
    whisper.create(path, archives, 0.0, "sum", sparse=True)
for name, call, on, rounds in [
        ("Python: open, update of one point, close", update, paths, 7),
        ("Python: open, update_many of 12 points, close", update_many, paths, 7),
        ("Python: open, fetch of 1,440 points, close", fetch, paths, 7),
        ("Python: create of a sparse file", create, made, 1)]:
    took = []
    for _ in range(rounds):
        clock[0] += 120
        for path in on:
            begun = time.perf_counter()
            call(path)
            took.append((time.perf_counter() - begun) * 1e6)
    tenths = statistics.quantiles(took, n=10)
    print("%-58s %9.2f %9.2f %9.2f" % (name, statistics.median(took), tenths[0], tenths[-1]))
"#;

pub(crate) fn report(folder: &Path, files: usize) -> Outcome {
    let Some(python) = env::var_os("WHISPER_PYTHON") else {
        writeln!(io::stdout(), "Python: not measured, WHISPER_PYTHON names no interpreter")?;
        return Ok(());
    };
    let done = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(folder)
        .args([files.to_string(), NOW.to_string(), RETENTIONS.to_owned()])
        .output()?;
    io::stdout().write_all(&done.stdout)?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).into()) }
}
