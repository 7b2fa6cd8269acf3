//! What the log of names asks of a disk, so that tests can have one that fails when they want it to.

use std::fmt;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::PathBuf;

use fs_err as fs;

/// The files of one folder.
pub(super) trait Files: fmt::Debug + Send {
    /// Their names.
    fn list(&self) -> io::Result<Vec<String>>;
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
    /// Makes a file whole or not at all: it is safe from a crash when this returns.
    fn create(
        &self,
        name: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()>;
    /// Opens a file to append to it, or makes it, with no more than so many bytes.
    fn open_tail(&self, name: &str, length: u64) -> io::Result<Box<dyn Tail>>;
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// A file that grows.
pub(super) trait Tail: fmt::Debug + Send {
    /// Appends bytes; some of them may be there if it fails.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Takes back what is behind this length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
    fn sync(&mut self) -> io::Result<()>;
}

/// The machine's own.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

#[derive(Debug)]
struct TailFile(fs::File);

impl Folder {
    /// A folder that is made when the first file in it is.
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    fn sync(&self) -> io::Result<()> {
        fs::File::open(&self.0)?.sync_all()
    }
}

impl Files for Folder {
    fn list(&self) -> io::Result<Vec<String>> {
        let entries: io::Result<Vec<_>> = fs::read_dir(&self.0)?.collect();
        // Ours are ASCII; a name that is no text is somebody else's.
        Ok(entries?.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(name))
    }

    fn create(
        &self,
        name: &str,
        write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let part = self.0.join(format!("{name}.part"));
        let written = (|| {
            let mut file = BufWriter::new(fs::File::create(&part)?);
            write(&mut file)?;
            file.flush()?;
            file.get_ref().sync_data()?;
            fs::rename(&part, self.0.join(name))
        })();
        if let Err(error) = written {
            // A full disk is to have its room back; that it may not be there says the error above.
            drop(fs::remove_file(&part));
            return Err(error);
        }
        self.sync()
    }

    fn open_tail(&self, name: &str, length: u64) -> io::Result<Box<dyn Tail>> {
        let path = self.0.join(name);
        let options = fs::OpenOptions::new().create(true).truncate(false).write(true).clone();
        let mut tail = TailFile(options.open(path)?);
        tail.cut(length)?;
        self.sync()?;
        Ok(Box::new(tail))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }
}

impl Tail for TailFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.0.set_len(length)?;
        self.0.seek(SeekFrom::Start(length)).map(|_at| ())
    }

    fn sync(&mut self) -> io::Result<()> {
        self.0.sync_data()
    }
}
