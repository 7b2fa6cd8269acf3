//! The file of a series: opened, made, repaired where it ends too early, or else put aside where it is damaged.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use statsd_whisper::{
    Accepted, Counts, CreateOptions, Deferred, Error, ErrorKind, Header, Rollups, Whisper, repair,
};

use super::Inner;
use super::failing::Reason;
use crate::limits::CORRUPT_COPIES_MAX;
use crate::store::index::SeriesId;
use crate::store::merge::Shape;
use crate::store::name::SeriesName;
use crate::store::schema::Schema;

/// Points that stand in their file now.
#[derive(Debug)]
pub(super) struct Persisted {
    pub(super) counts: Counts,
    /// The file was made for them.
    pub(super) created: bool,
}

/// Why points could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotPersisted {
    #[error("its number is no series' any more")]
    Forgotten,
    #[error("its name cannot be written to the log of names")]
    Name(#[source] io::Error),
    #[error("its folder cannot be created")]
    Folder(#[source] io::Error),
    #[error("its file cannot be written")]
    File(#[from] Error),
    #[error("its file is damaged, and cannot be put aside as {}", .to.display())]
    Aside { to: PathBuf, source: io::Error },
}

impl NotPersisted {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::Name(error) | Self::Folder(error) | Self::Aside { source: error, .. } => {
                Reason::of_io(error)
            }
            Self::File(error) => Reason::of(error),
            Self::Forgotten => Reason::Other,
        }
    }
}

impl Inner {
    /// The open file of a series if it is still the one at its path, else that one. Nothing where none
    /// stands there, or one without a byte, which is what a full disk leaves of other writers' files.
    pub(super) fn open_if_there<'a>(
        &self,
        open: &'a mut Option<Whisper>,
        id: SeriesId,
    ) -> Result<Option<&'a mut Whisper>, Error> {
        if open.as_ref().is_some_and(|file| file.is_replaced().unwrap_or(true)) {
            *open = None;
        }
        if open.is_none() {
            let Some(path) = self.file_path(id) else { return Ok(None) };
            *open = self.open_repaired(&path)?;
            if let Some(file) = open {
                self.file_systems.learn(file);
            }
        }
        Ok(open.as_mut())
    }

    /// Opens a file that is whole, or that is so again once the end that it lacks is there, empty.
    pub(super) fn open_repaired(&self, path: &Path) -> Result<Option<Whisper>, Error> {
        match open_whole(path) {
            Err(error) if error.kind() == ErrorKind::Truncated => {
                if repair(path)? {
                    tracing::warn!(%error, "a file that ended too early has its size back");
                    self.counts.repaired.fetch_add(1, Ordering::Relaxed);
                }
                open_whole(path)
            }
            opened => opened,
        }
    }

    /// Writes points to the file of a series, which is made where there is none. `deferred` is what was put
    /// off of it, before and after.
    pub(super) fn write_file(
        &self,
        open: &mut Option<Whisper>,
        id: SeriesId,
        points: &[Accepted],
        rollups: Rollups,
        deferred: &mut Option<Deferred>,
    ) -> Result<Persisted, NotPersisted> {
        let written = match self.open_if_there(open, id) {
            Ok(Some(file)) => file.update_with(points, rollups, deferred).and_then(|counts| {
                self.file_systems.sync_if_alone(file)?;
                Ok(counts)
            }),
            Ok(None) => return self.make_file(open, id, points, rollups, deferred),
            Err(error) => Err(error),
        };
        let error = match written {
            Ok(counts) => return Ok(Persisted { counts, created: false }),
            Err(error) => error,
        };
        // Whatever it is, the next try looks at the path anew.
        *open = None;
        match error.kind() {
            ErrorKind::Truncated | ErrorKind::Corrupt | ErrorKind::Compressed => {
                let path = self.file_path(id).ok_or(NotPersisted::Forgotten)?;
                put_aside(&path)?;
                tracing::warn!(%error, "a damaged file is put aside, and a new one made");
                self.counts.quarantined.fetch_add(1, Ordering::Relaxed);
                self.make_file(open, id, points, rollups, deferred)
            }
            _ => Err(error.into()),
        }
    }

    /// Makes the file of a series with points. None that is older than what it keeps is in it.
    fn make_file(
        &self,
        open: &mut Option<Whisper>,
        id: SeriesId,
        points: &[Accepted],
        rollups: Rollups,
        deferred: &mut Option<Deferred>,
    ) -> Result<Persisted, NotPersisted> {
        let name = self.name_of(id);
        let series = SeriesName::parse(&name).map_err(|_| NotPersisted::Forgotten)?;
        let path = self.path_of(&series);
        if series.is_tagged() {
            // Without its name, the file would be nobody's.
            self.names.sync().map_err(NotPersisted::Name)?;
        }
        let header = self.header_of_new(&name)?;
        // The caller has looked.
        let options = CreateOptions { replace: true, ..CreateOptions::default() };
        let create = || Whisper::create_with_points(&path, &header, options, points, rollups);
        // Most new series lie beside others: their folder is there.
        let (file, counts, left) = match create() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let parent = path.parent().unwrap_or(&self.folder);
                fs_err::create_dir_all(parent).map_err(NotPersisted::Folder)?;
                create()?
            }
            created => created?,
        };
        self.file_systems.learn(&file);
        *deferred = left;
        self.file_systems.sync_if_alone(open.insert(file))?;
        Ok(Persisted { counts, created: true })
    }

    /// What a new file of a series would say about itself.
    pub(super) fn header_of_new(&self, name: &str) -> Result<Header, Error> {
        let Schema { archives, method, x_files_factor } =
            self.schemas().of(name, self.flush_interval());
        Header::new(&archives, method, x_files_factor)
    }

    /// What its archives would keep.
    pub(super) fn shape_of_new(&self, name: &str) -> Shape {
        Shape::new(self.schemas().of(name, self.flush_interval()).archives.into_iter())
    }

    pub(super) fn file_path(&self, id: SeriesId) -> Option<PathBuf> {
        let index = self.index();
        let name = SeriesName::parse(index.name(id)?).ok()?;
        Some(self.path_of(&name))
    }
}

/// Opens a file that is whole.
fn open_whole(path: &Path) -> Result<Option<Whisper>, Error> {
    match Whisper::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Empty) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Renames a damaged file to one that no scan takes for a series, and that nobody has.
fn put_aside(path: &Path) -> Result<(), NotPersisted> {
    let mut to = path.to_owned();
    for number in 1..=CORRUPT_COPIES_MAX {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".corrupt-{number}"));
        to.set_file_name(name);
        if !to.exists() {
            let renamed = fs_err::rename(path, &to);
            return renamed.map_err(|source| NotPersisted::Aside { to, source });
        }
    }
    let source = io::Error::new(io::ErrorKind::AlreadyExists, "as many copies as may be are there");
    Err(NotPersisted::Aside { to, source })
}
