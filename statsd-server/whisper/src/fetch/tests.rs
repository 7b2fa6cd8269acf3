use tempfile::TempDir;

use crate::{AggregationMethod, ErrorKind, Fetched, Point, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

fn new_file() -> (TempDir, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions("10:6,60:5").unwrap();
    let path = folder.path().join("a.wsp");
    let file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    (folder, file)
}

fn full_file() -> (TempDir, Whisper) {
    let (folder, mut file) = new_file();
    for age in (0..6).rev() {
        let (time, value) = (NOW - age * 10, age as f64);
        let _ = file.update(time, value, time).unwrap();
    }
    (folder, file)
}

fn grid(fetched: Option<Fetched>) -> (i64, i64, i64, usize) {
    let fetched = fetched.expect("an answer");
    (fetched.start - NOW, fetched.end() - NOW, fetched.step, fetched.values.len())
}

#[test]
fn a_range_leaves_out_its_start_and_holds_its_end() {
    let (_folder, file) = full_file();
    let fetched = file.fetch(NOW - 30, NOW - 10, NOW).unwrap().unwrap();
    let expected = Fetched { start: NOW - 20, step: 10, values: vec![Some(2.0), Some(1.0)] };
    assert_eq!(fetched, expected);
    assert_eq!(file.fetch(NOW - 21, NOW - 1, NOW).unwrap().unwrap(), expected);
}

#[test]
fn a_range_within_one_slot_answers_the_next() {
    let (_folder, file) = full_file();
    let fetched = file.fetch(NOW - 20, NOW - 20, NOW).unwrap().unwrap();
    assert_eq!(fetched, Fetched { start: NOW - 10, step: 10, values: vec![Some(1.0)] });
    assert_eq!(grid(file.fetch(NOW, NOW, NOW).unwrap()), (10, 20, 10, 1));
}

#[test]
fn the_finest_archive_that_reaches_back_answers_the_whole_range() {
    let (_folder, file) = full_file();
    assert_eq!(grid(file.fetch(NOW - 60, NOW, NOW).unwrap()), (-50, 10, 10, 6));
    assert_eq!(grid(file.fetch(NOW - 61, NOW, NOW).unwrap()), (-60, 60, 60, 2));
}

#[test]
fn a_range_is_cut_to_what_the_file_keeps() {
    let (_folder, file) = full_file();
    assert_eq!(grid(file.fetch(i64::MIN, i64::MAX, NOW).unwrap()), (-240, 60, 60, 5));
}

#[test]
fn a_range_outside_of_what_the_file_keeps_has_no_answer() {
    let (_folder, file) = full_file();
    assert_eq!(file.fetch(NOW + 1, NOW + 60, NOW).unwrap(), None);
    assert_eq!(file.fetch(NOW - 500, NOW - 301, NOW).unwrap(), None);
    assert!(file.fetch(NOW - 500, NOW - 300, NOW).unwrap().is_some());
}

#[test]
fn a_range_that_ends_before_it_starts_is_an_error() {
    let (_folder, file) = full_file();
    assert_eq!(file.fetch(NOW, NOW - 1, NOW).unwrap_err().kind(), ErrorKind::InvalidRange);
    for now in [-1, 1 << 32, i64::MIN, i64::MAX] {
        assert_eq!(file.fetch(0, 1, now).unwrap_err().kind(), ErrorKind::InvalidTime);
    }
}

#[test]
fn an_archive_can_be_chosen_by_its_step() {
    let (_folder, file) = full_file();
    let fetched = file.fetch_archive(60, NOW - 60, NOW, NOW).unwrap().unwrap();
    assert_eq!(fetched, Fetched { start: NOW, step: 60, values: vec![Some(0.0)] });
    let error = file.fetch_archive(7, NOW - 60, NOW, NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoSuchArchive);
    assert!(error.to_string().ends_with("no archive has a step of 7 s, but 10, 60"), "{error}");
}

#[test]
fn a_range_longer_than_the_chosen_archive_is_cut_to_it() {
    let (_folder, file) = full_file();
    let fetched = file.fetch_archive(10, NOW - 200, NOW, NOW).unwrap().unwrap();
    assert_eq!(fetched.start, NOW - 50);
    assert_eq!(fetched.values, [5.0, 4.0, 3.0, 2.0, 1.0, 0.0].map(Some));
}

#[test]
fn a_file_without_points_answers_the_same_grid() {
    let (_folder, file) = new_file();
    let (_other, full) = full_file();
    for (from, until) in [(-60, 0), (-61, 0), (-300, -100), (-5, -5)] {
        let empty = file.fetch(NOW + from, NOW + until, NOW).unwrap();
        assert!(empty.as_ref().unwrap().values.iter().all(Option::is_none));
        assert_eq!(grid(empty), grid(full.fetch(NOW + from, NOW + until, NOW).unwrap()));
    }
}

#[test]
fn values_of_an_earlier_round_are_gone() {
    let (_folder, file) = full_file();
    let fetched = file.fetch(NOW, NOW + 60, NOW + 60).unwrap().unwrap();
    assert_eq!(fetched.values, [None; 6]);
}

#[test]
fn nan_is_a_value_and_not_a_gap() {
    let (_folder, mut file) = new_file();
    let _ = file.update(NOW, f64::NAN, NOW).unwrap();
    assert!(file.value_at(NOW).unwrap().is_some_and(f64::is_nan));
}

#[test]
fn a_timestamp_finds_the_value_of_its_slot() {
    let (_folder, file) = full_file();
    assert_eq!(file.value_at(NOW - 20).unwrap(), Some(2.0));
    assert_eq!(file.value_at(NOW - 11).unwrap(), Some(2.0));
    for elsewhere in [NOW + 10, NOW - 60, NOW - 120, 0, -1, i64::MIN, i64::MAX] {
        assert_eq!(file.value_at(elsewhere).unwrap(), None, "{elsewhere}");
    }
    assert_eq!(new_file().1.value_at(0).unwrap(), None);
}

#[test]
fn all_points_of_an_archive_come_in_order_of_time() {
    let (_folder, mut file) = full_file();
    let later = NOW + 20;
    let _ = file.update(later, 9.0, later).unwrap();
    let points = file.points(10).unwrap();
    let times: Vec<_> = points.iter().map(|point| point.timestamp - NOW).collect();
    assert_eq!(times, [-50, -30, -20, -10, 0, 20]);
    assert_eq!(points.last(), Some(&Point { timestamp: later, value: 9.0 }));
    assert_eq!(file.points(7).unwrap_err().kind(), ErrorKind::NoSuchArchive);
}
