//! Files that cannot be written, and what becomes of their points.

use std::error::Error as _;

use super::*;
use crate::limits::SERIES_POINTS_WAITING_MAX;

/// A batch with a point for each series.
fn points<'a>(series: &[&'a str]) -> Vec<Write<'a>> {
    series.iter().map(|series| point(series, 1.0)).collect()
}

fn failing(store: &LocalStore) -> Vec<(String, &'static str, i64, usize)> {
    let status = store.status(NOW).unwrap();
    assert_eq!(status.failing_series, status.failing.len());
    let mut failing: Vec<_> = status
        .failing
        .into_iter()
        .map(|failing| (failing.series, failing.reason, failing.since, failing.points))
        .collect();
    failing.sort();
    failing
}

fn count(store: &LocalStore, name: &str) -> u64 {
    let counts = store.status(NOW).unwrap().counts;
    counts.into_iter().find(|(count, _)| *count == name).unwrap().1
}

#[test]
fn a_series_that_cannot_be_written_fails_alone_and_is_named() {
    let (dir, store) = store();
    let path = |name: &str| dir.path().join(name);
    fs_err::create_dir(path("folder.wsp")).unwrap();
    fs_err::write(path("blocked"), "a file where a folder must be").unwrap();

    let series = ["good", "folder", "blocked.a", "better"];
    assert_eq!(store.write(&points(&series), NOW), written(4, 4, 0, 0));
    assert_eq!(store.persist_all(NOW), 2);
    let in_the_way = "something else stands at its path";
    let expected = [("blocked.a", NOW), ("folder", NOW)];
    assert_eq!(failing(&store), expected.map(|(a, b)| (a.to_owned(), in_the_way, b, 1)));
    assert_eq!(store.status(NOW).unwrap().failing_by_reason, [(in_the_way, 2)]);
    assert!(path("good.wsp").exists() && path("better.wsp").exists());
    // Its points can be read all the same.
    assert_eq!(value(&store, "blocked.a"), Some(1.0));
    assert_eq!(count(&store, "failed_updates"), 2);

    // Tried again in vain, and then not in vain.
    store.write(&[Write { merge: Merge::Add, ..point("blocked.a", 2.0) }], NOW);
    assert_eq!(store.persist_all(NOW + 5), 3);
    assert_eq!(failing(&store)[0], ("blocked.a".to_owned(), in_the_way, NOW, 2));
    fs_err::remove_file(path("blocked")).unwrap();
    fs_err::remove_dir(path("folder.wsp")).unwrap();
    step(&store, NOW + 7);
    assert_eq!(failing(&store), []);
    assert_eq!(store.status(NOW).unwrap().pending_points, 0);
    assert_eq!(value(&store, "blocked.a"), Some(3.0));
    assert!(path("folder.wsp").is_file() && path("blocked/a.wsp").is_file());
}

fn step(store: &LocalStore, now: i64) {
    let elapsed = Duration::from_millis(200);
    store.inner.step(now, elapsed, &mut pace::Pace::default(), || true);
}

#[test]
fn a_damaged_file_is_put_aside_and_the_series_goes_on() {
    let (dir, store) = store();
    let path = |name: &str| dir.path().join(name);
    let junk = "this is not a whisper file, though it is long enough";
    fs_err::write(path("corrupt.wsp"), junk).unwrap();
    fs_err::write(path("corrupt.wsp.corrupt-1"), "an earlier one").unwrap();
    for series in ["corrupt", "corrupt.wsp"] {
        if let Err(error) = store.fetch(series, NOW - 10, NOW, NOW) {
            assert_eq!(error.to_string(), format!("cannot read series {series}"));
            assert!(error.source().unwrap().to_string().contains(&format!("{series}.wsp")));
        }
    }
    store.write(&points(&["corrupt", "neighbour"]), NOW);
    // Who reads it finds the point, before and after it is written.
    assert_eq!(value(&store, "corrupt"), Some(1.0));
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(value(&store, "corrupt"), Some(1.0));
    assert_eq!(fs_err::read_to_string(path("corrupt.wsp.corrupt-2")).unwrap(), junk);
    assert_eq!(fs_err::read_to_string(path("corrupt.wsp.corrupt-1")).unwrap(), "an earlier one");
    assert_eq!((count(&store, "quarantined"), failing(&store)), (1, vec![]));
    drop(store);
    assert_eq!(paths(&open(dir.path()), "*"), ["corrupt", "neighbour"]);
}

