//! What the journal holds, and when it lets go of it.

use super::super::failing::{self, seconds};
use super::super::pace::Pace;
use super::*;
use crate::limits::ROLLUP_SPAN_MAX;

/// A boundary of ten minutes.
const BEGIN: i64 = 1_700_000_400;

fn journal(store: &LocalStore) -> crate::store::StoredJournal {
    store.status(NOW).unwrap().journal.unwrap()
}

#[test]
fn what_waits_comes_back_after_a_crash_with_its_names() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let ahead = Write { timestamp: NOW + 40, ..point("ahead", 5.0) };
    let batch = [point("a.b", 1.0), point("c;x=y", 2.0), ahead, point("a.b", 3.0)];
    assert_eq!(store.write(&batch, NOW), written(4, 3, 0, 0));
    store.commit().unwrap();
    assert_eq!((journal(&store).appended, journal(&store).trouble), (4, None));
    store.crash();

    let store = open(dir.path());
    assert_eq!(tree(dir.path()), BTreeSet::new(), "no file was written");
    assert_eq!(store.series(), 3);
    assert_eq!(store.waiting("a.b"), [(NOW, 1.0), (NOW, 3.0)]);
    assert_eq!(store.waiting("c;x=y"), [(NOW, 2.0)]);
    assert_eq!(store.waiting("ahead"), [(NOW + 40, 5.0)]);
    assert_eq!(paths(&store, "a.*"), ["a.b"]);
    // Half of it is written, and the process ends again.
    let id = store.inner.index().get(&SeriesName::parse("a.b").unwrap()).unwrap();
    store.inner.persist(id, NOW);
    store.crash();
    let store = open(dir.path());
    assert_eq!(value(&store, "a.b"), Some(3.0));
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(value(&store, "a.b"), Some(3.0));
}

#[test]
fn an_end_in_order_leaves_nothing_to_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.write(&[point("a", 1.0)], NOW);
    assert_eq!(journal(&store).appended, 1);
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.status(NOW).unwrap().pending_points, 0);
    assert_eq!(journal(&store).segments, 1);
    assert_eq!(value(&store, "a"), Some(1.0));
}

#[test]
fn segments_go_when_nothing_in_them_waits_and_what_is_stuck_is_copied() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let roll = || store.inner.journal().unwrap().roll().unwrap();
    fs_err::create_dir(dir.path().join("stuck.wsp")).unwrap();
    store.write(&[point("stuck", 1.0), point("good", 2.0)], NOW);
    assert_eq!(store.persist_all(NOW), 1);
    let mut newest = 0;
    for _ in 0..6 {
        store.write(&[point("good", 2.0)], NOW);
        store.persist_all(NOW);
        newest = roll().0;
        store.commit().unwrap();
        store.inner.tend_journal(Duration::ZERO);
        assert!(journal(&store).segments <= 4, "{}", journal(&store).segments);
    }
    assert!(newest > 5);
    store.crash();
    let store = open(dir.path());
    assert_eq!(store.waiting("stuck"), [(NOW, 1.0)]);
}

#[test]
fn a_start_reads_the_points_of_the_last_minutes_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let half = crate::limits::WRITE_AFTER / 2;
    store.write(&[point("old", 1.0)], NOW);
    assert_eq!(store.persist_all(NOW), 0);
    // The segment is seen, is as old as points wait, and goes when nobody needs it.
    for _ in 0..3 {
        store.inner.tend_journal(half);
    }
    store.write(&[point("new", 1.0)], NOW);
    store.commit().unwrap();
    store.inner.tend_journal(half);
    store.crash();
    let store = open(dir.path());
    assert_eq!((store.waiting("old"), store.waiting("new")), (vec![], vec![(NOW, 1.0)]));
    // Without points, there is nothing to begin a segment for.
    store.persist_all(NOW);
    for _ in 0..9 {
        store.inner.tend_journal(half);
    }
    assert_eq!(journal(&store).segments, 1);
}

#[test]
fn points_of_different_times_are_copied_as_they_are() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for (timestamp, now) in [(0, 0), (-30, 10), (15, 15), (40, 20), (-20, 30), (-5, 30)] {
        let write = Write { timestamp: NOW + timestamp, ..point("a", timestamp as f64) };
        assert_eq!(store.write(&[write], NOW + now).points, 1);
    }
    let id = store.inner.index().get(&SeriesName::parse("a").unwrap()).unwrap();
    let waiting = |store: &LocalStore| lock(&store.inner.intake).cache.of(id).collect::<Vec<_>>();
    let before = waiting(&store);
    let journal = store.inner.journal().unwrap();
    let copied = journal.roll().unwrap();
    lock(&store.inner.intake).unjournaled.insert(id);
    store.commit().unwrap();
    assert_eq!(lock(&store.inner.intake).cache.segment_of(id), copied.0);
    assert_eq!(waiting(&store), before);
    journal.trim(copied);
    store.crash();
    assert_eq!(waiting(&open(dir.path())), before);
}

