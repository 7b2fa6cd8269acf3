//! A small disk in memory, that can be filled, and be read-only. Only the superuser may mount one.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, for as long as this is there.
pub(crate) struct SmallDisk {
    folder: tempfile::TempDir,
    /// What somebody else has taken of it.
    ballast: Option<File>,
    has_view: bool,
}

impl SmallDisk {
    /// Says loudly what is not tested where none can be mounted.
    pub(crate) fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if !mount(&["-t", "tmpfs", "-o", "size=16m", "tmpfs"], folder.path()) {
            let told = b"NOT TESTED: no file system in memory can be mounted here (CI is root, and can), so no \
                         disk was full or read-only\n";
            // Past the test harness, which keeps what a passing test prints.
            std::io::stderr().write_all(told).unwrap();
            return None;
        }
        let disk = Self { folder, ballast: None, has_view: false };
        std::fs::create_dir(disk.data()).unwrap();
        Some(disk)
    }

    /// The data folder on it.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn ballast(&self) -> PathBuf {
        self.folder.path().join("ballast")
    }

    /// Takes all that is free.
    pub(crate) fn fill(&mut self) {
        let path = self.ballast();
        let ballast = self.ballast.get_or_insert_with(|| File::create(path).unwrap());
        while ballast.write_all(&[1; 4_096]).is_ok() {}
        while ballast.write_all(&[1]).is_ok() {}
    }

    /// Gives it back.
    pub(crate) fn free(&mut self) {
        drop(self.ballast.take());
        std::fs::remove_file(self.ballast()).unwrap();
    }

    /// Has nothing made, renamed or opened for writing in the data folder any more. The kernel remounts no
    /// disk on which files are open for writing; a view of the folder over the folder it does, and who has
    /// a file open already goes on writing that.
    pub(crate) fn make_read_only(&mut self) {
        let data = self.data();
        if !self.has_view {
            assert!(mount(&["--bind", data.to_str().unwrap()], &data));
            self.has_view = true;
        }
        assert!(mount(&["-o", "remount,bind,ro"], &data));
    }

    pub(crate) fn make_writable(&self) {
        assert!(mount(&["-o", "remount,bind,rw"], &self.data()));
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.has_view {
            unmount(&self.data());
        }
        unmount(self.folder.path());
    }
}

fn mount(arguments: &[&str], folder: &Path) -> bool {
    let mount = Command::new("mount").args(arguments).arg(folder).output();
    mount.is_ok_and(|mount| mount.status.success())
}

fn unmount(folder: &Path) {
    let _ = Command::new("umount").arg(folder).status();
}
