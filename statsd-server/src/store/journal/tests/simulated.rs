//! A disk in memory that fails and forgets as real ones do, the same way for the same seed.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

use super::super::disk::{Disk, DiskFile, ReadAt};
use super::super::lock;

/// Numbers that look random (splitmix64).
#[derive(Debug, Clone)]
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("below a usize")
    }

    pub(super) fn one_in(&mut self, chance: usize) -> bool {
        self.below(chance) == 0
    }
}

/// When an operation fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Faults {
    Never,
    /// The n-th from now on, counted from 0, and none after it.
    Nth(u64),
    /// One in so many.
    OneIn(usize),
    /// Whatever makes a file longer, or a new one.
    Full,
}

/// What a crash leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Crash {
    /// The process ended: the system has all that was written.
    Kill,
    /// The machine ended: what was synced, and any part of the rest.
    Power,
}

#[derive(Debug, Clone)]
pub(super) struct SimulatedDisk(Arc<Mutex<World>>, Arc<Gate>);

/// Where syncs of files wait while they are held.
#[derive(Debug, Default)]
struct Gate {
    state: Mutex<Held>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Held {
    is_shut: bool,
    waiting: usize,
}

#[derive(Debug)]
struct World {
    random: Random,
    faults: Faults,
    operations: u64,
    faults_hit: u64,
    files: Vec<Inode>,
    folder: BTreeMap<PathBuf, usize>,
    /// The same after a crash, and what was done to the folder since.
    folder_synced: BTreeMap<PathBuf, usize>,
    folder_changes: Vec<FolderChange>,
    syncs: u64,
}

#[derive(Debug, Default)]
struct Inode {
    bytes: Vec<u8>,
    synced: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Debug, Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

#[derive(Debug, Clone)]
enum FolderChange {
    Make(PathBuf, usize),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf),
}

#[derive(Debug)]
struct SimulatedFile {
    world: Arc<Mutex<World>>,
    gate: Arc<Gate>,
    inode: usize,
}

impl SimulatedDisk {
    pub(super) fn new(seed: u64) -> Self {
        let world = World {
            random: Random(seed),
            faults: Faults::Never,
            operations: 0,
            faults_hit: 0,
            files: Vec::new(),
            folder: BTreeMap::new(),
            folder_synced: BTreeMap::new(),
            folder_changes: Vec::new(),
            syncs: 0,
        };
        Self(Arc::new(Mutex::new(world)), Arc::default())
    }

    pub(super) fn set_faults(&self, faults: Faults) {
        let mut world = lock(&self.0);
        world.faults = faults;
        world.operations = 0;
    }

    /// Operations that have failed.
    pub(super) fn faults_hit(&self) -> u64 {
        lock(&self.0).faults_hit
    }

    pub(super) fn syncs(&self) -> u64 {
        lock(&self.0).syncs
    }

    /// Lets no sync of a file end, until `release_syncs`.
    pub(super) fn hold_syncs(&self) {
        lock(&self.1.state).is_shut = true;
    }

    pub(super) fn release_syncs(&self) {
        lock(&self.1.state).is_shut = false;
        self.1.changed.notify_all();
    }

    pub(super) fn wait_for_held_sync(&self) {
        let held = lock(&self.1.state);
        drop(self.1.changed.wait_while(held, |held| held.waiting == 0).expect("a gate"));
    }

    pub(super) fn crash(&self, crash: Crash) {
        let mut world = lock(&self.0);
        if crash == Crash::Kill {
            return;
        }
        let World { random, files, folder, folder_synced, folder_changes, .. } = &mut *world;
        for change in folder_changes.drain(..) {
            if random.one_in(2) {
                change.apply(folder_synced);
            }
        }
        folder.clone_from(folder_synced);
        for inode in files {
            for change in std::mem::take(&mut inode.changes) {
                let change = match change {
                    // Torn anywhere.
                    Change::Write(offset, mut bytes) if random.one_in(2) => {
                        bytes.truncate(random.below(bytes.len() + 1));
                        Change::Write(offset, bytes)
                    }
                    change => change,
                };
                if random.one_in(2) {
                    change.apply(&mut inode.synced);
                }
            }
            inode.bytes.clone_from(&inode.synced);
        }
    }

    pub(super) fn names(&self) -> Vec<String> {
        let world = lock(&self.0);
        let names = world.folder.keys().filter_map(|path| path.file_name()?.to_str());
        names.map(str::to_owned).collect()
    }

    pub(super) fn bytes(&self, path: &Path) -> Vec<u8> {
        let world = lock(&self.0);
        world.files[world.folder[path]].bytes.clone()
    }

