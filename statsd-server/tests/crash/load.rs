//! Points that say by themselves whether they are right, and how one looks whether they are there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use statsd_server::store::{LocalStore, Merge, Store as _, StoreJournal, StoreOptions, Write};
use statsd_whisper::Whisper;

/// Series of one writer; each batch is a point of each.
pub(crate) const SERIES: usize = 10;

/// A writer's points: one a second in each of its series, from `base` on, however fast they are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer {
    pub(crate) base: i64,
    pub(crate) number: usize,
}

#[expect(clippy::disallowed_methods, reason = "a process of its own asks the machine, too")]
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

/// Opens a store that writes files all the time, so that a crash finds it at it.
pub(crate) fn open(folder: &Path) -> LocalStore {
    let mut options = StoreOptions::new(Duration::from_secs(1));
    options.write_after = Duration::from_secs(1);
    options.journal = Some(StoreJournal::default());
    let store = LocalStore::open(folder, options).unwrap();
    store.start(now).unwrap();
    store
}

fn value(timestamp: i64, series: usize) -> f64 {
    (timestamp * 64 + i64::try_from(series).unwrap()) as f64
}

impl Writer {
    pub(crate) fn name(self, series: usize) -> String {
        format!("crash.from_{}.writer_{}.series_{series}", self.base, self.number)
    }

    /// Writes the batch of a turn; says whether all of it was taken.
    pub(crate) fn write(self, store: &LocalStore, turn: i64) -> bool {
        let timestamp = self.base + turn;
        let names: Vec<String> = (0..SERIES).map(|series| self.name(series)).collect();
        let point = |(series, name)| Write {
            series: name,
            timestamp,
            value: value(timestamp, series),
            merge: Merge::Replace,
        };
        let batch: Vec<Write<'_>> =
            names.iter().map(String::as_str).enumerate().map(point).collect();
        store.write(&batch, now()).points == SERIES
    }

    /// The batch of a turn as carbon's lines.
    pub(crate) fn lines(self, turn: i64) -> String {
        let timestamp = self.base + turn;
        let line =
            |series| format!("{} {} {timestamp}\n", self.name(series), value(timestamp, series));
        (0..SERIES).map(line).collect()
    }

    /// Looks whether all points before a turn are there, and of all others whether they are right.
    pub(crate) fn check(self, store: &LocalStore, turns: i64) {
        for series in 0..SERIES {
            let name = self.name(series);
            let fetched = store.fetch(&name, self.base - 1, now(), now()).unwrap();
            let Some(fetched) = fetched else {
                assert_eq!(turns, 0, "{name} is lost");
                continue;
            };
            assert_eq!(fetched.step, 1, "{name}");
            self.check_values(series, turns, (fetched.start..).zip(fetched.values));
        }
    }

    /// The same of what was read of one series: timestamps, one a second, and what stands there.
    pub(crate) fn check_values(
        self,
        series: usize,
        turns: i64,
        values: impl Iterator<Item = (i64, Option<f64>)>,
    ) {
        let (name, mut found) = (self.name(series), 0);
        for (timestamp, value_there) in values {
            let turn = timestamp - self.base;
            if let Some(there) = value_there {
                assert_eq!(there, value(timestamp, series), "{name} at {turn} is wrong");
                found += i64::from((0..turns).contains(&turn));
            } else {
                let must = (0..turns).contains(&turn);
                assert!(!must, "{name}: point {turn} of {turns} acknowledged ones is lost");
            }
        }
        assert_eq!(found, turns, "{name}: points are lost");
    }
}

/// All files of a data folder are Whisper files, for our library and, of writers, for Python's, where there is
/// one. Yields how many are writers'.
pub(crate) fn files_are_valid(folder: &Path) -> usize {
    let mut files = valid_files(folder);
    files.retain(|file| file.starts_with(folder.join("crash")));
    python_reads(&files);
    files.len()
}

/// The series' files of a folder. Each is a whole one, and none was put aside.
fn valid_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(!name.contains(".corrupt"), "{} was put aside", path.display());
            assert!(!name.ends_with(".damaged"), "{} was put aside", path.display());
            if path.extension().is_some_and(|extension| extension == "wsp") {
                Whisper::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                files.push(path);
            }
        }
    }
    files
}

/// Reads the files of a list.
const SCRIPT: &str = "
import sys, time, whisper
now = int(time.time())
for path in open(sys.argv[1]).read().split('\\n'):
    series = int(path.rsplit('_', 1)[1].split('.')[0])
    (start, end, step), values = whisper.fetch(path, now - 3590, now)
    assert step == 1, (path, step)
    for at, value in enumerate(values):
        wanted = (start + at) * 64 + series
        assert value is None or value == wanted, (path, start + at, value, wanted)
";

/// Python's library reads every file, and sees no value that was not written.
fn python_reads(files: &[PathBuf]) {
    let Some(python) = std::env::var_os("WHISPER_PYTHON") else {
        println!("WHISPER_PYTHON is not set: Python's library was not asked");
        return;
    };
    let list = tempfile::NamedTempFile::new().unwrap();
    let paths: Vec<&str> = files.iter().map(|path| path.to_str().unwrap()).collect();
    std::fs::write(list.path(), paths.join("\n")).unwrap();
    let told = Command::new(python).args(["-c", SCRIPT]).arg(list.path()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
}