#[test]
fn a_journal_that_is_switched_off_is_read_once_more() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.write(&[point("a", 1.0)], NOW);
    store.crash();
    let off = || {
        let options = StoreOptions { journal: None, ..StoreOptions::new(INTERVAL) };
        LocalStore::open(dir.path(), options).unwrap()
    };
    let store = off();
    assert!(dir.path().join("a.wsp").exists());
    assert_eq!(value(&store, "a"), Some(1.0));
    assert!(store.status(NOW).unwrap().journal.is_none());
    store.write(&[point("b", 1.0)], NOW);
    store.commit().unwrap();
    store.crash();
    let store = off();
    assert_eq!((value(&store, "a"), value(&store, "b")), (Some(1.0), None));
}

#[test]
fn a_journal_that_is_full_keeps_nobody_from_storing_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let journal_options = crate::store::StoreJournal { max_bytes: 20_000, ..Default::default() };
    let options = StoreOptions { journal: Some(journal_options), ..StoreOptions::new(INTERVAL) };
    let store = LocalStore::open(dir.path(), options).unwrap();
    let names: Vec<String> = (0..1_000).map(|i| format!("series.{i}")).collect();
    let batch: Vec<_> = names.iter().map(|name| point(name, 1.0)).collect();
    assert_eq!(store.write(&batch, NOW), written(1_000, 1_000, 0, 0));
    assert!(store.commit().is_err());
    let status = journal(&store);
    assert!(status.unjournaled_series > 0 && status.unappended > 0, "{status:?}");
    // Further attempts make no more of them.
    assert!(store.commit().is_err());
    assert_eq!(journal(&store).unappended, status.unappended);
    assert!(store.inner.is_journal_half_full() || status.bytes < 10_000);
    assert!(names.iter().all(|name| value(&store, name) == Some(1.0)));
    // When files have taken the points, the journal has nothing to hold.
    assert_eq!(store.persist_all(NOW), 0);
    store.inner.tend_journal(Duration::ZERO);
    store.write(&[point("later", 1.0)], NOW);
    store.commit().unwrap();
    assert_eq!(journal(&store).unjournaled_series, 0);
}

/// A point of `a` at each of some times.
fn write_at(store: &LocalStore, times: impl Iterator<Item = i64>) {
    for at in times {
        let write = Write { timestamp: at, ..point("a", 1.0) };
        assert_eq!(store.write(&[write], at).points, 1);
    }
}

/// What stands in the file: how many points of ten seconds, of a minute, of ten.
fn held(folder: &Path) -> [usize; 3] {
    let file = Whisper::open(folder.join("a.wsp")).unwrap();
    [10, 60, 600].map(|step| file.points(step).unwrap().len())
}

/// The value that is answered for ten minutes.
fn ten_minutes(store: &LocalStore, begin: i64) -> Option<f64> {
    let week = 8 * 86_400;
    let now = begin + week;
    store.fetch("a", begin - 1, begin + 599, now).unwrap().unwrap().values[0]
}

/// Makes all segments old but for the newest few, and tends them.
fn age(store: &LocalStore) {
    for _ in 0..4 {
        store.inner.journal().unwrap().roll().unwrap();
        store.commit().unwrap();
        store.inner.tend_journal(Duration::ZERO);
    }
}

#[test]
fn coarse_values_are_put_off_and_the_journal_says_which() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write_at(&store, (BEGIN..BEGIN + 300).step_by(10));
    assert_eq!(store.persist_points(BEGIN + 300), 0);
    assert_eq!((held(dir.path()), ten_minutes(&store, BEGIN)), ([30, 0, 0], Some(1.0)));
    store.crash();

    // The points are read again, and what was put off is so again.
    let store = open(dir.path());
    assert_eq!(store.status(NOW).unwrap().pending_points, 30);
    assert_eq!(ten_minutes(&store, BEGIN), Some(1.0));
    assert_eq!(store.persist_points(BEGIN + 300), 0);
    assert_eq!(held(dir.path()), [30, 0, 0]);
    age(&store);
    assert!(journal(&store).segments <= 3, "{}", journal(&store).segments);
    store.crash();

    // The points are not any more.
    let store = open(dir.path());
    let status = store.status(NOW).unwrap();
    assert_eq!((status.pending_points, status.pending_rollups), (0, 1));
    assert_eq!((held(dir.path()), ten_minutes(&store, BEGIN)), ([30, 0, 0], Some(1.0)));
    // With the first point after it, it is made.
    write_at(&store, [BEGIN + 600].into_iter());
    assert_eq!(store.persist_points(BEGIN + 600), 0);
    assert_eq!(held(dir.path()), [31, 5, 1]);
    age(&store);
    store.crash();
    let store = open(dir.path());
    assert_eq!(ten_minutes(&store, BEGIN + 600), Some(1.0));
    drop(store);
    assert_eq!(held(dir.path()), [31, 6, 2]);
}

