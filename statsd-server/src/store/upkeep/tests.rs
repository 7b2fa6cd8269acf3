use std::fs::FileTimes;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use regex::Regex;
use statsd_whisper::{AggregationMethod, parse_retentions};

use super::*;
use crate::store::{
    AggregationRule, LocalStore, Merge, SchemaRule, Store, StoreError, StoreOptions, Write,
};

const NOW: i64 = 1_772_599_850;
const DAY: i64 = 86_400;

struct Kept {
    folder: tempfile::TempDir,
    store: LocalStore,
}

fn rule(pattern: &str, retentions: &str, delete_after: Option<i64>) -> SchemaRule {
    SchemaRule {
        name: pattern.to_owned(),
        pattern: Regex::new(pattern).unwrap(),
        retentions: parse_retentions(retentions).unwrap(),
        delete_after: delete_after.map(|after| Duration::from_secs(after.unsigned_abs())),
    }
}

fn schemas(rules: Vec<SchemaRule>) -> Schemas {
    Schemas::new(rules, Vec::new(), None)
}

fn modes(migrate: UpkeepMode, expire: UpkeepMode) -> UpkeepOptions {
    UpkeepOptions { migrate, expire, ..UpkeepOptions::default() }
}

impl Kept {
    /// A store with a point ten seconds and one a second old for each of these series.
    fn with(series: &[&str], upkeep: UpkeepOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = StoreOptions::new(Duration::from_secs(10));
        options.upkeep = upkeep;
        let store = LocalStore::open(folder.path(), options).unwrap();
        let kept = Self { folder, store };
        for series in series {
            kept.write(series, NOW - 10, 1.0);
            kept.write(series, NOW, 2.0);
        }
        kept
    }

    fn write(&self, series: &str, timestamp: i64, value: f64) {
        let write = Write { series, timestamp, value, merge: Merge::Replace };
        assert_eq!(self.store.write(&[write], NOW).points, 1);
        assert_eq!(self.store.persist_all(NOW), 0);
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    fn archives(&self, file: &str) -> String {
        let file = Whisper::open_read_only(self.path(file)).unwrap();
        let archives = file.header().archives().iter();
        archives.map(|archive| archive.retention().to_string()).collect::<Vec<_>>().join(",")
    }

    fn values(&self, series: &str) -> Vec<Option<f64>> {
        self.store.fetch(series, NOW - 20, NOW, NOW).unwrap().unwrap().values
    }

    /// Says when a file was written to last.
    fn written(&self, file: &str, seconds: i64) {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.unsigned_abs());
        let file = fs_err::OpenOptions::new().write(true).open(self.path(file)).unwrap();
        file.file().set_times(FileTimes::new().set_modified(at)).unwrap();
    }

    /// Every file below the folder but ours.
    fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let below = path.strip_prefix(self.folder.path()).unwrap().display().to_string();
                if path.is_dir() {
                    folders.push(path);
                } else if ![".lock", ".journal", ".names"].iter().any(|own| below.starts_with(own))
                {
                    found.push(below);
                }
            }
        }
        found.sort();
        found
    }

    fn names(&self) -> Vec<String> {
        self.store
            .find("**", 100)
            .unwrap()
            .into_iter()
            .filter(|node| node.leaf)
            .map(|node| node.path)
            .collect()
    }

    fn report(&self) -> UpkeepReport {
        self.store.upkeep_report().unwrap()
    }

    /// Enough seconds for a pass over a few series.
    fn pass(&self, now: i64) {
        for second in 0..3 {
            self.store.upkeep(now + second);
        }
    }
}