/// A file whose newest points are known, as long as it should be.
fn whole(dir: &tempfile::TempDir, name: &str) -> PathBuf {
    let path = dir.path().join(name);
    let archives = statsd_whisper::parse_retentions("10s:1h,1m:1d").unwrap();
    let method = statsd_whisper::AggregationMethod::Sum;
    let mut file = Whisper::create(&path, &archives, method, 0.0).unwrap();
    assert_eq!(file.update(NOW - 10, 7.0, NOW).unwrap(), Outcome::Written);
    path
}

#[test]
fn a_truncated_file_keeps_its_points_whoever_uses_it_first() {
    let (dir, store) = store();
    for name in ["read", "written", "added"] {
        let path = whole(&dir, &format!("{name}.wsp"));
        let bytes = fs_err::metadata(&path).unwrap().len();
        // Within a slot of the coarse archive.
        fs_err::File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .file()
            .set_len(bytes - 1_001)
            .unwrap();
    }
    let values = |name| store.fetch(name, NOW - 20, NOW, NOW).unwrap().unwrap().values;
    assert_eq!(values("read"), [Some(7.0), None]);
    assert_eq!(values("read"), [Some(7.0), None]);
    assert_eq!(count(&store, "repaired"), 1);

    let add = Write { timestamp: NOW - 10, merge: Merge::Add, ..point("added", 2.0) };
    assert_eq!(store.write(&[point("written", 1.0), add], NOW).points, 2);
    assert_eq!(store.persist_all(NOW), 0);
    assert_eq!(values("written"), [Some(7.0), Some(1.0)]);
    assert_eq!(values("added"), [Some(9.0), None]);
    assert_eq!((count(&store, "repaired"), count(&store, "quarantined")), (3, 0));
    drop(store);
    for path in tree(dir.path()) {
        assert_eq!(statsd_whisper::check(&path).unwrap(), [], "{}", path.display());
    }
}

#[test]
fn a_truncated_file_of_more_series_than_are_indexed_can_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = bounded(dir.path(), 1, 10);
    store.write(&points(&["a"]), NOW);
    let path = whole(&dir, "b.wsp");
    fs_err::File::options().write(true).open(&path).unwrap().set_len(10_000).unwrap();
    let fetched = store.fetch("b", NOW - 20, NOW, NOW).unwrap().unwrap();
    assert_eq!((fetched.values, count(&store, "repaired")), (vec![Some(7.0), None], 1));
}