#[test]
fn what_was_put_off_is_made_when_no_point_follows() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write_at(&store, [BEGIN].into_iter());
    assert_eq!(store.persist_points(BEGIN), 0);
    let due = BEGIN + seconds(ROLLUP_SPAN_MAX) + 2 * seconds(crate::limits::WRITE_AFTER);
    let step = |now| store.inner.step(now, Duration::ZERO, &mut Pace::default(), || true);
    step(due);
    assert_eq!(held(dir.path()), [1, 0, 0]);
    step(due + 1);
    assert_eq!(held(dir.path()), [1, 1, 1]);
    let status = store.status(due).unwrap();
    assert_eq!((status.pending_rollups, status.count("rolled_up")), (0, 1));
    store.inner.journal().unwrap().roll().unwrap();
    store.inner.tend_journal(Duration::ZERO);
    assert_eq!(journal(&store).segments, 1);
}

#[test]
fn nothing_is_put_off_where_each_point_is_to_be_seen_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.set_write_after(Duration::ZERO);
    write_at(&store, [BEGIN].into_iter());
    assert_eq!(store.persist_points(BEGIN), 0);
    assert_eq!(held(dir.path()), [1, 1, 1]);
}

#[test]
fn what_is_put_off_and_cannot_be_made_holds_no_segment() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    write_at(&store, [BEGIN, BEGIN + 10, BEGIN + 70].into_iter());
    assert_eq!(store.persist_points(BEGIN), 0);
    let id = store.inner.index().get(&SeriesName::parse("a").unwrap()).unwrap();
    lock(&store.inner.intake).failing.add(id, failing::Reason::DiskFull, BEGIN);
    age(&store);
    assert!(journal(&store).segments <= 3, "{}", journal(&store).segments);
    store.crash();
    let store = open(dir.path());
    store.persist_all(BEGIN);
    assert_eq!(held(dir.path()), [3, 2, 1]);
}

/// The journal holds what is put off for `a`, and no point.
fn with_a_record(folder: &Path) {
    let store = open(folder);
    write_at(&store, [BEGIN].into_iter());
    assert_eq!(store.persist_points(BEGIN), 0);
    age(&store);
    store.crash();
}

#[test]
fn what_the_disk_has_not_confirmed_is_made_before_the_next_is_put_off() {
    let dir = tempfile::tempdir().unwrap();
    with_a_record(dir.path());
    let path = dir.path().join("a.wsp");
    let before = fs_err::read(&path).unwrap();
    let store = open(dir.path());
    // The next point has the first ten minutes made, and what it puts off is told to the journal.
    write_at(&store, [BEGIN + 600].into_iter());
    assert_eq!(store.persist_points(BEGIN + 600), 0);
    let id = store.inner.index().get(&SeriesName::parse("a").unwrap()).unwrap();
    let newest = store.inner.journal().unwrap().roll().unwrap();
    store.inner.journal_rollups(store.inner.journal().unwrap(), newest.0).unwrap();
    assert!(!lock(&store.inner.intake).rollups.needs(id, newest.0 - 1));
    store.crash();
    // A loss of power takes from the file what was written since the start, but the fine point.
    let mut lost = Whisper::open(&path).unwrap();
    let fine = lost.points(10).unwrap();
    fs_err::write(&path, before).unwrap();
    lost = Whisper::open(&path).unwrap();
    assert_eq!(lost.place(10, &fine).unwrap(), 2);
    let store = open(dir.path());
    assert_eq!(ten_minutes(&store, BEGIN), Some(1.0));
    assert_eq!(ten_minutes(&store, BEGIN + 600), Some(1.0));
    drop(store);
    assert_eq!(held(dir.path()), [2, 2, 2]);
}

#[test]
fn a_damaged_file_has_nothing_put_off_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    with_a_record(dir.path());
    fs_err::write(dir.path().join("a.wsp"), "not a Whisper file, but as long as its header is")
        .unwrap();
    let store = open(dir.path());
    assert_eq!(store.status(NOW).unwrap().pending_rollups, 1);
    store.persist_all(BEGIN);
    let status = store.status(NOW).unwrap();
    assert_eq!((status.pending_rollups, status.failing_series), (0, 0));
}

#[test]
fn what_is_put_off_for_a_series_that_is_gone_makes_it_no_series_again() {
    let dir = tempfile::tempdir().unwrap();
    with_a_record(dir.path());
    fs_err::remove_file(dir.path().join("a.wsp")).unwrap();
    fs_err::remove_dir_all(dir.path().join(".names")).unwrap();
    assert_eq!(open(dir.path()).series(), 0);
}

#[test]
fn a_journal_that_is_switched_off_stays_while_something_is_put_off() {
    let dir = tempfile::tempdir().unwrap();
    with_a_record(dir.path());
    let path = dir.path().join("a.wsp");
    let hidden = dir.path().join("hidden");
    fs_err::rename(&path, &hidden).unwrap();
    fs_err::create_dir(&path).unwrap();
    let off = || {
        let options = StoreOptions { journal: None, ..StoreOptions::new(INTERVAL) };
        LocalStore::open(dir.path(), options).unwrap().crash();
    };
    off();
    fs_err::remove_dir(&path).unwrap();
    fs_err::rename(&hidden, &path).unwrap();
    assert_eq!(held(dir.path()), [1, 0, 0]);
    off();
    assert_eq!(held(dir.path()), [1, 1, 1]);
}