#[test]
fn a_dry_run_counts_and_names_what_has_drifted_and_changes_nothing() {
    let kept = Kept::with(&["a.one", "a.two", "b"], modes(UpkeepMode::DryRun, UpkeepMode::Off));
    let before = fs_err::read(kept.path("a/one.wsp")).unwrap();
    kept.pass(NOW);
    assert_eq!(kept.report().passes, 0, "without rules nothing is looked at");
    kept.store.set_schemas(schemas(vec![rule(r"^a\.", "10s:1h", None)]));
    kept.pass(NOW);
    let report = kept.report();
    assert_eq!((report.passes, report.drifted, report.migrated), (1, 2, 0));
    let drift = kept.store.drift(None, 10);
    let names: Vec<_> = drift.iter().map(|drift| &*drift.series).collect();
    assert_eq!(names, ["a.one", "a.two"]);
    assert_eq!(drift[0].from, "10:2160,60:10080,600:262974 average 0");
    assert_eq!(drift[0].to, "10:360 average 0");
    assert_eq!(kept.store.drift(Some("a.one"), 10), drift[1..]);
    assert_eq!(kept.store.drift(None, 1), drift[..1]);
    assert_eq!(fs_err::read(kept.path("a/one.wsp")).unwrap(), before);

    kept.store.set_schemas(schemas(vec![rule(r"^a\.one", "10s:1h", None)]));
    assert_eq!(kept.store.drift(None, 10), [], "other rules, another pass");
    kept.pass(NOW + 10);
    assert_eq!(kept.report().drifted, 1);
}

#[test]
fn a_file_is_migrated_with_its_values_and_the_time_of_its_last_write() {
    let kept = Kept::with(&["a", "b"], modes(UpkeepMode::On, UpkeepMode::Off));
    kept.written("a.wsp", NOW - 5);
    assert_eq!(kept.values("a"), [Some(1.0), Some(2.0)]);
    kept.store.set_schemas(schemas(vec![rule("^a$", "10s:1d,5m:30d", None)]));
    kept.pass(NOW);
    assert_eq!(kept.archives("a.wsp"), "10:8640,300:8640");
    assert_eq!(
        kept.archives("b.wsp"),
        "10:2160,60:10080,600:262974",
        "no rule says anything of it"
    );
    assert_eq!(kept.values("a"), [Some(1.0), Some(2.0)], "though the store had the old file open");
    kept.write("a", NOW, 7.0);
    assert_eq!(kept.values("a"), [Some(1.0), Some(7.0)]);
    let report = kept.report();
    assert_eq!((report.migrated, report.failed, report.drifted), (1, 0, 1));
    assert_eq!(kept.files(), ["a.wsp", "b.wsp"], "nothing is left beside it");
}

#[test]
fn the_time_of_the_last_write_stays() {
    let kept = Kept::with(&["a"], modes(UpkeepMode::On, UpkeepMode::Off));
    for (second, retentions) in [(0, "10s:1d"), (10, "10s:2d")] {
        kept.written("a.wsp", NOW - 77);
        kept.store.set_schemas(schemas(vec![rule("a", retentions, None)]));
        kept.pass(NOW + second);
        assert_eq!(fs_err::metadata(kept.path("a.wsp")).unwrap().mtime(), NOW - 77);
    }
    assert_eq!(kept.report().migrated, 2);
}

#[test]
fn another_method_or_factor_changes_the_header_alone() {
    let kept = Kept::with(&["a"], modes(UpkeepMode::On, UpkeepMode::Off));
    kept.written("a.wsp", NOW - 77);
    let last = AggregationRule {
        name: "last".to_owned(),
        pattern: Regex::new("a").unwrap(),
        method: Some(AggregationMethod::Last),
        x_files_factor: Some(0.5),
    };
    kept.store.set_schemas(Schemas::new(Vec::new(), vec![last], None));
    kept.pass(NOW);
    let file = Whisper::open_read_only(kept.path("a.wsp")).unwrap();
    assert_eq!(
        (file.header().method(), file.header().x_files_factor()),
        (AggregationMethod::Last, 0.5)
    );
    assert_eq!(fs_err::metadata(kept.path("a.wsp")).unwrap().mtime(), NOW - 77);
    assert_eq!(kept.values("a"), [Some(1.0), Some(2.0)]);
    kept.store.set_schemas(Schemas::default());
    assert_eq!((kept.report().migrated, kept.report().passes), (1, 0));
}

