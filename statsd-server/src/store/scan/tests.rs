use super::*;
use crate::store::Glob;

fn folder_of(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(path, "").unwrap();
    }
    dir
}

fn scanned(root: &Path) -> (Vec<String>, PassedOver) {
    let mut index = Index::new(usize::MAX);
    let passed_over = scan(root, &mut index).unwrap();
    let nodes = index.find(&Glob::new("**").unwrap(), usize::MAX).unwrap();
    let series = nodes.into_iter().filter(|node| node.leaf).map(|node| node.path).collect();
    (series, passed_over)
}

#[test]
fn every_whisper_file_is_a_series() {
    let dir = folder_of(&["a.wsp", "a/b.wsp", "stats/timers/web/upper.wsp"]);
    let (series, passed_over) = scanned(dir.path());
    assert_eq!(series, ["a", "a.b", "stats.timers.web.upper"]);
    assert_eq!(passed_over, PassedOver::default());
}

#[test]
fn foreign_files_are_passed_over_and_counted() {
    let dir = folder_of(&["a.wsp", ".lock", "a.wsp.bak", "a.b.wsp", ".git/x.wsp", "v1.2/y.wsp"]);
    let (series, passed_over) = scanned(dir.path());
    assert_eq!(series, ["a"]);
    assert_eq!(passed_over, PassedOver { foreign: 5, ..PassedOver::default() });
}

#[test]
fn files_that_carbon_names_by_their_series_tell_it_and_those_named_by_a_digest_are_passed_by() {
    let dir = folder_of(&[
        "_tagged/527/26b/disk_DOT_used;host=web1;mount=/var.wsp",
        "_tagged/979/940/cpu;a=1.wsp",
        "_tagged/979/940/979940df0c337bc065c133442f900a8a2cbba6b3b08161fcb1340dbfd873d2c3.wsp",
        "_tagged/979/941/cpu;a=1.wsp",
        "_tagged/979/cpu;a=1.wsp",
        "_tagged/a.wsp",
    ]);
    let mut found = Vec::new();
    let mut scan = Scan::start(dir.path()).unwrap();
    let mut learn = |name: &SeriesName<'_>| {
        found.push(name.as_str().to_owned());
        true
    };
    while scan.step(&mut learn).unwrap() {}
    found.sort();
    assert_eq!(found, ["cpu;a=1", "disk.used;host=web1;mount=/var"]);
    assert_eq!(scan.passed_over(), &PassedOver { foreign: 3, ..PassedOver::default() });
}

#[test]
fn folders_deeper_than_a_name_are_passed_over() {
    let deepest = format!("{}f.wsp", "d/".repeat(SERIES_NODES_MAX - 1));
    let dir = folder_of(&[&deepest, &format!("d/{deepest}")]);
    let (series, passed_over) = scanned(dir.path());
    assert_eq!(series.len(), 1);
    assert_eq!(passed_over.foreign, 1);
}

#[test]
fn series_that_the_index_has_no_room_for_are_counted() {
    let dir = folder_of(&["a.wsp", "b.wsp", "c.wsp"]);
    let mut index = Index::new(2);
    assert_eq!(scan(dir.path(), &mut index).unwrap().over_limit, 1);
    assert_eq!(index.len(), 2);
}

#[test]
fn a_root_that_cannot_be_read_is_an_error_that_names_it() {
    let dir = folder_of(&["file"]);
    let error = scan(&dir.path().join("file"), &mut Index::new(1)).unwrap_err();
    assert!(error.to_string().contains("file"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_are_followed_to_other_places_and_never_in_circles() {
    use std::os::unix::fs::symlink;

    let other = folder_of(&["disk/far.wsp"]);
    let dir = folder_of(&["real/near.wsp", "real/deep/x.wsp"]);
    symlink(other.path().join("disk"), dir.path().join("linked")).unwrap();
    symlink(dir.path(), other.path().join("disk/back")).unwrap();
    symlink(other.path(), other.path().join("disk/up")).unwrap();
    symlink(dir.path().join("real"), dir.path().join("real/deep/loop")).unwrap();
    symlink(dir.path().join("real/near.wsp"), dir.path().join("alias.wsp")).unwrap();
    symlink("nowhere", dir.path().join("dangling")).unwrap();

    let (series, passed_over) = scanned(dir.path());
    assert_eq!(series, ["alias", "linked.far", "linked.up.disk.far", "real.deep.x", "real.near"]);
    assert_eq!(passed_over.unreadable, 1, "the link that leads nowhere");
    assert_eq!(passed_over.foreign, 4, "the links back: back, loop, and both again below up");
}
