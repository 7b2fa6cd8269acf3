use super::*;

const NOW: i64 = 1_772_599_850;

#[test]
fn it_is_emptied_so_many_files_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a/b/1.wsp", "a/b/2.wsp", "a/3.wsp", "4.wsp"] {
        let path = folder.path().join(name);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, name).unwrap();
        put(folder.path(), &path, NOW).unwrap();
    }
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 1, "only the trash is left");
    let later = NOW + 2 * HOUR;
    assert_eq!(empty(folder.path(), Duration::from_secs(0), NOW, 10).unwrap(), 0);
    assert_eq!(empty(folder.path(), Duration::from_secs(0), later, 3).unwrap(), 3);
    assert_eq!(empty(folder.path(), Duration::from_secs(0), later, 3).unwrap(), 1);
    assert_eq!(fs_err::read_dir(folder.path()).unwrap().count(), 0, "the trash is gone, too");
    assert_eq!(empty(folder.path(), Duration::from_secs(0), later, 3).unwrap(), 0);
}

#[test]
fn a_stamp_says_its_hour() {
    let stamp = stamp(NOW);
    assert_eq!(stamp, "2026-03-04T04Z.1772596800");
    assert_eq!(hour_of(&stamp), Some(1_772_596_800));
    assert_eq!(hour_of(&format!("{stamp}.2")), Some(1_772_596_800));
    assert_eq!((hour_of("mine"), hour_of("a.b")), (None, None));
}
