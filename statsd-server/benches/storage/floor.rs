//! The floor: the system calls that cannot be done without, and nothing else. Nothing is received, parsed or
//! looked up; folders, paths and bytes are there before the clock runs. It writes the files that a server
//! writes, in a process of its own on the server's core, and they are looked through like a server's.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::time::{ClockId, clock_gettime};
use statsd_whisper::{AggregationMethod, Whisper, parse_retentions};

use crate::lines::{STEP, now, value};
use crate::program::printed;
use crate::row::{BACKLOG, Effort, micros};
use crate::server::RETENTIONS;
use crate::stored;

/// Bytes of a point in a file, and of one in a journal, with its series' number.
const POINT_BYTES: usize = 12;
const RECORD_BYTES: usize = 16;

/// What a journal gathers before it writes.
const PIECE_BYTES: usize = 64 << 10;

/// Which calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calls {
    /// For each series: an open that creates, a write of header and first point, a truncate to the file's
    /// length, a close.
    New,
    /// The same under another name, and a rename.
    NewRenamed,
    /// For each series a write of 12 points to a descriptor that is kept.
    Backlog,
    /// For each point a write of it to a descriptor that is kept.
    Paced,
    /// Appends of records to one file, and one fdatasync.
    Accepted,
}

const ALL: [(&str, Calls); 5] = [
    ("new", Calls::New),
    ("new-renamed", Calls::NewRenamed),
    ("backlog", Calls::Backlog),
    ("paced", Calls::Paced),
    ("accepted", Calls::Accepted),
];

impl Calls {
    /// Those of a row.
    pub(crate) fn of(row: &str) -> Option<Self> {
        ALL.into_iter().find_map(|(name, calls)| (name == row).then_some(calls))
    }
}

