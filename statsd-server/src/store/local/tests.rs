use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use statsd_whisper::{Outcome, Whisper};

use super::*;
use crate::store::Merge;

mod failures;
mod journaling;
mod names;
mod of_carbon;
mod power;
mod reference;

const NOW: i64 = 1_700_000_000;
const INTERVAL: Duration = Duration::from_secs(10);

fn open(folder: &Path) -> LocalStore {
    LocalStore::open(folder, StoreOptions::new(INTERVAL)).unwrap()
}

fn bounded(folder: &Path, series_max: usize, open_files_max: usize) -> LocalStore {
    let options = StoreOptions { series_max, open_files_max, ..StoreOptions::new(INTERVAL) };
    LocalStore::open(folder, options).unwrap()
}

fn store() -> (tempfile::TempDir, LocalStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    (dir, store)
}

fn point(series: &str, value: f64) -> Write<'_> {
    Write { series, timestamp: NOW, value, merge: Merge::Replace }
}

fn value(store: &LocalStore, series: &str) -> Option<f64> {
    let fetched = store.fetch(series, NOW - 10, NOW, NOW).unwrap()?;
    assert_eq!((fetched.start, fetched.step, fetched.values.len()), (NOW, 10, 1));
    fetched.values[0]
}

fn paths(store: &LocalStore, pattern: &str) -> Vec<String> {
    store.find(pattern, 100).unwrap().into_iter().map(|node| node.path).collect()
}

fn written(points: usize, created: usize, refused: usize, failed: usize) -> Written {
    Written { points, created, refused, failed }
}

/// Every file and folder below a folder, what is the store's own left out.
fn tree(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b".")) {
            continue;
        }
        if path.is_dir() {
            found.extend(tree(&path));
        }
        found.insert(path);
    }
    found
}

#[test]
fn a_point_can_be_found_and_fetched_when_write_returns() {
    let (_dir, store) = store();
    let batch = [point("stats.users", 4.0), point("stats.timers.web.upper", 12.5)];
    assert_eq!(store.write(&batch, NOW), written(2, 2, 0, 0));
    assert_eq!(paths(&store, "stats.*"), ["stats.timers", "stats.users"]);
    assert_eq!(value(&store, "stats.users"), Some(4.0));
    assert_eq!(value(&store, "stats.timers.web.upper"), Some(12.5));
    assert_eq!(store.write(&batch, NOW), written(2, 0, 0, 0));
    assert_eq!(store.series(), 2);
}

#[test]
fn a_series_is_kept_by_the_schema_of_its_name_and_the_flush_interval() {
    let dir = tempfile::tempdir().unwrap();
    let store = LocalStore::open(dir.path(), StoreOptions::new(Duration::from_secs(2))).unwrap();
    store.write(&[point("stats_counts.users", 4.0)], NOW);
    assert_eq!(store.persist_all(NOW), 0);
    let file = Whisper::open(dir.path().join("stats_counts/users.wsp")).unwrap();
    assert_eq!(file.header().method(), statsd_whisper::AggregationMethod::Sum);
    assert_eq!(file.header().archives()[0].step(), 2);
    store.set_flush_interval(Duration::from_secs(5));
    store.write(&[point("stats_counts.later", 4.0)], NOW);
    assert_eq!(store.persist_all(NOW), 0);
    let file = Whisper::open(dir.path().join("stats_counts/later.wsp")).unwrap();
    assert_eq!(file.header().archives()[0].step(), 5);
}

#[test]
fn values_meet_those_that_stand_in_their_slot_as_the_write_says() {
    for (merge, expected) in
        [(Merge::Replace, 3.0), (Merge::Add, 8.0), (Merge::Min, 3.0), (Merge::Max, 5.0)]
    {
        for persist_between in [false, true] {
            let (_dir, store) = store();
            for value in [5.0, 3.0] {
                store.write(&[Write { merge, ..point("a", value) }], NOW);
                if persist_between {
                    assert_eq!(store.persist_all(NOW), 0);
                }
            }
            assert_eq!(value(&store, "a"), Some(expected), "{merge:?}");
        }
    }
}

#[test]
fn a_value_meets_only_its_own_slot() {
    let (_dir, store) = store();
    let add = |timestamp, value| Write { timestamp, merge: Merge::Add, ..point("a", value) };
    // The second is one full turn of the finest archive later, in the same place of the file.
    let later = NOW + 21_600;
    store.write(&[add(NOW, 5.0)], NOW);
    store.write(&[add(later, 3.0)], later);
    let fetched = store.fetch("a", later - 10, later, later).unwrap().unwrap();
    assert_eq!(fetched.values, [Some(3.0)]);
}

