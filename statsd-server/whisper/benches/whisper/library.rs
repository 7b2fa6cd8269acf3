//! This crate's calls.

use std::cell::RefCell;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{fs, hint};

use statsd_whisper::{Accepted, AggregationMethod, Retention, Rollups, Whisper};

use crate::{NOW, Outcome, Row};

/// Points from the one after the newest on, ten seconds apart, accepted when they were due.
fn points(after: u32, count: u32) -> Vec<Accepted> {
    let times = (1..=count).map(|i| after + i * 10);
    times.map(|time| Accepted { timestamp: time, at: time, value: 2.5 }).collect()
}

fn path(folder: &Path, file: usize) -> PathBuf {
    folder.join(format!("{file}.wsp"))
}

/// Time goes on from one round to the next, that of each row for itself.
struct Clock {
    newest: Vec<u32>,
}

impl Clock {
    fn new(files: usize) -> Self {
        Self { newest: vec![NOW; files] }
    }

    fn next(&mut self, file: usize, count: u32) -> Vec<Accepted> {
        let points = points(self.newest[file], count);
        self.newest[file] += count * 10;
        points
    }
}

pub(crate) fn rows(
    folder: &Path,
    archives: &[Retention],
    files: usize,
) -> Result<Vec<Row>, Box<dyn Error>> {
    let kept: Vec<_> =
        (0..files).map(|file| Whisper::open(path(folder, file))).collect::<Result<_, _>>()?;
    let kept = Rc::new(RefCell::new(kept));
    let mut rows = Vec::new();
    for (name, goal, count) in [
        ("update: one point, three archives, descriptor kept", Some(4.6), 1),
        ("update_accepted: 12 points, three archives, descriptor kept", Some(9.0), 12),
        ("update_accepted: 60 points, three archives, descriptor kept", None, 60),
    ] {
        let (kept, mut clock) = (kept.clone(), Clock::new(files));
        rows.push(Row::new(name, goal, move |file| {
            let points = clock.next(file, count);
            assert_eq!(kept.borrow_mut()[file].update_accepted(&points)?.written, points.len());
            Ok(())
        }));
    }
    for (name, goal, count) in [
        ("update_with, rollups deferred: one point", Some(4.6), 1),
        ("update_with, rollups deferred: 12 points", Some(9.0), 12),
        ("update_with, rollups deferred: 60 points", None, 60),
    ] {
        let (kept, mut clock) = (kept.clone(), Clock::new(files));
        let mut deferred = vec![None; files];
        rows.push(Row::new(name, goal, move |file| {
            let points = clock.next(file, count);
            let (open, deferred) = (&mut kept.borrow_mut()[file], &mut deferred[file]);
            let counts = open.update_with(&points, Rollups::Deferred, deferred)?;
            assert_eq!(counts.written, points.len());
            Ok(())
        }));
    }
    let (owned, mut clock) = (folder.to_owned(), Clock::new(files));
    rows.push(Row::new("open, update_accepted of 12 points, close", None, move |file| {
        let points = clock.next(file, 12);
        let mut file = Whisper::open(path(&owned, file))?;
        assert_eq!(file.update_accepted(&points)?.written, points.len());
        Ok(())
    }));
    let owned = folder.to_owned();
    rows.push(Row::new("open, fetch of 1,440 points, close", 11.0, move |file| {
        fetched(&Whisper::open_read_only(path(&owned, file))?, &[])
    }));
    let readers = kept.clone();
    rows.push(Row::new("fetch of 1,440 points, descriptor kept", None, move |file| {
        fetched(&readers.borrow()[file], &[])
    }));
    let waiting = points(NOW - 120, 12);
    rows.push(Row::new("fetch of 1,440 points with 12 waiting ones", None, move |file| {
        fetched(&kept.borrow()[file], &waiting)
    }));
    let (created, archives, mut made) = (folder.join("created"), archives.to_vec(), 0);
    fs::create_dir(&created)?;
    rows.push(Row::new("create of a sparse file, close", 35.0, move |_| {
        // Never removed before the end: ext4 without a journal searches long for an inode soon after.
        made += 1;
        Whisper::create(path(&created, made), &archives, AggregationMethod::Sum, 0.0)?;
        Ok(())
    }));
    Ok(rows)
}

fn fetched(file: &Whisper, waiting: &[Accepted]) -> Outcome {
    let now = i64::from(NOW);
    let fetched = file.fetch_with(waiting, now - 14_400, now, now)?.ok_or("nothing")?;
    assert_eq!(hint::black_box(&fetched.values).len(), 1_440);
    Ok(())
}
