//! Folders of carbon's, with series whose tags its own code has made files' names of.

use statsd_whisper::{AggregationMethod, Retention};

use super::*;

/// A file for each series of `tests/golden/tags/make.py`, at the path that carbon has for it.
fn of_carbon(way: &str) -> (tempfile::TempDir, Vec<String>) {
    let recorded = include_str!("../../../../tests/golden/tags/carbon.json");
    let recorded: Vec<serde_json::Value> = serde_json::from_str(recorded).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let mut names = Vec::new();
    for one in &recorded {
        let (Some(file), Some(name)) = (one[way].as_str(), one["path"].as_str()) else { continue };
        // Those that carbon has not put in order, or of which a file system forgets more than a slash, and
        // those that come again.
        let is_in_order = SeriesName::parse(name).is_ok_and(|series| series.as_str() == name);
        let listed: PathBuf = Path::new(file).components().collect();
        let lost = file.len() - listed.as_os_str().len();
        if !is_in_order || lost > 1 || dir.path().join(file).exists() {
            continue;
        }
        made(&dir.path().join(file), names.len() as f64);
        names.push(name.to_owned());
    }
    assert!(names.len() > 200);
    (dir, names)
}

/// A file with one point.
fn made(path: &Path, value: f64) {
    let archives = [Retention { seconds_per_point: 10, points: 60 }];
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = Whisper::create(path, &archives, AggregationMethod::Average, 0.5).unwrap();
    assert_eq!(file.update(NOW, value, NOW).unwrap(), Outcome::Written);
}

fn spelling(folder: &Path) -> LocalStore {
    let options = StoreOptions { tag_hash_filenames: false, ..StoreOptions::new(INTERVAL) };
    LocalStore::open(folder, options).unwrap()
}

fn tagged(store: &LocalStore) -> Vec<String> {
    store.find_tagged(&[TagExpression::parse("name=~.").unwrap()], 1_000).unwrap()
}

/// One more point for each, which goes to its file.
fn write_on(store: &LocalStore, names: &[String]) {
    let names = names.iter();
    let batch: Vec<Write<'_>> =
        names.map(|name| Write { timestamp: NOW + 10, ..point(name, -1.0) }).collect();
    assert_eq!(store.write(&batch, NOW + 10).points, batch.len());
    assert_eq!(store.persist_all(NOW + 10), 0);
}

fn assert_in_place(store: &LocalStore, names: &[String], values: &[Option<f64>]) {
    for (at, name) in names.iter().enumerate() {
        let fetched = store.fetch(name, NOW - 10, NOW + 10, NOW + 10).unwrap().unwrap();
        let first = [Some(at as f64)];
        assert_eq!(fetched.values, [&first, values].concat(), "{name}");
    }
}

#[test]
fn series_whose_files_tell_their_names_are_found_read_and_written_where_they_are() {
    for is_hashed in [true, false] {
        let (dir, names) = of_carbon("spelt");
        let files = tree(dir.path());
        let open = |folder: &Path| if is_hashed { open(folder) } else { spelling(folder) };
        {
            let store = open(dir.path());
            let mut sorted = names.clone();
            sorted.sort();
            assert_eq!(tagged(&store), sorted);
            assert_in_place(&store, &names, &[None]);
            write_on(&store, &names);
        }
        assert_eq!(tree(dir.path()), files, "no file is made");
        assert_in_place(&open(dir.path()), &names, &[Some(-1.0)]);
    }
}

#[test]
fn series_whose_files_are_named_by_a_digest_are_found_once_somebody_names_them() {
    for is_hashed in [true, false] {
        let (dir, names) = of_carbon("hashed");
        let files = tree(dir.path());
        let open = |folder: &Path| if is_hashed { open(folder) } else { spelling(folder) };
        {
            let store = open(dir.path());
            assert_eq!(store.series(), 0);
            write_on(&store, &names);
            assert_in_place(&store, &names, &[Some(-1.0)]);
        }
        assert_eq!(tree(dir.path()), files, "no file is made");
        assert_in_place(&open(dir.path()), &names, &[Some(-1.0)]);
    }
}

#[test]
fn of_two_files_of_a_series_the_one_that_would_be_made_counts_and_both_are_deleted() {
    let spelt = "_tagged/979/940/cpu;a=1.wsp";
    let hashed =
        "_tagged/979/940/979940df0c337bc065c133442f900a8a2cbba6b3b08161fcb1340dbfd873d2c3.wsp";
    let dir = tempfile::tempdir().unwrap();
    for (file, value) in [(spelt, 1.0), (hashed, 2.0)] {
        made(&dir.path().join(file), value);
    }
    assert_eq!(value(&open(dir.path()), "cpu;a=1"), Some(2.0));
    let store = spelling(dir.path());
    assert_eq!(value(&store, "cpu;a=1"), Some(1.0));
    assert!(
        store
            .inner
            .upkeep
            .delete(&*store.inner, &SeriesName::parse("cpu;a=1").unwrap(), NOW)
            .unwrap()
    );
    drop(store);
    assert_eq!(tree(dir.path()), BTreeSet::new());
    assert_eq!(spelling(dir.path()).series(), 0);
}

#[test]
fn new_files_are_spelt_out_where_that_is_asked_for_and_a_file_can_have_the_name() {
    let long = format!("m;k={}", "v".repeat(300));
    let dir = tempfile::tempdir().unwrap();
    {
        let store = spelling(dir.path());
        store.write(&[point("disk.used;mount=/var;host=web1", 1.0), point(&long, 2.0)], NOW);
        assert_eq!(store.persist_all(NOW), 0);
    }
    let spelt = "_tagged/527/26b/disk_DOT_used;host=web1;mount=/var.wsp";
    assert!(dir.path().join(spelt).exists());
    let hashed = SeriesName::parse(&long).unwrap().relative_path();
    assert!(dir.path().join(hashed).exists());
    // The one tells its name, with the other the log is needed.
    fs_err::remove_dir_all(dir.path().join(".names")).unwrap();
    assert_eq!(tagged(&open(dir.path())), ["disk.used;host=web1;mount=/var"]);
}

#[test]
fn what_carbon_made_or_removed_meanwhile_is_noticed_in_the_background() {
    let (dir, names) = of_carbon("spelt");
    assert_eq!(open(dir.path()).series(), names.len());
    let path = |name: &str| dir.path().join(SeriesName::parse(name).unwrap().spelt_path().unwrap());
    fs_err::remove_file(path(&names[0])).unwrap();
    made(&path("new.one;a=b"), 4.0);
    let store = open(dir.path());
    store.inner.names.wait_until_reconciled();
    assert_eq!(value(&store, "new.one;a=b"), Some(4.0));
    let (found, stats) = (tagged(&store), store.names_stats());
    assert!(!found.contains(&names[0]) && found.len() == names.len(), "{stats:?}");
    assert_eq!((stats.found, stats.forgotten), (1, 1));
}