#[test]
fn half_an_interval_before_a_restart_and_half_after_it_add_up() {
    let dir = tempfile::tempdir().unwrap();
    let half = |value| [Write { merge: Merge::Add, ..point("stats_counts.users", value) }];
    assert_eq!(open(dir.path()).write(&half(2.0), NOW), written(1, 1, 0, 0));
    let store = open(dir.path());
    assert_eq!(paths(&store, "stats_counts.*"), ["stats_counts.users"]);
    assert_eq!(store.write(&half(3.0), NOW + 1), written(1, 0, 0, 0));
    assert_eq!(value(&store, "stats_counts.users"), Some(5.0));
}

#[test]
fn a_rate_stays_a_rate_in_a_file_that_was_made_for_a_longer_interval() {
    let folder = tempfile::tempdir().unwrap();
    let slot = NOW - NOW % 10;
    let rate = |timestamp| Write { timestamp, merge: Merge::AddRate, ..point("stats.a", 5.0) };
    drop(written_by(&folder, Duration::from_secs(10), &[rate(slot - 10)]));
    let seconds: Vec<_> = (0..10).map(|second| rate(slot - 20 + second)).collect();
    let store = written_by(&folder, Duration::from_secs(1), &seconds);
    let fetched = store.fetch("stats.a", slot - 21, slot - 10, NOW).unwrap().unwrap();
    assert_eq!(fetched.values, [Some(5.0), Some(5.0)], "five a second, whoever wrote them");
}

fn written_by(folder: &tempfile::TempDir, interval: Duration, batch: &[Write<'_>]) -> LocalStore {
    let store = LocalStore::open(folder.path(), StoreOptions::new(interval)).unwrap();
    assert_eq!(store.write(batch, NOW).points, batch.len());
    store
}

#[test]
fn one_folder_serves_one_store_at_a_time() {
    let (dir, store) = store();
    let error = LocalStore::open(dir.path(), StoreOptions::new(INTERVAL)).unwrap_err();
    let expected = format!("data folder {} is in use by another server", dir.path().display());
    assert_eq!(error.to_string(), expected);
    drop(store);
    open(dir.path());
}

#[test]
fn a_folder_that_cannot_be_had_is_an_error_that_names_it() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join("file"), "").unwrap();
    let folder = dir.path().join("file/data");
    let error = LocalStore::open(&folder, StoreOptions::new(INTERVAL)).unwrap_err();
    let reason = error.source().unwrap().to_string();
    let expected = format!("cannot use data folder {}: {reason}", folder.display());
    assert_eq!(error.to_string(), expected);
    let file = dir.path().join("file");
    let error = LocalStore::open(&file, StoreOptions::new(INTERVAL)).unwrap_err();
    let expected = format!("cannot use data folder {}: it is not a folder", file.display());
    assert_eq!(error.to_string(), expected);
}

#[test]
fn points_without_a_place_are_refused_and_create_nothing() {
    let (dir, store) = store();
    let five_years = 600 * 262_974;
    let batch = [
        Write { timestamp: NOW + 61, ..point("future", 1.0) },
        Write { timestamp: NOW - five_years, ..point("old", 1.0) },
        Write { timestamp: i64::MIN, ..point("oldest", 1.0) },
        point("nan", f64::NAN),
        point("infinite", f64::INFINITY),
        point("", 1.0),
    ];
    assert_eq!(store.write(&batch, NOW), written(0, 0, 6, 0));
    assert_eq!(tree(dir.path()), BTreeSet::new());
    assert_eq!(store.series(), 0);
}

#[test]
fn a_known_series_refuses_points_outside_of_what_it_keeps() {
    let (_dir, store) = store();
    store.write(&[point("a", 1.0)], NOW);
    let batch = [
        Write { timestamp: NOW + 61, ..point("a", 2.0) },
        Write { timestamp: 0, ..point("a", 2.0) },
    ];
    assert_eq!(store.write(&batch, NOW), written(0, 0, 2, 0));
    assert_eq!(value(&store, "a"), Some(1.0));
}

#[test]
fn a_full_store_takes_points_for_the_series_it_has() {
    let dir = tempfile::tempdir().unwrap();
    let store = bounded(dir.path(), 2, 8);
    let batch = ["a", "b", "c", "a"].map(|series| point(series, 1.0));
    assert_eq!(store.write(&batch, NOW), written(3, 2, 1, 0));
    assert_eq!(store.persist_all(NOW), 0);
    assert!(dir.path().join("b.wsp").exists());
    assert!(!dir.path().join("c.wsp").exists());
}

