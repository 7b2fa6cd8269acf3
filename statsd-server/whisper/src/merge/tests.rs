use tempfile::TempDir;

use crate::disk::fault::counting;
use crate::{AggregationMethod, ErrorKind, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

fn new_file(folder: &TempDir, name: &str, retentions: &str) -> Whisper {
    let archives = parse_retentions(retentions).unwrap();
    Whisper::create(folder.path().join(name), &archives, AggregationMethod::Sum, 0.0).unwrap()
}

fn write(file: &mut Whisper, ages: &[i64], value: f64) {
    for age in ages.iter().rev() {
        let _ = file.update(NOW - age, value, NOW - age).unwrap();
    }
}

/// What an archive holds, as ages.
fn held(file: &Whisper, step: u32) -> Vec<(i64, f64)> {
    file.points(step).unwrap().iter().map(|point| (NOW - point.timestamp, point.value)).collect()
}

#[test]
fn what_the_other_file_knows_comes_over_ours_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ours, mut theirs) =
        (new_file(&folder, "a", "10:12,60:10"), new_file(&folder, "b", "10:12,60:10"));
    write(&mut ours, &[0, 10, 20], 1.0);
    write(&mut theirs, &[10, 40, 300], 5.0);
    assert_eq!(ours.merge(&theirs, 0, NOW, NOW).unwrap(), 2 + 2);
    assert_eq!(held(&ours, 10), [(40, 5.0), (20, 1.0), (10, 5.0), (0, 1.0)]);
    // Made anew of the merged slots, and then the other's own.
    assert_eq!(held(&ours, 60), [(300, 5.0), (60, 10.0), (0, 1.0)]);
}

#[test]
fn a_range_is_merged_and_nothing_before_or_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ours, mut theirs) = (new_file(&folder, "a", "10:12"), new_file(&folder, "b", "10:12"));
    write(&mut theirs, &[0, 10, 20, 30, 40], 5.0);
    assert_eq!(ours.merge(&theirs, NOW - 30, NOW - 10, NOW).unwrap(), 2);
    assert_eq!(held(&ours, 10), [(20, 5.0), (10, 5.0)]);
    assert_eq!(ours.merge(&theirs, NOW - 9_000, NOW - 8_000, NOW).unwrap(), 0);
    let error = ours.merge(&theirs, NOW, NOW - 1, NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRange);
}

#[test]
fn other_archives_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ours, theirs) = (new_file(&folder, "a", "10:12"), new_file(&folder, "b", "10:13"));
    let error = ours.merge(&theirs, 0, NOW, NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArchives);
    assert!(error.to_string().contains("10:12") && error.to_string().contains("10:13"), "{error}");
}

#[test]
fn gaps_are_filled_and_no_value_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ours, mut theirs) =
        (new_file(&folder, "a", "10:12,60:10"), new_file(&folder, "b", "10:12,60:10"));
    write(&mut ours, &[0, 20, 50], 0.0);
    write(&mut theirs, &[0, 10, 20, 30, 40, 50, 60, 70, 240, 300], 5.0);
    // The one that lacks 10 is no gap of two; 0.0 is a value.
    assert_eq!(ours.fill(&theirs, NOW).unwrap(), 2 + 2 + 2);
    let fine = [(70, 5.0), (60, 5.0), (50, 0.0), (40, 5.0), (30, 5.0), (20, 0.0), (0, 0.0)];
    assert_eq!(held(&ours, 10), fine);
    assert_eq!(held(&ours, 60), [(300, 5.0), (240, 5.0), (120, 5.0), (60, 15.0), (0, 0.0)]);
}

#[test]
fn a_gap_is_filled_from_files_of_other_archives() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ours, mut finer) = (new_file(&folder, "a", "10:12"), new_file(&folder, "b", "1:120"));
    let seconds: Vec<i64> = (0..120).collect();
    write(&mut ours, &[0], 1.0);
    write(&mut finer, &seconds, 5.0);
    assert_eq!(ours.fill(&finer, NOW).unwrap(), 110);
    assert_eq!(held(&ours, 10).len(), 12);
    assert_eq!(held(&ours, 10).last(), Some(&(0, 1.0)));

    let mut coarser = new_file(&folder, "c", "60:10");
    write(&mut coarser, &[0, 60], 7.0);
    let mut empty = new_file(&folder, "d", "10:12");
    assert_eq!(empty.fill(&coarser, NOW).unwrap(), 2);
    assert_eq!(held(&empty, 10), [(60, 7.0), (0, 7.0)]);
}

#[test]
fn what_is_filled_twice_is_filled_once() {
    let folder = tempfile::tempdir().unwrap();
    let (mut ours, mut theirs) =
        (new_file(&folder, "a", "10:12,60:10"), new_file(&folder, "b", "10:12,60:10"));
    write(&mut theirs, &[0, 10, 20, 30, 40, 50, 60, 70, 240, 300], 5.0);
    assert!(ours.fill(&theirs, NOW).unwrap() > 0);
    let (again, calls) = counting(|| ours.fill(&theirs, NOW).unwrap());
    assert_eq!(again, 0);
    assert!(calls < 20, "{calls}");
}
