//! Whether points are where they belong, read from the files themselves.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use statsd_whisper::Whisper;

use crate::lines::{STEP, name};

/// How long a server may take for all of it.
const STORED_MAX: Duration = Duration::from_secs(240);

/// How long is waited between two looks; a look reads a few files.
const LOOK: Duration = Duration::from_millis(50);

/// Series that a look reads.
const SAMPLE: usize = 64;

/// Waits until every series' file holds so many points.
pub(crate) fn wait(folder: &Path, series: usize, points: usize) -> Result<(), String> {
    let started = Instant::now();
    let apart = (series / SAMPLE).max(1);
    loop {
        let holds = |series: usize| count(folder, series) >= points;
        if (0..series).step_by(apart).all(holds) && (0..series).all(holds) {
            break;
        }
        if started.elapsed() > STORED_MAX {
            let missing = (0..series).find(|&series| count(folder, series) < points);
            let missing = missing.unwrap_or_default();
            let found = count(folder, missing);
            return Err(format!("{} has {found} of {points} points", name(missing)));
        }
        thread::park_timeout(LOOK);
    }
    let more = (0..series).find(|&series| count(folder, series) > points);
    more.map_or(Ok(()), |series| Err(format!("{} has too many points", name(series))))
}

/// Points in the finest archive of a series; none where there is no whole file yet.
fn count(folder: &Path, series: usize) -> usize {
    let file = Whisper::open_read_only(file(folder, series));
    file.and_then(|file| file.points(u32::try_from(STEP).unwrap_or(1)))
        .map_or(0, |points| points.len())
}

/// The file of a series.
pub(crate) fn file(folder: &Path, series: usize) -> PathBuf {
    folder.join(name(series).replace('.', "/") + ".wsp")
}