#[test]
fn more_series_than_files_may_be_open_are_no_trouble() {
    let dir = tempfile::tempdir().unwrap();
    let store = bounded(dir.path(), 100, 3);
    let names: Vec<String> = (0..20).map(|i| format!("series.{i}")).collect();
    let batch: Vec<_> =
        names.iter().map(|name| Write { merge: Merge::Add, ..point(name, 1.0) }).collect();
    assert_eq!(store.write(&batch, NOW), written(20, 20, 0, 0));
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(store.write(&batch, NOW), written(20, 0, 0, 0));
    assert!(names.iter().all(|name| value(&store, name) == Some(2.0)));
}

#[test]
fn an_empty_file_is_filled_as_if_it_were_not_there() {
    let (dir, store) = store();
    fs_err::write(dir.path().join("a.wsp"), "").unwrap();
    assert_eq!(value(&store, "a"), None);
    assert_eq!(store.write(&[point("a", 1.0)], NOW).points, 1);
    assert_eq!(value(&store, "a"), Some(1.0));
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(value(&store, "a"), Some(1.0));
}

#[test]
fn a_file_put_there_by_other_tools_is_found_when_it_is_named() {
    let (dir, store) = store();
    let elsewhere = tempfile::tempdir().unwrap();
    drop(written_by(&elsewhere, INTERVAL, &[point("a", 7.0)]));
    for name in ["fetched.wsp", "found.wsp", "written.wsp"] {
        fs_err::copy(elsewhere.path().join("a.wsp"), dir.path().join(name)).unwrap();
    }
    assert_eq!(paths(&store, "*"), [""; 0]);
    assert_eq!(value(&store, "fetched"), Some(7.0));
    assert_eq!(paths(&store, "found"), ["found"]);
    assert_eq!(store.write(&[Write { merge: Merge::Add, ..point("written", 1.0) }], NOW).points, 1);
    assert_eq!(value(&store, "written"), Some(8.0));
    assert_eq!(paths(&store, "*"), ["fetched", "found", "written"]);
}

#[test]
fn a_value_that_is_not_a_number_does_not_spoil_what_is_added_to_it() {
    let (dir, store) = store();
    store.write(&[point("a", 1.0)], NOW);
    assert_eq!(store.persist_all(NOW), 0);
    let mut file = Whisper::open(dir.path().join("a.wsp")).unwrap();
    assert_eq!(file.update(NOW, f64::NAN, NOW).unwrap(), Outcome::Written);
    store.write(&[Write { merge: Merge::Add, ..point("a", 2.0) }], NOW);
    assert_eq!(value(&store, "a"), Some(2.0));
}

#[test]
fn a_file_removed_or_replaced_from_outside_is_noticed() {
    let (dir, store) = store();
    let path = |name: &str| dir.path().join(name);
    store.write(&[point("a", 1.0), point("b", 2.0)], NOW);
    assert_eq!(store.persist_all(NOW), 0);

    fs_err::rename(path("b.wsp"), path("a.wsp")).unwrap();
    assert_eq!(value(&store, "a"), Some(2.0));
    fs_err::remove_file(path("a.wsp")).unwrap();
    assert_eq!(value(&store, "a"), None);
    assert_eq!(store.write(&[point("a", 3.0)], NOW).points, 1);
    assert_eq!(value(&store, "a"), Some(3.0));
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(value(&store, "a"), Some(3.0));
    assert!(path("a.wsp").exists());
}

#[test]
fn ranges_without_an_answer_are_none_and_not_an_error() {
    let (_dir, store) = store();
    store.write(&[point("a", 1.0)], NOW);
    assert_eq!(store.fetch("nothing", NOW - 10, NOW, NOW).unwrap(), None);
    assert_eq!(store.fetch("a", NOW, NOW - 10, NOW).unwrap(), None);
    assert_eq!(store.fetch("a", NOW + 10, NOW + 20, NOW).unwrap(), None);
    assert_eq!(store.fetch("a", 10, 20, NOW).unwrap(), None);
}

#[test]
fn a_bad_pattern_is_an_error_that_says_where() {
    let (_dir, store) = store();
    let error = store.find("a.[b", 10).unwrap_err().to_string();
    assert!(error.ends_with("at character 2"), "{error}");
}

