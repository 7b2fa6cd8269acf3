use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use tempfile::TempDir;

use super::{Progress, Refill, ResizeOptions};
use crate::{AggregationMethod, Header, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

fn header(retentions: &str) -> Header {
    Header::new(&parse_retentions(retentions).unwrap(), AggregationMethod::Sum, 0.0).unwrap()
}

fn new_file(retentions: &str) -> (TempDir, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wsp");
    (
        folder,
        Whisper::create_with(path, &header(retentions), crate::CreateOptions::default()).unwrap(),
    )
}

fn write(file: &mut Whisper, ages: impl DoubleEndedIterator<Item = i64>) {
    for age in ages.rev() {
        let _ = file.update(NOW - age, 1.0, NOW - age).unwrap();
    }
}

fn resize(file: &mut Whisper, retentions: &str, refill: Refill) {
    let options = ResizeOptions::new(refill);
    file.resize(&header(retentions), options, NOW, |_| {}).unwrap();
}

fn held(file: &Whisper, step: u32) -> Vec<(i64, f64)> {
    file.points(step).unwrap().iter().map(|point| (NOW - point.timestamp, point.value)).collect()
}

const ALL: [Refill; 3] = [Refill::Python, Refill::Exact, Refill::Aggregate];

#[test]
fn longer_and_more_archives_keep_every_point() {
    for refill in ALL {
        let (_folder, mut file) = new_file("10:12,60:10");
        write(&mut file, (0..60).map(|i| i * 10));
        let (fine, coarse) = (held(&file, 10), held(&file, 60));
        assert_eq!((fine.len(), coarse.len()), (12, 10));
        resize(&mut file, "10:24,60:20,120:20", refill);
        assert!(fine.iter().all(|point| held(&file, 10).contains(point)), "{refill:?}");
        if refill == Refill::Exact {
            assert!(coarse.iter().all(|point| held(&file, 60).contains(point)), "{refill:?}");
        }
        assert_eq!(Whisper::open(file.path()).unwrap().header(), file.header());
        assert!(!file.is_replaced().unwrap());
    }
}

#[test]
fn a_shorter_archive_keeps_its_newest_points() {
    for refill in ALL {
        let (_folder, mut file) = new_file("10:12");
        write(&mut file, (0..12).map(|i| i * 10));
        resize(&mut file, "10:6", refill);
        let expected: Vec<_> = (0..6).rev().map(|i| (i * 10, 1.0)).collect();
        assert_eq!(held(&file, 10), expected, "{refill:?}");
    }
}

#[test]
fn a_coarser_step_is_made_of_the_finer_ones() {
    for refill in ALL {
        let (_folder, mut file) = new_file("10:12");
        write(&mut file, (0..12).map(|i| i * 10));
        resize(&mut file, "20:30", refill);
        // Python's way is an update for each: of a slot the latest holds.
        let value = if refill == Refill::Python { 1.0 } else { 2.0 };
        assert_eq!(
            held(&file, 20)[1..5],
            [(100, value), (80, value), (60, value), (40, value)][..]
        );
    }
}

#[test]
fn a_gap_stays_a_gap_where_that_is_asked_for() {
    for refill in ALL {
        let (_folder, mut file) = new_file("10:12,60:10");
        // The minute at 60 has no value for its own first second.
        write(&mut file, [0, 10, 20, 30, 40, 50, 70, 80].into_iter());
        let before = held(&file, 10);
        resize(&mut file, "10:12,60:20", refill);
        let invented = held(&file, 10).len() - before.len();
        assert_eq!(invented, usize::from(refill == Refill::Python), "{refill:?}");
        if refill == Refill::Exact {
            assert_eq!(held(&file, 60), [(120, 2.0), (60, 5.0), (0, 1.0)]);
        }
    }
}

#[test]
fn the_old_file_stays_as_bak_where_that_is_asked_for() {
    let (folder, mut file) = new_file("10:12");
    write(&mut file, 0..1);
    let path = file.path().to_owned();
    let before = fs::read(&path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let options =
        ResizeOptions { keep_backup: true, sync: true, ..ResizeOptions::new(Refill::Exact) };
    for _ in 0..2 {
        file.resize(&header("10:24"), options, NOW, |_| {}).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }
    file.resize(&header("10:12"), options, NOW, |_| {}).unwrap();
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.wsp", "a.wsp.bak"]);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read(folder.path().join("a.wsp.bak")).unwrap().len(), 16 + 12 + 24 * 12);
}

#[test]
fn progress_is_told_from_nothing_to_all() {
    for refill in ALL {
        let (_folder, mut file) = new_file("1:20000");
        write(&mut file, 0..1);
        let mut told = Vec::new();
        let options = ResizeOptions::new(refill);
        file.resize(&header("1:30000"), options, NOW, |progress| told.push(progress)).unwrap();
        assert_eq!(told[0].done, 0);
        assert!(told.is_sorted_by_key(|progress: &Progress| progress.done));
        assert!(told.last().is_some_and(|last| last.done == last.total && last.total >= 20_000));
    }
}

#[test]
fn a_locked_file_is_locked_after_it_as_well() {
    let (_folder, mut file) = new_file("10:12");
    file = Whisper::open_locked(file.path()).unwrap();
    resize(&mut file, "10:24", Refill::Python);
    assert!(fs::File::open(file.path()).unwrap().try_lock().is_err());
}
