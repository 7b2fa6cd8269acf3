use crate::{AggregationMethod, Difference, ErrorKind, Whisper, parse_retentions};

/// A boundary of every step used here.
const NOW: i64 = 1_772_599_800;

fn files(write: impl Fn(&mut Whisper, bool)) -> (tempfile::TempDir, Whisper, Whisper) {
    let folder = tempfile::tempdir().unwrap();
    let archives = parse_retentions("10:12,60:10").unwrap();
    let [ours, theirs] = ["a", "b"].map(|name| {
        let path = folder.path().join(name);
        let mut file = Whisper::create(path, &archives, AggregationMethod::Sum, 0.0).unwrap();
        write(&mut file, name == "a");
        file
    });
    (folder, ours, theirs)
}

fn update(file: &mut Whisper, age: i64, value: f64) {
    let _ = file.update(NOW - age, value, NOW).unwrap();
}

#[test]
fn the_same_points_do_not_differ() {
    let (_folder, ours, theirs) = files(|file, _| {
        for age in [0, 10, 60, 300] {
            update(file, age, f64::NAN);
            update(file, age + 20, 1.5);
        }
    });
    for diff in ours.diff(&theirs, false, NOW, NOW).unwrap() {
        assert!(diff.compared > 0 && diff.differences.is_empty(), "{diff:?}");
    }
}

#[test]
fn each_difference_is_told_with_what_both_say() {
    let (_folder, ours, theirs) = files(|file, first| {
        update(file, 0, if first { 1.0 } else { 2.0 });
        if first {
            update(file, 300, 7.0);
        }
    });
    let diffs = ours.diff(&theirs, false, NOW, NOW).unwrap();
    let fine = Difference { timestamp: NOW, ours: Some(1.0), theirs: Some(2.0) };
    assert_eq!((diffs[0].step, &diffs[0].differences[..]), (10, &[fine][..]));
    // What the fine archive reaches back to is not told again.
    let coarse = Difference { timestamp: NOW - 300, ours: Some(7.0), theirs: None };
    assert_eq!((diffs[1].step, &diffs[1].differences[..]), (60, &[coarse][..]));

    let diffs = ours.diff(&theirs, true, NOW, NOW).unwrap();
    assert_eq!((diffs[0].differences.len(), diffs[0].compared), (1, 1));
    assert_eq!((diffs[1].differences.len(), diffs[1].compared), (0, 0));
    let before = ours.diff(&theirs, false, NOW - 10, NOW).unwrap();
    assert_eq!(before[0].compared, 0);
}

#[test]
fn other_archives_are_refused() {
    let (folder, ours, _theirs) = files(|_, _| {});
    let archives = parse_retentions("10:12").unwrap();
    let other =
        Whisper::create(folder.path().join("c"), &archives, AggregationMethod::Sum, 0.0).unwrap();
    let error = ours.diff(&other, false, NOW, NOW).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidArchives);
}
