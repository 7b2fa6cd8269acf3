//! Each call of the system fails in turn: it is told, the file stays one, and the same again does it.

use std::fs;
use std::path::Path;

use super::fault::{counting, failing};
use crate::{
    Accepted, AggregationMethod, Allocation, CreateOptions, Error, Header, Point, Refill,
    ResizeOptions, Whisper, check, parse_retentions,
};

/// A boundary of every step used here.
const NOW: u32 = 1_772_599_800;

/// Bytes that a failing write has written: none, a part of an interval, of a value, of a second slot.
const TORN: [usize; 4] = [0, 2, 6, 14];

/// What is asked of a file at a time.
type Question = fn(&Whisper, i64) -> Result<(), Error>;

/// What is done to a file, with another one at hand.
type Step = fn(&mut Whisper, &Whisper) -> Result<(), Error>;

fn header(retentions: &str) -> Header {
    Header::new(&parse_retentions(retentions).unwrap(), AggregationMethod::Sum, 0.0).unwrap()
}

/// In the order of their time, over a gap, late, over the end of the fine archive.
fn accepted() -> Vec<Accepted> {
    let late = [(20, 3), (30, 0), (31, 25)];
    let steady = (0..20).map(|i| (i, 0));
    let points = steady.chain(late).chain((40..47).map(|i| (i, 0)));
    points
        .map(|(i, late)| Accepted {
            timestamp: NOW + (i - late) * 10,
            at: NOW + i * 10,
            value: f64::from(i),
        })
        .collect()
}

fn other(folder: &Path) -> Whisper {
    let path = folder.join("other.wsp");
    let mut other =
        Whisper::create_with(path, &header("10:12,60:10"), CreateOptions::default()).unwrap();
    let _ = other.update_accepted(&accepted()).unwrap();
    other
}

const STEPS: [(&str, Step); 7] = [
    ("update", |file, _| file.update(NOW.into(), 1.0, NOW.into()).map(drop)),
    ("update_many", |file, _| {
        let points = (0..40).map(|i| Point { timestamp: i64::from(NOW) - i * 10, value: 2.0 });
        file.update_many(&points.collect::<Vec<_>>(), NOW.into()).map(drop)
    }),
    ("update_accepted", |file, _| file.update_accepted(&accepted()).map(drop)),
    ("merge", |file, other| file.merge(other, 0, u32::MAX.into(), NOW.into()).map(drop)),
    ("fill", |file, other| file.fill(other, i64::from(NOW) + 460).map(drop)),
    ("set_x_files_factor", |file, _| file.set_x_files_factor(0.5)),
    ("resize", |file, _| {
        let options = ResizeOptions { sync: true, ..ResizeOptions::new(Refill::Exact) };
        file.resize(&header("10:24,60:20"), options, NOW.into(), |_| {})
    }),
];

/// A file with some points before, or without one.
fn new_file(folder: &Path, empty: bool) -> Whisper {
    let path = folder.join("a.wsp");
    let _ = fs::remove_file(&path);
    let mut file =
        Whisper::create_with(&path, &header("10:12,60:10"), CreateOptions::default()).unwrap();
    if !empty {
        let before: Vec<_> = accepted()
            .into_iter()
            .map(|point| Accepted { timestamp: point.timestamp - 50, at: point.at - 50, ..point })
            .collect();
        let _ = file.update_accepted(&before[..20]).unwrap();
    }
    // As it is later, with what it learnt by opening it.
    Whisper::open(path).unwrap()
}

#[test]
fn whatever_call_fails_it_is_told_and_the_same_again_does_it() {
    let folder = tempfile::tempdir().unwrap();
    let other = other(folder.path());
    for (name, step) in STEPS {
        for empty in [true, false] {
            let mut file = new_file(folder.path(), empty);
            let (done, calls) = counting(|| step(&mut file, &other));
            done.unwrap();
            let expected = fs::read(file.path()).unwrap();
            for (number, torn) in (0..calls).flat_map(|number| TORN.map(|torn| (number, torn))) {
                let mut file = new_file(folder.path(), empty);
                let (failed, _) = failing(number, torn, || step(&mut file, &other));
                let error = failed.expect_err(name);
                assert!(std::error::Error::source(&error).is_some(), "{name} {number}: {error}");
                Whisper::open(file.path()).unwrap();
                check(file.path()).unwrap();
                step(&mut file, &other).unwrap();
                // Half a value is one, and no gap any more.
                let gone = name == "fill" && torn > 4;
                let same = gone || fs::read(file.path()).unwrap() == expected;
                assert!(same, "{name}, empty {empty}, call {number} of {calls}, torn at {torn}");
            }
        }
    }
}

#[test]
fn a_creation_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let header = header("10:60,60:100");
    for allocation in [Allocation::Sparse, Allocation::Preallocated, Allocation::Zeroed] {
        let path = folder.path().join("a.wsp");
        let options = CreateOptions { allocation, sync: true, replace: false };
        let (made, calls) = counting(|| Whisper::create_with(&path, &header, options));
        let expected = fs::read(made.unwrap().path()).unwrap();
        for number in 0..calls {
            fs::remove_file(&path).unwrap();
            let (failed, _) =
                failing(number, 7, || Whisper::create_with(&path, &header, options).map(drop));
            failed.unwrap_err();
            let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
            // The last call syncs the folder: there is a file then, and nobody who knows it is safe.
            assert_eq!(left.len(), usize::from(number + 1 == calls), "{allocation:?} {number}");
            if left.is_empty() {
                Whisper::create_with(&path, &header, options).unwrap();
            }
            assert_eq!(fs::read(&path).unwrap(), expected);
        }
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_read_that_fails_is_told_whatever_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let file = new_file(folder.path(), false);
    let now = i64::from(NOW) + 200;
    let asked: [Question; 5] = [
        |file, now| file.fetch(now - 100, now, now).map(drop),
        |file, now| file.fetch_archive_with(&accepted(), 60, now - 500, now, now).map(drop),
        |file, now| file.value_at(now).map(drop),
        |file, _| file.points(60).map(drop),
        |file, now| file.diff(file, false, now, now).map(drop),
    ];
    for ask in asked {
        let reopened = || Whisper::open(file.path()).unwrap();
        let (done, calls) = counting(|| ask(&reopened(), now));
        done.unwrap();
        assert!(calls > 0);
        for number in 0..calls {
            let (failed, _) = failing(number, 0, || ask(&reopened(), now));
            failed.unwrap_err();
        }
    }
}
