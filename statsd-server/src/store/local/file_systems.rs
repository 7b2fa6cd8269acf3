//! The file systems that a data folder spreads over, to have them confirm at once what was written to
//! many files.

use std::collections::HashMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use statsd_whisper::{Error, Whisper};

use crate::limits::FILE_SYSTEMS_MAX;
use crate::store::open_files::lock;

/// They are learnt as files are opened. Links to other disks are how data folders grow.
#[derive(Debug)]
pub(super) struct FileSystems {
    /// A folder on each, open from when it was learnt: what failed to be written since then is told once.
    by_device: Mutex<HashMap<u64, fs_err::File>>,
    /// Files are synced one by one: there are too many file systems, or the system cannot sync one.
    alone: AtomicBool,
    is_needed: bool,
}

impl FileSystems {
    /// None yet. Where nobody asks them to [`sync`](Self::sync), nothing is done.
    pub(super) fn new(is_needed: bool) -> Self {
        let alone = AtomicBool::new(!cfg!(target_os = "linux"));
        Self { by_device: Mutex::default(), alone, is_needed }
    }

    /// Learns where a file lies that was opened.
    pub(super) fn learn(&self, file: &Whisper) {
        if !self.is_needed || self.alone.load(Ordering::Relaxed) {
            return;
        }
        if let Ok(device) = file.device() {
            self.learn_device(device, file.path());
        }
    }

    /// Learns where the data folder lies.
    pub(super) fn learn_folder(&self, folder: &Path) {
        if self.is_needed
            && let Ok(found) = fs_err::metadata(folder)
        {
            self.learn_device(found.dev(), folder);
        }
    }

    fn learn_device(&self, device: u64, path: &Path) {
        let mut by_device = lock(&self.by_device);
        if by_device.contains_key(&device) {
            return;
        }
        // Through the file itself, whose folder may lie elsewhere where the file is a link.
        match fs_err::File::open(path) {
            Ok(file) if by_device.len() < FILE_SYSTEMS_MAX => drop(by_device.insert(device, file)),
            _ => self.alone.store(true, Ordering::Relaxed),
        }
    }

    /// Syncs a file where it has to be done file by file.
    pub(super) fn sync_if_alone(&self, file: &Whisper) -> Result<(), Error> {
        if self.is_needed && self.alone.load(Ordering::Relaxed) { file.sync() } else { Ok(()) }
    }

    /// Waits until all that was written is on the disks.
    pub(super) fn sync(&self) -> io::Result<()> {
        let by_device = lock(&self.by_device);
        by_device.values().try_for_each(sync_file_system)
    }
}

#[cfg(target_os = "linux")]
fn sync_file_system(file: &fs_err::File) -> io::Result<()> {
    nix::unistd::syncfs(file.file())?;
    Ok(())
}

/// Files were synced one by one.
#[cfg(not(target_os = "linux"))]
fn sync_file_system(_file: &fs_err::File) -> io::Result<()> {
    Ok(())
}