/// CPU time in µs of each series or point.
pub(crate) fn measure(calls: Calls, folder: &Path, effort: &Effort) -> Result<f64, String> {
    let told = |error: io::Error| error.to_string();
    let name = ALL.into_iter().find_map(|(name, named)| (named == calls).then_some(name));
    let mut command = Command::new(env::current_exe().map_err(told)?);
    command.args(["floor", name.unwrap_or_default()]).arg(folder);
    command.args([effort.series.to_string(), effort.points.to_string()]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut process = effort.cores.start(&mut command).map_err(told)?;
    let nanos = printed(&mut process.child, "").map_err(told)?;
    let nanos = nanos.parse().map_err(|_| format!("`{nanos}` is no time"))?;
    let (stored, pieces) = match calls {
        Calls::New | Calls::NewRenamed => (1, effort.series),
        Calls::Backlog | Calls::Paced => (1 + BACKLOG, effort.series * BACKLOG),
        Calls::Accepted => (0, effort.series * effort.points),
    };
    stored::wait(folder, effort.series, stored)?;
    Ok(micros(Duration::from_nanos(nanos), pieces))
}

/// `CALLS FOLDER SERIES POINTS`: makes the calls, and prints the nanoseconds of CPU time that they took.
pub(crate) fn main(words: &[String]) -> Result<(), String> {
    let usage = || "floor CALLS FOLDER SERIES POINTS".to_owned();
    let [calls, folder, series, points] = words else { return Err(usage()) };
    let calls = Calls::of(calls).ok_or_else(usage)?;
    let series = series.parse().map_err(|_| usage())?;
    let points: usize = points.parse().map_err(|_| usage())?;
    let folder = Path::new(folder);
    let took = match calls {
        Calls::Accepted => accepted(folder, series * points),
        _ => Files::prepare(folder, series).and_then(|files| files.take(calls)),
    };
    let took = took.map_err(|error| error.to_string())?;
    writeln!(io::stdout(), "{}", took.as_nanos()).map_err(|error| error.to_string())
}

/// What is known of the files before the first call.
struct Files {
    paths: Vec<PathBuf>,
    /// For each its header and first point.
    heads: Vec<Vec<u8>>,
    /// For each the points that come then, which stand behind the first.
    points: Vec<Vec<u8>>,
    file_bytes: u64,
}

impl Files {
    fn prepare(folder: &Path, series: usize) -> io::Result<Self> {
        let model = folder.join("model.wsp");
        let archives = parse_retentions(RETENTIONS).map_err(io::Error::other)?;
        let created = Whisper::create(&model, &archives, AggregationMethod::Average, 0.5);
        drop(created.map_err(io::Error::other)?);
        let model = fs::read(model)?;
        let header = model.get(..16 + POINT_BYTES * archives.len()).unwrap_or_default();
        let start = now() - STEP * 20;
        let bytes = |series: usize, point: usize| {
            let timestamp = start + STEP * i64::try_from(point).unwrap_or_default();
            let timestamp = u32::try_from(timestamp).unwrap_or_default().to_be_bytes();
            [&timestamp[..], &value(series, point).to_be_bytes()].concat()
        };
        let paths: Vec<PathBuf> = (0..series).map(|series| stored::file(folder, series)).collect();
        for path in &paths {
            fs::create_dir_all(path.parent().unwrap_or(folder))?;
        }
        Ok(Self {
            paths,
            heads: (0..series).map(|series| [header, &bytes(series, 0)].concat()).collect(),
            points: (0..series)
                .map(|series| (1..=BACKLOG).flat_map(|point| bytes(series, point)).collect())
                .collect(),
            file_bytes: model.len() as u64,
        })
    }

    fn take(&self, calls: Calls) -> io::Result<Duration> {
        match calls {
            Calls::New => self.new_ones(false),
            Calls::NewRenamed => self.new_ones(true),
            Calls::Backlog => self.backlog(),
            Calls::Paced => self.paced(),
            Calls::Accepted => Err(io::Error::other("no file of a series is written")),
        }
    }

    fn create(&self, path: &Path, head: &[u8]) -> io::Result<File> {
        let file = File::options().write(true).create_new(true).open(path)?;
        file.write_all_at(head, 0)?;
        file.set_len(self.file_bytes)?;
        Ok(file)
    }

    fn new_ones(&self, renames: bool) -> io::Result<Duration> {
        let first: Vec<PathBuf> =
            self.paths.iter().map(|path| path.with_extension("new")).collect();
        cpu_of(|| {
            let first = if renames { &first } else { &self.paths };
            for ((first, path), head) in first.iter().zip(&self.paths).zip(&self.heads) {
                drop(self.create(first, head)?);
                if renames {
                    fs::rename(first, path)?;
                }
            }
            Ok(())
        })
    }

    /// Open files that hold a point each.
    fn kept(&self) -> io::Result<Vec<File>> {
        let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
        let files = self.paths.iter().zip(&self.heads);
        files.map(|(path, head)| self.create(path, head)).collect()
    }

    fn behind(&self) -> u64 {
        self.heads.first().map_or(0, Vec::len) as u64
    }

    fn backlog(&self) -> io::Result<Duration> {
        let (kept, behind) = (self.kept()?, self.behind());
        cpu_of(|| {
            let mut files = kept.iter().zip(&self.points);
            files.try_for_each(|(file, points)| file.write_all_at(points, behind))
        })
    }

    /// Every second a point of each series, as a server gets them.
    fn paced(&self) -> io::Result<Duration> {
        let (kept, behind) = (self.kept()?, self.behind());
        cpu_of(|| {
            let began = Instant::now();
            for (second, at) in (0..).zip((0..BACKLOG * POINT_BYTES).step_by(POINT_BYTES)) {
                thread::park_timeout(Duration::from_secs(second).saturating_sub(began.elapsed()));
                for (file, points) in kept.iter().zip(&self.points) {
                    file.write_all_at(&points[at..at + POINT_BYTES], behind + at as u64)?;
                }
            }
            Ok(())
        })
    }
}

fn accepted(folder: &Path, records: usize) -> io::Result<Duration> {
    let (bytes, piece) = (records * RECORD_BYTES, vec![1; PIECE_BYTES]);
    let path = folder.join("records");
    let took = cpu_of(|| {
        let mut file = File::create_new(&path)?;
        for at in (0..bytes).step_by(PIECE_BYTES) {
            file.write_all(&piece[..PIECE_BYTES.min(bytes - at)])?;
        }
        file.sync_data()
    })?;
    let written = fs::metadata(path)?.len();
    if written == bytes as u64 { Ok(took) } else { Err(io::Error::other("bytes are missing")) }
}

fn cpu_of(calls: impl FnOnce() -> io::Result<()>) -> io::Result<Duration> {
    let cpu = || clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID).map(Duration::from);
    let before = cpu()?;
    calls()?;
    Ok(cpu()?.saturating_sub(before))
}