#[test]
fn a_file_that_is_busy_keeps_nobody_from_writing_or_from_reading_another() {
    let (_dir, store) = store();
    store.write(&[point("busy", 1.0), point("free", 2.0)], NOW);
    let name = SeriesName::parse("busy").unwrap();
    let busy = store.inner.files.get(store.inner.index().get(&name).unwrap());
    let held = lock(&busy);
    thread::scope(|scope| {
        let persister = scope.spawn(|| store.persist_all(NOW));
        // It has its first file and stands still there until `held` goes.
        while Arc::strong_count(&busy) < 3 {
            thread::yield_now();
        }
        let batch = [point("busy", 3.0), point("free", 4.0)];
        assert_eq!(store.write(&batch, NOW), written(2, 0, 0, 0));
        assert_eq!(value(&store, "free"), Some(4.0));
        assert_eq!(paths(&store, "*"), ["busy", "free"]);
        drop(held);
        assert_eq!(persister.join().unwrap(), 0);
    });
    assert_eq!(value(&store, "busy"), Some(3.0));
}

#[test]
fn writers_and_readers_at_once_lose_nothing() {
    const WRITERS: usize = 3;
    const ROUNDS: usize = 40;

    let dir = tempfile::tempdir().unwrap();
    let store = bounded(dir.path(), 100, 4);
    let names: Vec<String> = (0..8).map(|i| format!("shared.{i}")).collect();
    let done = AtomicBool::new(false);
    let created: usize = thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                scope.spawn(|| {
                    let add = |name| Write { merge: Merge::Add, ..point(name, 1.0) };
                    let batch: Vec<_> = names.iter().map(|name| add(name)).collect();
                    (0..ROUNDS).map(|_| store.write(&batch, NOW).created).sum::<usize>()
                })
            })
            .collect();
        let reader = scope.spawn(|| {
            let mut newest = 0.0;
            while !done.load(Ordering::Relaxed) {
                if let Some(value) = value(&store, &names[0]) {
                    assert!(value >= newest, "a sum only grows");
                    newest = value;
                }
                assert!(store.find("shared.*", 100).unwrap().len() <= names.len());
            }
        });
        let persister = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                store.persist_all(NOW);
            }
        });
        let created = writers.into_iter().map(|writer| writer.join().unwrap()).sum();
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
        persister.join().unwrap();
        created
    });
    assert_eq!(created, names.len());
    for name in &names {
        assert_eq!(value(&store, name), Some((WRITERS * ROUNDS) as f64));
    }
}

#[cfg(unix)]
#[test]
fn a_linked_folder_is_part_of_the_store() {
    let other_disk = tempfile::tempdir().unwrap();
    let dir = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(other_disk.path(), dir.path().join("big")).unwrap();
    drop(written_by(&dir, INTERVAL, &[point("big.a", 1.0)]));
    assert!(other_disk.path().join("a.wsp").exists());
    assert_eq!(paths(&open(dir.path()), "big.*"), ["big.a"]);
}

#[test]
fn a_point_older_than_a_short_schema_keeps_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let rule = crate::store::SchemaRule {
        name: "short".to_owned(),
        pattern: regex::Regex::new("^short").unwrap(),
        retentions: statsd_whisper::parse_retentions("1s:1m,10s:10m").unwrap(),
        delete_after: None,
    };
    let schemas = Schemas::new(vec![rule], Vec::new(), None);
    let options = StoreOptions { schemas, ..StoreOptions::new(INTERVAL) };
    let store = LocalStore::open(dir.path(), options).unwrap();
    let ago = |series, seconds| Write { timestamp: NOW - seconds, ..point(series, 1.0) };
    // Of a name that is not known, and of one that is; the default keeps both.
    assert_eq!(store.write(&[ago("short.a", 601), ago("long.a", 601)], NOW), written(1, 1, 1, 0));
    assert_eq!(paths(&store, "*"), ["long"]);
    let batch = [ago("short.a", 590), ago("short.a", 601), ago("short.a", 3_000)];
    assert_eq!(store.write(&batch, NOW), written(1, 1, 2, 0));
    assert_eq!(store.waiting("short.a"), [(NOW - 590, 1.0)]);
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(store.write(&batch, NOW), written(1, 0, 2, 0));
    let status = store.status(NOW).unwrap();
    assert_eq!((status.count("points_persisted"), status.count("points_too_old")), (2, 0));
}

#[test]
fn what_became_of_names_is_among_the_counts() {
    let dir = tempfile::tempdir().unwrap();
    drop(written_by(&dir, INTERVAL, &[point("a", 7.0)]));
    let names = dir.path().join(".names");
    fs_err::remove_dir_all(&names).unwrap();
    let store = open(dir.path());
    let status = store.status(NOW).unwrap();
    let stats = store.names_stats();
    assert!(stats.snapshots + stats.found > 0, "{stats:?}");
    assert_eq!(status.count("names_snapshots"), stats.snapshots);
    assert_eq!(status.count("names_found"), stats.found);
    assert_eq!(status.count("names_failures"), 0);
}
