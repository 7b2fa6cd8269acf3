use tempfile::TempDir;

use crate::disk::fault::counting;
use crate::{Accepted, AggregationMethod, Deferred, Rollups, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: u32 = 1_772_599_800;

const SIX_HOURS: u32 = 6 * 3_600;

fn new_file() -> (TempDir, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions("10:2160,60:10080,600:262974").unwrap();
    let path = folder.path().join("a.wsp");
    let file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    (folder, file)
}

fn point(timestamp: u32) -> Accepted {
    Accepted { timestamp, at: timestamp, value: 1.0 }
}

fn points(from: u32, count: u32) -> Vec<Accepted> {
    (0..count).map(|i| point(from + i * 10)).collect()
}

fn put(file: &mut Whisper, points: &[Accepted], deferred: &mut Option<Deferred>) {
    let counts = file.update_with(points, Rollups::Deferred, deferred).unwrap();
    assert_eq!(counts.written, points.len());
}

/// How many points each archive holds.
fn held(file: &Whisper) -> [usize; 3] {
    [10, 60, 600].map(|step| file.points(step).unwrap().len())
}

#[test]
fn ten_minutes_are_put_off_and_made_when_they_are_over() {
    let (_folder, mut file) = new_file();
    let mut deferred = None;
    put(&mut file, &points(NOW, 60), &mut deferred);
    assert_eq!((held(&file), deferred.unwrap().start()), ([60, 0, 0], NOW));
    put(&mut file, &points(NOW + 600, 1), &mut deferred);
    assert_eq!((held(&file), deferred.unwrap().start()), ([61, 10, 1], NOW + 600));
    assert_eq!(file.points(600).unwrap()[0].value, 60.0);
    file.roll_up(deferred.unwrap()).unwrap();
    assert_eq!(held(&file), [61, 11, 2]);
}

#[test]
fn a_batch_in_open_minutes_costs_one_write() {
    let (_folder, mut file) = new_file();
    let mut deferred = None;
    // The first point of all has the base looked for.
    put(&mut file, &points(NOW, 1), &mut deferred);
    for batch in [points(NOW + 10, 12), points(NOW + 130, 1), points(NOW + 140, 30)] {
        let ((), made) = counting(|| put(&mut file, &batch, &mut deferred));
        assert_eq!(made, 1);
    }
    // A write each; a read of the points, and of the minutes that were made before. The first time, the
    // base of the second archive is looked for as well.
    for (start, made_at_most) in [(NOW + 600, 6), (NOW + 1_200, 5), (NOW + 1_800, 5)] {
        let ((), made) = counting(|| put(&mut file, &points(start, 6), &mut deferred));
        assert!(made <= made_at_most, "{made} calls");
    }
}

#[test]
fn of_an_opened_file_the_slots_are_looked_at_once_in_ten_minutes() {
    let (_folder, mut file) = new_file();
    let _ = file.update_accepted(&points(NOW - 1_200, 12)).unwrap();
    let mut file = Whisper::open(file.path()).unwrap();
    let mut deferred = None;
    let ((), first) = counting(|| put(&mut file, &points(NOW, 6), &mut deferred));
    let ((), second) = counting(|| put(&mut file, &points(NOW + 60, 6), &mut deferred));
    // Two bases, two archives' slots, a write.
    assert_eq!((first, second), (4, 1));
}

#[test]
fn where_newer_slots_stand_nothing_is_put_off() {
    let (_folder, mut file) = new_file();
    let _ = file.update_accepted(&points(NOW + SIX_HOURS + 120, 1)).unwrap();
    // The clock was set back, and there was a restart.
    let mut file = Whisper::open(file.path()).unwrap();
    let mut deferred = None;
    put(&mut file, &points(NOW, 6), &mut deferred);
    assert_eq!((deferred, file.value_at(i64::from(NOW)).unwrap()), (None, Some(1.0)));
    assert_eq!(file.points(60).unwrap()[0].value, 6.0);
}

#[test]
fn a_late_point_has_what_was_put_off_made_first() {
    let (_folder, mut file) = new_file();
    let mut deferred = None;
    put(&mut file, &points(NOW, 6), &mut deferred);
    let late = Accepted { timestamp: NOW - SIX_HOURS, at: NOW + 60, value: 7.0 };
    put(&mut file, &[late], &mut deferred);
    assert_eq!((held(&file), deferred), ([6, 2, 2], None));
}

#[test]
fn a_point_of_the_minutes_before_is_made_at_once_and_the_rest_stays_put_off() {
    let (_folder, mut file) = new_file();
    let mut deferred = None;
    put(&mut file, &points(NOW, 6), &mut deferred);
    let late = Accepted { timestamp: NOW - 10, at: NOW + 60, value: 7.0 };
    put(&mut file, &[late], &mut deferred);
    assert_eq!((held(&file), deferred.unwrap().start()), ([7, 1, 1], NOW));
}

#[test]
fn archives_that_are_short_or_far_apart_put_nothing_off() {
    for retentions in ["10:20,60:60", "10:2160,3600:48", "10:2160"] {
        let folder = tempfile::tempdir().unwrap();
        let archives = parse_retentions(retentions).unwrap();
        let path = folder.path().join("a.wsp");
        let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
        let mut deferred = None;
        put(&mut file, &points(NOW, 2), &mut deferred);
        assert_eq!(deferred, None, "{retentions}");
    }
}

#[test]
fn an_empty_batch_keeps_what_is_put_off() {
    let (_folder, mut file) = new_file();
    let mut deferred = None;
    put(&mut file, &points(NOW, 1), &mut deferred);
    let before = deferred;
    put(&mut file, &[], &mut deferred);
    assert_eq!(deferred, before);
    let _ = file.update_with(&[], Rollups::AtOnce, &mut deferred).unwrap();
    assert_eq!((held(&file), deferred), ([1, 1, 1], None));
}

#[test]
fn what_was_put_off_for_a_file_of_another_step_keeps_to_the_new_one() {
    let (_folder, mut old) = new_file();
    let mut deferred = None;
    put(&mut old, &points(NOW + 660, 6), &mut deferred);
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions("10s:6h,5m:30d").unwrap();
    let path = folder.path().join("a.wsp");
    let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
    put(&mut file, &points(NOW + 680, 6), &mut deferred);
    put(&mut file, &points(NOW + 1_500, 1), &mut deferred);
    file.roll_up(deferred.unwrap()).unwrap();
    let begins: Vec<_> = file.points(300).unwrap().iter().map(|point| point.timestamp).collect();
    assert_eq!(begins, [600, 1_500].map(|after| i64::from(NOW) + after));
    // Nor does one that nobody has put off.
    let wrong = Deferred::new(NOW + 10, 0b11).unwrap();
    file.roll_up(wrong).unwrap();
    assert!(file.points(300).unwrap().iter().all(|point| point.timestamp % 300 == 0));
}

#[test]
fn the_last_interval_that_the_format_can_name_is_none_that_overflows() {
    let (_folder, file) = new_file();
    let mut file = Whisper::open(file.path()).unwrap();
    let mut deferred = None;
    put(&mut file, &[point(u32::MAX - 5)], &mut deferred);
    if let Some(deferred) = deferred {
        file.roll_up(deferred).unwrap();
    }
    assert_eq!(held(&file), [1, 1, 1]);
}
