use super::*;

#[test]
fn a_file_has_changed_when_it_was_written_or_replaced_and_not_while_it_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statsd.toml");
    fs_err::write(&path, "a = 1").unwrap();
    let mut watched = Watched::new(path.clone());
    assert!(!watched.has_changed());
    fs_err::write(&path, "a = 12").unwrap();
    assert!(watched.has_changed());
    assert!(!watched.has_changed());

    fs_err::rename(&path, folder.path().join("aside")).unwrap();
    assert!(!watched.has_changed(), "an editor is at work");
    fs_err::write(&path, "a = 34").unwrap();
    assert!(watched.has_changed(), "of the same length, in another place");

    let other = folder.path().join("other.toml");
    let link = folder.path().join("link.toml");
    fs_err::write(&other, "a = 56").unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let mut linked = Watched::new(link.clone());
    fs_err::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(&other, &link).unwrap();
    assert!(linked.has_changed(), "the link leads somewhere else");
}