#[test]
fn a_second_has_so_many_migrations_and_looks() {
    let options = UpkeepOptions {
        migrations_per_second: 2,
        looks_per_second: 4,
        ..modes(UpkeepMode::On, UpkeepMode::Off)
    };
    let kept = Kept::with(&["a", "b", "c", "d", "e", "f"], options);
    kept.store.set_schemas(schemas(vec![rule("[a-e]", "10s:1d", None)]));
    let mut migrated = Vec::new();
    for second in 0..5 {
        kept.store.upkeep(NOW + second);
        migrated.push((kept.report().migrated, kept.report().pass_looked));
    }
    assert_eq!(migrated, [(2, 2), (4, 4), (5, 6), (5, 6), (5, 6)]);
    assert_eq!(kept.report().passes, 1);
    // Then nothing is looked at for a while.
    kept.store.set_upkeep(options);
    assert_eq!(kept.report().passes, 0, "but other options begin anew");
}

#[test]
fn an_end_in_the_middle_of_a_migration_leaves_no_trace() {
    let Kept { folder, store } = Kept::with(&["a.b.c"], UpkeepOptions::default());
    drop(store);
    let path = |below: &str| folder.path().join(below);
    fs_err::write(path(".migrating"), "a/b").unwrap();
    fs_err::write(path("a/b/.migrating.tmp"), "half of it").unwrap();
    let store =
        LocalStore::open(folder.path(), StoreOptions::new(Duration::from_secs(10))).unwrap();
    let kept = Kept { folder, store };
    assert_eq!(kept.files(), ["a/b/c.wsp"]);
    assert_eq!(kept.values("a.b.c"), [Some(1.0), Some(2.0)]);
}

#[test]
fn a_mark_that_leads_elsewhere_removes_nothing() {
    let outside = tempfile::tempdir().unwrap();
    let foreign = outside.path().join(".migrating.tmp");
    fs_err::write(&foreign, "somebody's").unwrap();
    for mark in [
        outside.path().display().to_string(),
        format!("../{}", outside.path().file_name().unwrap().display()),
        "\0".to_owned(),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join(".migrating"), mark).unwrap();
        let opened = LocalStore::open(folder.path(), StoreOptions::new(Duration::from_secs(10)));
        assert!(foreign.exists());
        assert!(opened.is_err() || !folder.path().join(".migrating").exists());
    }
}

#[test]
fn a_copy_that_fails_leaves_the_file_and_nothing_else() {
    let kept = Kept::with(&["a.x", "b.x"], modes(UpkeepMode::On, UpkeepMode::Off));
    // Nobody can write a copy where a folder has its name.
    fs_err::create_dir(kept.path("a/.migrating.tmp")).unwrap();
    kept.store.set_schemas(schemas(vec![rule("x", "10s:1d", None)]));
    kept.pass(NOW);
    let report = kept.report();
    assert_eq!((report.migrated, report.failed), (1, 1));
    assert_eq!(kept.archives("a/x.wsp"), "10:2160,60:10080,600:262974");
    assert_eq!(kept.archives("b/x.wsp"), "10:8640");
    assert_eq!(kept.files(), ["a/x.wsp", "b/x.wsp"]);
}

