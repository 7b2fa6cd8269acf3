use std::collections::BTreeSet;

use super::super::name::SeriesName;
use super::testing::MemoryFiles;
use super::*;
use crate::store::index::Inserted;

fn name(name: &str) -> SeriesName<'_> {
    SeriesName::parse(name).unwrap()
}

fn file(folder: &Path, series: &str) -> PathBuf {
    let path = folder.join(name(series).relative_path());
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(&path, "").unwrap();
    path
}

fn open(folder: &Path) -> (Names, bool) {
    let Opened { names, passed_over } = Names::open(folder, 1_000).unwrap();
    (names, passed_over.is_some())
}

fn known(names: &Names) -> BTreeSet<String> {
    let index = names.index();
    (0..index.ids_end()).filter_map(|id| index.name_at(id)).map(str::to_owned).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn names_outlive_their_folder_in_the_log() {
    let dir = tempfile::tempdir().unwrap();
    file(dir.path(), "a.b");
    {
        let (names, scanned) = open(dir.path());
        assert!(scanned, "there is no log yet");
        names.index_mut().insert(&name("x.y"));
        names.index_mut().insert(&name("cpu;host=a"));
    }
    let (names, scanned) = open(dir.path());
    assert!(!scanned);
    assert_eq!(known(&names), set(&["a.b", "cpu;host=a", "x.y"]));
    assert_eq!(names.stats().snapshots, 0);
}

#[test]
fn a_name_is_safe_when_sync_returns() {
    let dir = tempfile::tempdir().unwrap();
    let (names, _) = open(dir.path());
    names.index_mut().insert(&name("cpu;host=a"));
    names.sync().unwrap();
    // As a crash would leave it.
    let copy = tempfile::tempdir().unwrap();
    fs_err::create_dir(copy.path().join(NAMES_FOLDER)).unwrap();
    for entry in fs_err::read_dir(dir.path().join(NAMES_FOLDER)).unwrap() {
        let entry = entry.unwrap();
        let to = copy.path().join(NAMES_FOLDER).join(entry.file_name());
        fs_err::copy(entry.path(), to).unwrap();
    }
    assert_eq!(known(&open(copy.path()).0), set(&["cpu;host=a"]));
}

#[test]
fn the_folder_is_compared_with_the_log_in_the_background() {
    let dir = tempfile::tempdir().unwrap();
    for series in ["a.stays", "a.goes", "b.goes.too", "t;k=stays", "t;k=goes"] {
        file(dir.path(), series);
    }
    {
        let (names, _) = open(dir.path());
        names.index_mut().insert(&name("t;k=stays"));
        names.index_mut().insert(&name("t;k=goes"));
        names.index_mut().insert(&name("waits.for.its.file"));
    }
    for gone in ["a.goes", "t;k=goes"] {
        fs_err::remove_file(dir.path().join(name(gone).relative_path())).unwrap();
    }
    fs_err::remove_dir_all(dir.path().join("b")).unwrap();
    file(dir.path(), "c.appeared");
    let (names, scanned) = open(dir.path());
    assert!(!scanned);
    let waits = names.index().get(&name("waits.for.its.file")).unwrap();
    let may_forget = move |id, forget: &mut dyn FnMut() -> bool| {
        if id != waits {
            forget();
        }
    };
    names.reconcile(Box::new(may_forget)).unwrap();
    let expected = set(&["a.stays", "c.appeared", "t;k=stays", "waits.for.its.file"]);
    names.wait_until_reconciled();
    assert_eq!(known(&names), expected);
    assert_eq!((names.stats().found, names.stats().forgotten), (1, 3));
    drop(names);
    assert_eq!(known(&open(dir.path()).0), expected);
}

#[test]
fn a_name_that_is_learnt_during_the_comparison_is_not_asked_about() {
    let dir = tempfile::tempdir().unwrap();
    drop({
        let (names, _) = open(dir.path());
        names.index_mut().insert(&name("gone"));
        names
    });
    let (names, _) = open(dir.path());
    names
        .reconcile(Box::new(|_id, forget| {
            forget();
        }))
        .unwrap();
    assert!(matches!(names.index_mut().insert(&name("fresh")), Inserted::New(_)));
    names.wait_until_reconciled();
    assert_eq!(known(&names), set(&["fresh"]));
}

#[test]
fn series_with_tags_keep_their_names_where_their_disk_is_away() {
    let dir = tempfile::tempdir().unwrap();
    drop({
        let (names, _) = open(dir.path());
        names.index_mut().insert(&name("t;k=v"));
        names.index_mut().insert(&name("plain"));
        names
    });
    let (names, _) = open(dir.path());
    names
        .reconcile(Box::new(|_id, forget| {
            forget();
        }))
        .unwrap();
    names.wait_until_reconciled();
    assert_eq!(names.stats().forgotten, 1);
    assert_eq!(known(&names), set(&["t;k=v"]));
}

#[test]
fn a_log_that_cannot_be_written_stops_nobody_and_is_counted() {
    let dir = tempfile::tempdir().unwrap();
    let files = MemoryFiles::default();
    files.with(|memory| memory.room = Some(0));
    let opened = Names::open_with(Box::new(files.clone()), dir.path(), 1_000).unwrap();
    let names = opened.names;
    names.index_mut().insert(&name("cpu;host=a"));
    assert!(names.sync().is_err());
    assert!(names.stats().failures > 0);
    assert!(matches!(names.index_mut().insert(&name("cpu;host=b")), Inserted::New(_)));

    files.with(|memory| memory.room = None);
    lock(&names.shared.log).forget_failure();
    names.sync().unwrap();
    let mut index = Index::new(10);
    NamesLog::open(Box::new(files.copy()), &mut index);
    assert_eq!(index.len(), 2);
}

#[cfg(unix)]
#[test]
fn a_folder_of_the_log_that_is_no_folder_is_survived() {
    let dir = tempfile::tempdir().unwrap();
    fs_err::write(dir.path().join(NAMES_FOLDER), "a file").unwrap();
    file(dir.path(), "a.b");
    let (names, scanned) = open(dir.path());
    assert!(scanned && names.sync().is_err());
    assert_eq!(known(&names), set(&["a.b"]));
}
