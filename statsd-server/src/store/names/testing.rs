//! A disk in memory that fails when a test wants it to.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use super::files::{Files, Tail};

#[derive(Debug, Clone, Default)]
pub(super) struct MemoryFiles(pub(super) Arc<Mutex<Memory>>);

#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// Bytes until the disk is full.
    pub(super) room: Option<usize>,
    pub(super) fail_sync: bool,
    pub(super) fail_cut: bool,
    pub(super) syncs: usize,
}

impl MemoryFiles {
    pub(super) fn with<T>(&self, use_it: impl FnOnce(&mut Memory) -> T) -> T {
        use_it(&mut self.0.lock().unwrap())
    }

    /// What a restart would find.
    pub(super) fn copy(&self) -> Self {
        let files = self.with(|memory| memory.files.clone());
        Self(Arc::new(Mutex::new(Memory { files, ..Memory::default() })))
    }

    pub(super) fn file(&self, name: &str) -> Vec<u8> {
        self.with(|memory| memory.files[name].clone())
    }
}

impl Memory {
    /// Takes as many bytes as there is room for, as a full disk does.
    fn write(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let taken = self.room.map_or(bytes.len(), |room| room.min(bytes.len()));
        self.room = self.room.map(|room| room - taken);
        self.files.entry(name.to_owned()).or_default().extend_from_slice(&bytes[..taken]);
        if taken < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }
}

impl Files for MemoryFiles {
    fn list(&self) -> io::Result<Vec<String>> {
        Ok(self.with(|memory| memory.files.keys().cloned().collect()))
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.with(|memory| memory.files.get(name).cloned().ok_or(io::ErrorKind::NotFound.into()))
    }

    fn create(
        &self,
        name: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut bytes = Vec::new();
        write(&mut bytes)?;
        self.with(|memory| {
            if memory.room.is_some_and(|room| room < bytes.len()) {
                return Err(io::ErrorKind::StorageFull.into());
            }
            memory.files.insert(name.to_owned(), bytes);
            Ok(())
        })
    }

    fn open_tail(&self, name: &str, length: u64) -> io::Result<Box<dyn Tail>> {
        self.with(|memory| {
            let file = memory.files.entry(name.to_owned()).or_default();
            file.truncate(usize::try_from(length).unwrap());
        });
        Ok(Box::new(MemoryTail { files: self.clone(), name: name.to_owned() }))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.with(|memory| memory.files.remove(name));
        Ok(())
    }
}

#[derive(Debug)]
struct MemoryTail {
    files: MemoryFiles,
    name: String,
}

impl Tail for MemoryTail {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.files.with(|memory| memory.write(&self.name, bytes))
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.files.with(|memory| {
            if memory.fail_cut {
                return Err(io::ErrorKind::Other.into());
            }
            let file = memory.files.entry(self.name.clone()).or_default();
            let freed = file.len() - usize::try_from(length).unwrap();
            file.truncate(usize::try_from(length).unwrap());
            memory.room = memory.room.map(|room| room + freed);
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.files.with(|memory| {
            memory.syncs += 1;
            if memory.fail_sync { Err(io::ErrorKind::Other.into()) } else { Ok(()) }
        })
    }
}
