use std::fs;

use tempfile::TempDir;

use super::{Accepted, Counts, Outcome, Point};
use crate::disk::fault::counting;
use crate::{AggregationMethod, ErrorKind, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

fn new_file(retentions: &str) -> (TempDir, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions(retentions).unwrap();
    let path = folder.path().join("a.wsp");
    let file = Whisper::create(path, &archives, AggregationMethod::Average, 1.0).unwrap();
    (folder, file)
}

fn points(points: &[(i64, f64)]) -> Vec<Point> {
    points.iter().map(|(age, value)| Point { timestamp: NOW - age, value: *value }).collect()
}

/// What an archive holds, as ages.
fn held(file: &Whisper, step: u32) -> Vec<(i64, f64)> {
    file.points(step).unwrap().iter().map(|point| (NOW - point.timestamp, point.value)).collect()
}

#[test]
fn a_point_stands_in_the_slot_of_its_interval() {
    let (_folder, mut file) = new_file("10:6");
    assert_eq!(file.update(NOW - 13, 2.5, NOW).unwrap(), Outcome::Written);
    assert_eq!(held(&file, 10), [(20, 2.5)]);
}

#[test]
fn the_later_value_of_a_slot_holds() {
    let (_folder, mut file) = new_file("10:6");
    for value in [1.0, 2.0, 3.0] {
        let _ = file.update(NOW, value, NOW).unwrap();
    }
    assert_eq!(held(&file, 10), [(0, 3.0)]);
}

#[test]
fn a_point_after_now_is_in_the_future() {
    let (_folder, mut file) = new_file("10:6");
    for timestamp in [NOW + 1, NOW + 10, NOW + 60, i64::MAX] {
        assert_eq!(file.update(timestamp, 1.0, NOW).unwrap(), Outcome::Future);
    }
    assert_eq!(held(&file, 10), []);
}

#[test]
fn an_interval_as_old_as_the_archive_never_takes_the_newest_slot() {
    // Whatever the second of the slot: the point's interval and that of now have one slot.
    for now in NOW..NOW + 10 {
        let (_folder, mut file) = new_file("10:6");
        assert_eq!(file.update(now, 1.0, now).unwrap(), Outcome::Written);
        for timestamp in NOW - 60..NOW - 50 {
            assert_eq!(file.update(timestamp, 9.0, now).unwrap(), Outcome::TooOld);
            let late = [Point { timestamp, value: 9.0 }];
            let counts = file.update_many(&late, now).unwrap();
            assert_eq!(counts, Counts { too_old: 1, ..Counts::default() });
        }
        assert_eq!(held(&file, 10), [(0, 1.0)]);
        assert_eq!(file.update(NOW - 50, 2.0, now).unwrap(), Outcome::Written);
        assert_eq!(held(&file, 10), [(50, 2.0), (0, 1.0)]);
    }
}

#[test]
fn a_late_point_goes_to_the_archive_that_reaches_back_to_it() {
    let (_folder, mut file) = new_file("10:6,60:5");
    assert_eq!(file.update(NOW - 60, 4.0, NOW).unwrap(), Outcome::Written);
    assert_eq!(file.update(NOW - 150, 5.0, NOW).unwrap(), Outcome::Written);
    assert_eq!(file.update(NOW - 250, 6.0, NOW).unwrap(), Outcome::TooOld);
    assert_eq!(held(&file, 10), []);
    assert_eq!(held(&file, 60), [(180, 5.0), (60, 4.0)]);
}

#[test]
fn future_points_of_a_batch_are_counted_and_overwrite_nothing() {
    let (_folder, mut file) = new_file("10:6");
    let full: Vec<_> = (0..6).map(|i| (i * 10, 1.0)).collect();
    assert_eq!(file.update_many(&points(&full), NOW).unwrap().written, 6);
    let future: Vec<_> = (1..=16).map(|i| (i * -10, 9.0)).collect();
    let counts = file.update_many(&points(&future), NOW).unwrap();
    assert_eq!(counts, Counts { future: 16, ..Counts::default() });
    assert_eq!(held(&file, 10).iter().filter(|(_, value)| *value < 9.0).count(), 6);
}

#[test]
fn a_stamp_after_now_in_the_slot_of_now_is_not_in_the_future() {
    let (_folder, mut file) = new_file("10:6");
    let counts = file.update_many(&points(&[(-9, 1.0), (-10, 2.0)]), NOW).unwrap();
    assert_eq!(counts, Counts { written: 1, future: 1, ..Counts::default() });
    assert_eq!(held(&file, 10), [(0, 1.0)]);
}

#[test]
fn of_a_slot_the_latest_holds_and_of_a_timestamp_the_first() {
    let (_folder, mut file) = new_file("10:6");
    let batch = points(&[(15, 1.0), (11, 2.0), (18, 3.0), (11, 4.0), (30, 5.0), (30, 6.0)]);
    let counts = file.update_many(&batch, NOW).unwrap();
    assert_eq!(counts, Counts { written: 2, superseded: 4, ..Counts::default() });
    assert_eq!(held(&file, 10), [(30, 5.0), (20, 2.0)]);
}

#[test]
fn a_batch_is_parted_among_the_archives() {
    let (_folder, mut file) = new_file("10:6,60:5");
    let batch = points(&[(500, 1.0), (0, 2.0), (-60, 3.0), (200, 4.0), (190, 5.0), (50, 6.0)]);
    let counts = file.update_many(&batch, NOW).unwrap();
    assert_eq!(counts, Counts { written: 3, superseded: 1, too_old: 1, future: 1 });
    assert_eq!(held(&file, 10), [(50, 6.0), (0, 2.0)]);
    assert_eq!(held(&file, 60), [(240, 5.0)]);
}

#[test]
fn an_empty_batch_writes_nothing() {
    let (_folder, mut file) = new_file("10:6");
    let before = fs::read(file.path()).unwrap();
    assert_eq!(file.update_many(&[], NOW).unwrap(), Counts::default());
    assert_eq!(fs::read(file.path()).unwrap(), before);
}

#[test]
fn a_run_over_the_end_of_the_archive_goes_on_at_its_start() {
    let (_folder, mut file) = new_file("10:6,60:5");
    let _ = file.update(NOW - 20, 0.0, NOW - 20).unwrap();
    let before = fs::read(file.path()).unwrap()[40 + 72..].to_vec();
    let later = NOW + 60;
    let run: Vec<_> = (0..6).map(|i| (i * 10 - 60, i as f64)).collect();
    assert_eq!(file.update_many(&points(&run), later).unwrap().written, 6);
    let values: Vec<_> = held(&file, 10).iter().map(|(_, value)| *value).collect();
    assert_eq!(values, [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]);
    assert_eq!(fs::read(file.path()).unwrap()[40 + 72..], before, "into the next archive");
}

#[test]
fn times_that_the_format_cannot_name_are_refused() {
    let (_folder, mut file) = new_file("10:6");
    for now in [-1, 1 << 32, i64::MIN, i64::MAX] {
        assert_eq!(file.update(NOW, 1.0, now).unwrap_err().kind(), ErrorKind::InvalidTime);
        assert_eq!(file.update_many(&[], now).unwrap_err().kind(), ErrorKind::InvalidTime);
    }
    let last = i64::from(u32::MAX);
    for timestamp in [i64::MIN, -1, 0, 9] {
        // Interval 0 is what an empty slot says.
        assert_eq!(file.update(timestamp, 1.0, 9).unwrap(), Outcome::TooOld);
    }
    assert_eq!(file.update(last, 1.0, last).unwrap(), Outcome::Written);
    let edges = [i64::MIN, -1, 0, last, i64::MAX];
    let batch: Vec<_> =
        edges.iter().map(|timestamp| Point { timestamp: *timestamp, value: 1.0 }).collect();
    let counts = file.update_many(&batch, last).unwrap();
    assert_eq!(counts, Counts { written: 1, superseded: 0, too_old: 3, future: 1 });
}

/// Six hours at 10 seconds, a week at a minute, five years at ten; with points, so that no archive is
/// empty, and opened anew.
fn opened() -> (TempDir, Whisper) {
    let (folder, mut file) = new_file("10:2160,60:10080,600:262974");
    file.set_x_files_factor(0.0).unwrap();
    let _ = file.update(NOW, 1.0, NOW).unwrap();
    let file = Whisper::open(file.path()).unwrap();
    (folder, file)
}

fn accepted(count: u32, at: i64) -> Vec<Accepted> {
    let at = u32::try_from(at).unwrap();
    (0..count).map(|i| at + i * 10).map(|at| Accepted { timestamp: at, at, value: 1.0 }).collect()
}

#[test]
fn a_batch_costs_a_write_an_archive_and_a_read_of_all_but_the_coarsest() {
    let (_folder, mut file) = opened();
    // The first time, the base of the two coarser archives is looked for as well.
    for (count, calls) in [(12, 7), (12, 5), (1, 5), (60, 5)] {
        let points = accepted(count, NOW + 120);
        let (counts, made) = counting(|| file.update_accepted(&points).unwrap());
        assert_eq!((counts.written, made), (count as usize, calls));
    }
}

#[test]
fn one_archive_alone_is_written_with_one_call() {
    let (_folder, mut file) = new_file("10:2160");
    let _ = file.update(NOW, 1.0, NOW).unwrap();
    let (_, made) = counting(|| file.update(NOW + 10, 1.0, NOW + 10).unwrap());
    assert_eq!(made, 1);
}

#[test]
fn a_fetch_costs_one_read_and_waiting_points_elsewhere_none_more() {
    let (_folder, file) = opened();
    let now = NOW + 14_400;
    let far = accepted(12, now + 600);
    let (fetched, made) = counting(|| file.fetch_with(&far, NOW, now, now).unwrap());
    assert_eq!((fetched.unwrap().values.len(), made), (1_440, 1));
}