#[test]
fn a_series_that_nobody_writes_goes_to_the_trash_and_can_be_moved_back() {
    let kept = Kept::with(&["pods.a.load", "pods.b", "other"], UpkeepOptions::default());
    for file in ["pods/a/load.wsp", "pods/b.wsp", "other.wsp"] {
        kept.written(file, NOW - DAY);
    }
    kept.written("pods/b.wsp", NOW - DAY + 10);
    kept.store.set_schemas(schemas(vec![rule("^pods", "10:2160,60:10080,600:262974", Some(DAY))]));
    kept.store.upkeep(NOW);
    assert_eq!(kept.names(), ["other", "pods.b"]);
    let trashed = ".trash/2026-03-04T04Z.1772596800/pods/a/load.wsp";
    assert_eq!(kept.files(), [trashed, "other.wsp", "pods/b.wsp"]);
    assert!(!kept.path("pods/a").exists(), "the folder was empty then");
    assert_eq!(kept.store.fetch("pods.a.load", NOW - 20, NOW, NOW).unwrap(), None);
    assert_eq!(kept.report().expired, 1);

    fs_err::create_dir(kept.path("pods/a")).unwrap();
    fs_err::rename(kept.path(trashed), kept.path("pods/a/load.wsp")).unwrap();
    assert_eq!(kept.values("pods.a.load"), [Some(1.0), Some(2.0)]);
    fs_err::remove_file(kept.path("pods/a/load.wsp")).unwrap();
    kept.write("pods.a.load", NOW, 3.0);
    assert_eq!(kept.names(), ["other", "pods.a.load", "pods.b"], "a new series of the same name");
    assert_eq!(kept.values("pods.a.load"), [None, Some(3.0)]);
}

#[test]
fn a_dry_run_of_it_counts() {
    let kept = Kept::with(&["a", "b"], modes(UpkeepMode::Off, UpkeepMode::DryRun));
    kept.written("a.wsp", NOW - DAY);
    kept.store.set_schemas(Schemas::new(Vec::new(), Vec::new(), Some(Duration::from_secs(7_200))));
    kept.written("b.wsp", NOW - 7_000);
    kept.pass(NOW);
    let report = kept.report();
    assert_eq!((report.stale, report.expired, report.passes), (1, 0, 1));
    assert_eq!(kept.files(), ["a.wsp", "b.wsp"]);
}

#[test]
fn what_is_deleted_by_name_is_kept_in_the_trash_and_then_removed() {
    let kept = Kept::with(&["a.x", "a.y.z", "b"], UpkeepOptions::default());
    assert!(matches!(kept.store.delete("a.[", 10, NOW), Err(StoreError::Pattern { .. })));
    assert_eq!(kept.store.delete("a.**", 10, NOW).unwrap(), ["a.x", "a.y.z"]);
    assert_eq!(kept.names(), ["b"]);
    assert_eq!(kept.report().deleted, 2);
    kept.write("a.x", NOW, 5.0);
    assert_eq!(kept.store.delete("a.x", 10, NOW).unwrap(), ["a.x"], "twice in an hour");
    let stamp = ".trash/2026-03-04T04Z.1772596800";
    let trashed =
        [format!("{stamp}/a/x.wsp"), format!("{stamp}/a/y/z.wsp"), format!("{stamp}.2/a/x.wsp")];
    let mut expected = trashed.to_vec();
    expected.push("b.wsp".to_owned());
    expected.sort();
    assert_eq!(kept.files(), expected);

    fs_err::create_dir_all(kept.path(".trash/mine")).unwrap();
    fs_err::write(kept.path(".trash/mine/x"), "").unwrap();
    let week = 7 * DAY;
    kept.store.upkeep(NOW + week);
    assert_eq!(kept.report().purged, 0, "the hour counts from its end");
    kept.store.upkeep(NOW + week + 7_200);
    assert_eq!(
        (kept.report().purged, kept.files()),
        (3, vec![".trash/mine/x".into(), "b.wsp".into()])
    );
}

#[test]
fn a_trash_that_cannot_be_had_is_counted_and_deletes_nothing() {
    let kept = Kept::with(&["a"], UpkeepOptions::default());
    fs_err::write(kept.path(".trash"), "a file").unwrap();
    assert_eq!(kept.store.delete("a", 10, NOW).unwrap(), [""; 0]);
    assert_eq!(kept.values("a"), [Some(1.0), Some(2.0)]);
    kept.written("a.wsp", NOW - DAY);
    kept.store.set_schemas(Schemas::new(Vec::new(), Vec::new(), Some(Duration::from_secs(7_200))));
    kept.pass(NOW);
    assert_eq!(kept.values("a"), [Some(1.0), Some(2.0)]);
    assert!(kept.report().failed > 0);
}

