//! Where spooled flushes are: in files, or in memory where there is no folder for them.

use std::collections::HashMap;
use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use fs_err as fs;

const ENDING: &str = ".flush";
const UNFINISHED: &str = ".unfinished";

#[derive(Debug)]
pub(super) enum Place {
    Folder(PathBuf),
    Memory(HashMap<u64, String>),
}

impl Place {
    /// With the number and bytes of each flush that an earlier run left there, in order.
    pub(super) fn open(folder: Option<PathBuf>) -> io::Result<(Self, Vec<(u64, u64)>)> {
        let Some(folder) = folder else { return Ok((Self::Memory(HashMap::new()), Vec::new())) };
        fs::create_dir_all(&folder)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.ends_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            } else if let Some(number) = name.strip_suffix(ENDING).and_then(|n| n.parse().ok()) {
                files.push((number, entry.metadata()?.len()));
            }
        }
        files.sort_unstable();
        Ok((Self::Folder(folder), files))
    }

    /// Whether what is here survives the process.
    pub(super) fn is_lasting(&self) -> bool {
        matches!(self, Self::Folder(_))
    }

    pub(super) fn write(&mut self, number: u64, head: &str, text: &str) -> io::Result<()> {
        match self {
            Self::Folder(folder) => {
                let written = write(folder, number, head, text);
                if written.is_err() {
                    // What there is of it would only take the room of others.
                    let _removed = fs::remove_file(path(folder, number, UNFINISHED));
                }
                written
            }
            Self::Memory(texts) => {
                texts.insert(number, text.to_owned());
                Ok(())
            }
        }
    }

    pub(super) fn read(&self, number: u64) -> io::Result<String> {
        match self {
            Self::Folder(folder) => read(&path(folder, number, ENDING)),
            Self::Memory(texts) => {
                texts.get(&number).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
            }
        }
    }

    pub(super) fn remove(&mut self, number: u64) -> io::Result<()> {
        match self {
            Self::Folder(folder) => fs::remove_file(path(folder, number, ENDING)),
            Self::Memory(texts) => {
                texts.remove(&number);
                Ok(())
            }
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Memory(_) => f.write_str("in memory"),
        }
    }
}

fn write(folder: &Path, number: u64, head: &str, text: &str) -> io::Result<()> {
    let unfinished = path(folder, number, UNFINISHED);
    let mut file = fs::File::create(&unfinished)?;
    file.write_all(head.as_bytes())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&unfinished, path(folder, number, ENDING))?;
    // The name, too, is to survive the machine; not every file system syncs folders.
    let _synced = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

fn read(path: &Path) -> io::Result<String> {
    let torn = || {
        let message = format!("{} is torn", path.display());
        io::Error::new(io::ErrorKind::InvalidData, message)
    };
    let file = fs::read_to_string(path)?;
    let (head, text) = file.split_once('\n').ok_or_else(torn)?;
    let bytes = head.strip_prefix("statsd-server flush of ").ok_or_else(torn)?;
    let bytes = bytes.strip_suffix(" bytes").and_then(|bytes| bytes.parse().ok());
    if bytes == Some(text.len()) { Ok(text.to_owned()) } else { Err(torn()) }
}

fn path(folder: &Path, number: u64, ending: &str) -> PathBuf {
    folder.join(format!("{number:020}{ending}"))
}
