//! A disk that is full, and then is not: a small one in memory, which only the superuser may make.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use statsd_server::store::{LocalStore, Store as _, StoredJournal};

use crate::load::{SERIES, Writer, files_are_valid, now, open};

/// A file system in memory, for as long as this is there.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"])
            .arg(folder.path())
            .output();
        mount.is_ok_and(|mount| mount.status.success()).then(|| Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).status();
    }
}

fn journal(store: &LocalStore) -> StoredJournal {
    store.status(now()).unwrap().journal.unwrap()
}

#[test]
fn a_disk_that_fills_up_and_is_freed_again() {
    let Some(disk) = SmallDisk::mount() else {
        println!("NOT TESTED: a file system in memory cannot be mounted here, so no disk was full");
        return;
    };
    let data = disk.path().join("data");
    let store = open(&data);
    let writer = Writer { base: now() - 3_200, number: 0 };
    let turn = |turn: i64| {
        assert!(writer.write(&store, turn), "turn {turn} was not taken");
        // Whatever the disk says, it can be seen at once.
        writer.check(&store, turn + 1);
        store.commit()
    };
    for number in 0..20 {
        turn(number).unwrap();
    }
    // Somebody else takes the rest.
    let mut ballast = std::fs::File::create(disk.path().join("ballast")).unwrap();
    while ballast.write_all(&[1; 4_096]).is_ok() {}
    while ballast.write_all(&[1]).is_ok() {}
    let mut refused = 0;
    for number in 20..600 {
        refused += i64::from(turn(number).is_err());
    }
    assert!(refused > 300, "the disk was full, and {refused} commits said so");
    let told = journal(&store);
    assert!(told.unappended > 0 && told.unjournaled_series == SERIES, "{told:?}");
    assert!(told.trouble.is_some(), "{told:?}");
    // It goes, and the points that waited are made safe without anybody's doing.
    drop(ballast);
    std::fs::remove_file(disk.path().join("ballast")).unwrap();
    turn(600).unwrap();
    let told = journal(&store);
    assert_eq!((told.unjournaled_series, told.trouble), (0, None));
    drop(store);
    let store = open(&data);
    writer.check(&store, 601);
    drop(store);
    assert_eq!(files_are_valid(&data), SERIES);
}