#[test]
fn writers_and_the_upkeep_at_once_lose_no_file() {
    let options =
        UpkeepOptions { migrations_per_second: 100, ..modes(UpkeepMode::On, UpkeepMode::On) };
    let kept = Kept::with(&["a", "b", "c"], options);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for value in 0..200 {
                for series in ["a", "b", "c"] {
                    kept.write(series, NOW, f64::from(value));
                }
            }
        });
        let mut turn = 0;
        while !writer.is_finished() {
            turn += 1;
            let retentions = if turn % 2 == 0 { "10s:1d" } else { "10s:2d" };
            kept.store.set_schemas(schemas(vec![rule("", retentions, None)]));
            kept.pass(NOW);
            kept.store.delete("c", 10, NOW).unwrap();
        }
        writer.join().unwrap();
    });
    for series in ["a", "b"] {
        assert_eq!(kept.values(series), [Some(1.0), Some(199.0)], "{series}");
    }
}

#[test]
fn a_series_whose_points_wait_is_not_stale_and_is_migrated_under_them() {
    let kept = Kept::with(&["a", "b"], modes(UpkeepMode::On, UpkeepMode::On));
    for file in ["a.wsp", "b.wsp"] {
        kept.written(file, NOW - DAY);
    }
    let write = Write { series: "a", timestamp: NOW, value: 9.0, merge: Merge::Add };
    assert_eq!(kept.store.write(&[write], NOW).points, 1);
    assert_eq!(kept.store.waiting("a").len(), 1);
    kept.store.set_schemas(schemas(vec![rule("", "10s:1d,5m:30d", Some(7_200))]));
    kept.pass(NOW);
    assert_eq!(kept.names(), ["a"]);
    assert_eq!(
        (kept.archives("a.wsp"), kept.store.waiting("a").len()),
        ("10:8640,300:8640".into(), 1)
    );
    let before = kept.values("a");
    assert_eq!(before, [Some(1.0), Some(11.0)], "the sum of what the file held and what came");
    assert_eq!(kept.store.persist_all(NOW), 0);
    assert_eq!(kept.values("a"), before, "written or not, the answer is the same");
    // What adds up asks the file that there is now.
    assert_eq!(kept.store.write(&[write], NOW).points, 1);
    assert_eq!(kept.values("a"), [Some(1.0), Some(20.0)]);
}

#[test]
fn what_waits_goes_to_the_trash_with_its_series() {
    let kept = Kept::with(&["a"], UpkeepOptions::default());
    let write = |value| Write { series: "a", timestamp: NOW, value, merge: Merge::Add };
    assert_eq!(kept.store.write(&[write(5.0)], NOW).points, 1);
    assert_eq!(kept.store.delete("a", 10, NOW).unwrap(), ["a"]);
    assert_eq!((kept.names(), kept.store.waiting("a")), (vec![], vec![]));
    let trashed = kept.path(".trash/2026-03-04T04Z.1772596800/a.wsp");
    assert_eq!(Whisper::open_read_only(trashed).unwrap().value_at(NOW).unwrap(), Some(7.0));
    // The next point is the first of a new series: nothing of the old one is added to it.
    assert_eq!(kept.store.write(&[write(3.0)], NOW).points, 1);
    assert_eq!(kept.values("a"), [None, Some(3.0)]);
    assert_eq!(kept.store.persist_all(NOW), 0);
    assert_eq!(kept.values("a"), [None, Some(3.0)]);
    assert_eq!(kept.names(), ["a"]);
}

#[test]
fn a_deleted_series_stays_deleted_over_a_restart() {
    let Kept { folder, store } = Kept::with(&["a", "b"], UpkeepOptions::default());
    assert_eq!(store.delete("a", 10, NOW).unwrap(), ["a"]);
    drop(store);
    let store =
        LocalStore::open(folder.path(), StoreOptions::new(Duration::from_secs(10))).unwrap();
    let kept = Kept { folder, store };
    assert_eq!(kept.names(), ["b"]);
    assert_eq!(kept.store.waiting("a"), []);
}