#[test]
fn whatever_stands_in_the_place_of_a_file_its_neighbours_go_on() {
    let (dir, store) = store();
    let whole = fs_err::read(whole(&dir, "whole.wsp")).unwrap();
    let with = |at: usize, bytes: &[u8]| {
        let mut file = whole.clone();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    // The header's four fields, and an archive's three, begin at 0 and 16.
    let wrong_endian: Vec<u8> =
        whole.as_chunks::<4>().0.iter().flat_map(|&[a, b, c, d]| [d, c, b, a]).collect();
    let damaged = [
        ("zeros", vec![0; 10_000]),
        ("wrong_endian", wrong_endian),
        ("many_archives", with(12, &[0xff; 4])),
        ("many_points", with(24, &[0x7f, 0xff, 0xff, 0xff])),
        ("no_step", with(20, &[0; 4])),
        ("cut_header", whole[..20].to_vec()),
        ("compressed", [b"whisper_compressed\x01", &whole[..]].concat()),
        ("text", b"not a file of points, and nobody's fault".to_vec()),
    ];
    for (name, bytes) in &damaged {
        fs_err::write(dir.path().join(format!("{name}.wsp")), bytes).unwrap();
    }
    fs_err::create_dir(dir.path().join("folder.wsp")).unwrap();
    fs_err::write(dir.path().join("empty.wsp"), "").unwrap();
    let names = damaged.iter().map(|(name, _)| *name);
    let names: Vec<_> = names.chain(["empty", "folder", "whole", "new"]).collect();

    // Nobody who reads is told of another series' file.
    for name in &names {
        if let Err(error) = store.fetch(name, NOW - 10, NOW, NOW) {
            assert_eq!(error.to_string(), format!("cannot read series {name}"));
        }
    }
    assert_eq!(store.write(&points(&names), NOW).points, names.len());
    assert_eq!(store.persist_all(NOW), 1, "a folder is not for us to move");
    for name in &names {
        assert_eq!(value(&store, name), Some(1.0), "{name}");
    }
    assert_eq!(count(&store, "quarantined"), damaged.len() as u64);
    assert_eq!(count(&store, "repaired"), 0);
    for (name, bytes) in &damaged {
        let aside = fs_err::read(dir.path().join(format!("{name}.wsp.corrupt-1"))).unwrap();
        assert_eq!(&aside, bytes, "{name}");
        let path = dir.path().join(format!("{name}.wsp"));
        assert_eq!(statsd_whisper::check(path).unwrap(), [], "{name}");
    }
    let failing: Vec<_> = failing(&store).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(failing, ["folder"]);
}

#[test]
fn as_many_points_of_a_series_wait_as_may_and_further_ones_are_lost_and_counted() {
    let (dir, store) = store();
    fs_err::create_dir(dir.path().join("a.wsp")).unwrap();
    let max = i64::try_from(SERIES_POINTS_WAITING_MAX).unwrap();
    let batch: Vec<_> = (0..max + 2)
        .map(|back| Write { timestamp: NOW - back % 3_000, ..point("a", 1.0) })
        .collect();
    assert_eq!(store.write(&batch, NOW), written(SERIES_POINTS_WAITING_MAX, 1, 0, 2));
    assert_eq!(store.write(&points(&["b"]), NOW), written(1, 1, 0, 0));
    fs_err::remove_dir(dir.path().join("a.wsp")).unwrap();
    // Whoever writes then makes the room.
    assert_eq!(store.write(&points(&["a"]), NOW).points, 1);
    assert_eq!(store.waiting("a"), [(NOW, 1.0)]);
}

#[test]
fn a_full_cache_is_emptied_by_who_writes() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions { cache_max_points: 100, ..StoreOptions::new(INTERVAL) };
    let store = LocalStore::open(dir.path(), options).unwrap();
    fs_err::write(dir.path().join("blocked"), "").unwrap();
    let names: Vec<String> = (0..500).map(|i| format!("series.{i}")).collect();
    let batch: Vec<_> = names.iter().map(|name| point(name, 3.0)).collect();
    assert_eq!(store.write(&batch, NOW), written(500, 500, 0, 0));
    assert!(store.status(NOW).unwrap().pending_points <= 100);
    assert!(names.iter().all(|name| value(&store, name) == Some(3.0)));
    assert_eq!(store.persist_all(NOW), 0);
    assert!(!store.is_full());

    let names: Vec<String> = (0..150).map(|i| format!("blocked.{i}")).collect();
    let batch: Vec<_> = names.iter().map(|name| point(name, 3.0)).collect();
    assert_eq!(store.write(&batch, NOW), written(100, 150, 0, 50));
    assert!(store.is_full());
    assert_eq!(store.status(NOW).unwrap().failing_series, 100);
}

#[test]
fn what_waited_long_enough_is_written_whatever_the_pace() {
    let (dir, store) = store();
    store.write(&points(&["a", "b"]), NOW);
    step(&store, NOW + 59);
    assert_eq!(tree(dir.path()), BTreeSet::new());
    assert_eq!(store.status(NOW + 59).unwrap().oldest_pending_seconds, Some(59));
    step(&store, NOW + 60);
    assert_eq!(tree(dir.path()).len(), 2);
    assert_eq!(store.status(NOW + 60).unwrap().oldest_pending_seconds, None);
    // Points that seem to lie ahead were accepted before the clock was set back.
    store.write(&points(&["a"]), NOW);
    step(&store, NOW - 3_600);
    assert_eq!(store.status(NOW).unwrap().pending_points, 0);
    store.set_write_after(Duration::ZERO);
    store.write(&points(&["a"]), NOW);
    step(&store, NOW);
    assert_eq!(store.status(NOW).unwrap().pending_points, 0);
    assert_eq!((count(&store, "updates"), count(&store, "files_created")), (4, 2));
}

#[test]
fn the_thread_writes_by_itself_and_the_end_writes_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    let options = StoreOptions { write_after: Duration::ZERO, ..StoreOptions::new(INTERVAL) };
    let store = LocalStore::open(dir.path(), options).unwrap();
    store.start(|| NOW).unwrap();
    store.write(&points(&["a"]), NOW);
    let end = std::time::Instant::now() + Duration::from_secs(20);
    while !dir.path().join("a.wsp").exists() {
        assert!(std::time::Instant::now() < end, "it was not written");
        thread::yield_now();
    }
    store.set_write_after(Duration::from_secs(60));
    store.write(&points(&["b"]), NOW);
    drop(store);
    assert!(dir.path().join("b.wsp").exists());
}