    /// Puts a file there, as somebody else would have.
    pub(super) fn put(&self, path: &Path, bytes: &[u8]) {
        let mut world = lock(&self.0);
        let inode = world.files.len();
        world.files.push(Inode {
            bytes: bytes.to_vec(),
            synced: bytes.to_vec(),
            changes: Vec::new(),
        });
        world.folder.insert(path.to_owned(), inode);
        world.folder_synced.insert(path.to_owned(), inode);
    }
}

impl World {
    /// Counts an operation; fails where it is to.
    fn operate(&mut self, needs_room: bool) -> io::Result<()> {
        let turn = self.operations;
        self.operations += 1;
        let fails = match self.faults {
            Faults::Never => false,
            Faults::Nth(nth) => nth == turn,
            Faults::OneIn(chance) => self.random.one_in(chance),
            Faults::Full => needs_room,
        };
        if !fails {
            return Ok(());
        }
        self.faults_hit += 1;
        Err(if needs_room {
            io::ErrorKind::StorageFull.into()
        } else {
            io::Error::other("a fault")
        })
    }

    fn change_folder(&mut self, change: FolderChange) {
        change.apply(&mut self.folder);
        self.folder_changes.push(change);
    }
}

impl FolderChange {
    fn apply(&self, folder: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Make(path, inode) => {
                folder.insert(path.clone(), *inode);
            }
            Self::Remove(path) => {
                folder.remove(path);
            }
            Self::Rename(from, to) => {
                if let Some(inode) = folder.remove(from) {
                    folder.insert(to.clone(), inode);
                }
            }
        }
    }
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Write(offset, written) => {
                let end = offset + written.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[*offset..end].copy_from_slice(written);
            }
            Self::Length(length) => bytes.resize(*length, 0),
        }
    }
}

impl Disk for SimulatedDisk {
    fn create_folder(&self, _: &Path) -> io::Result<()> {
        lock(&self.0).operate(true)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<String>> {
        let mut world = lock(&self.0);
        world.operate(false)?;
        let names = world.folder.keys().filter(|path| path.starts_with(folder));
        Ok(names
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            // In no order, as from a real one.
            .rev()
            .collect())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut world = lock(&self.0);
        world.operate(true)?;
        if world.folder.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let inode = world.files.len();
        world.files.push(Inode::default());
        world.change_folder(FolderChange::Make(path.to_owned(), inode));
        Ok(Box::new(SimulatedFile { world: Arc::clone(&self.0), gate: Arc::clone(&self.1), inode }))
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut world = lock(&self.0);
        world.operate(false)?;
        let &inode = world.folder.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(SimulatedFile { world: Arc::clone(&self.0), gate: Arc::clone(&self.1), inode }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut world = lock(&self.0);
        world.operate(false)?;
        if !world.folder.contains_key(from) {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.change_folder(FolderChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut world = lock(&self.0);
        let failed = world.operate(false);
        // Some failures come after the deed.
        if failed.is_err() && !world.random.one_in(4) {
            return failed;
        }
        if !world.folder.contains_key(path) {
            return Err(io::ErrorKind::NotFound.into());
        }
        world.change_folder(FolderChange::Remove(path.to_owned()));
        failed
    }

    fn sync_folder(&self, _: &Path) -> io::Result<()> {
        let mut world = lock(&self.0);
        world.operate(false)?;
        let World { folder_synced, folder_changes, .. } = &mut *world;
        for change in folder_changes.drain(..) {
            change.apply(folder_synced);
        }
        Ok(())
    }
}

impl ReadAt for SimulatedFile {
    fn len(&self) -> io::Result<u64> {
        Ok(lock(&self.world).files[self.inode].bytes.len() as u64)
    }

    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let mut world = lock(&self.world);
        world.operate(false)?;
        world.files[self.inode].bytes.as_slice().read_exact_at(buffer, offset)
    }
}

impl DiskFile for SimulatedFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut world = lock(&self.world);
        let done = world.operate(true);
        let count = match &done {
            Ok(()) => bytes.len(),
            // Short, at any length.
            Err(_) => world.random.below(bytes.len() + 1),
        };
        let offset = usize::try_from(offset).expect("an offset in memory");
        let change = Change::Write(offset, bytes[..count].to_vec());
        let inode = &mut world.files[self.inode];
        change.apply(&mut inode.bytes);
        inode.changes.push(change);
        done
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut world = lock(&self.world);
        world.operate(false)?;
        let change = Change::Length(usize::try_from(len).expect("a length in memory"));
        let inode = &mut world.files[self.inode];
        change.apply(&mut inode.bytes);
        inode.changes.push(change);
        Ok(())
    }

    /// One that fails leaves what the next one does not write either, as Linux does.
    fn sync_data(&self) -> io::Result<()> {
        let mut held = lock(&self.gate.state);
        held.waiting += 1;
        self.gate.changed.notify_all();
        held = self.gate.changed.wait_while(held, |held| held.is_shut).expect("a gate");
        held.waiting -= 1;
        drop(held);
        let mut world = lock(&self.world);
        world.syncs += 1;
        let done = world.operate(false);
        let World { random, files, .. } = &mut *world;
        let inode = &mut files[self.inode];
        for change in inode.changes.drain(..) {
            if done.is_ok() || random.one_in(2) {
                change.apply(&mut inode.synced);
            }
        }
        done
    }
}
