//! A file that is not as the rules say, and how it becomes so: a copy beside it that takes its place in one
//! rename.

use std::error::Error;
use std::fs::FileTimes;
use std::io;
use std::path::{Component, Path, PathBuf};

use statsd_whisper::{Header, Retention, Whisper};

use crate::limits::MIGRATION_MARK_MAX_BYTES;
use crate::store::schema::Wanted;

/// The copy until it is whole. No series has such a name.
const COPY: &str = ".migrating.tmp";

/// Says in the data folder which folder may hold a copy.
const MARK: &str = ".migrating";

impl Wanted<'_> {
    /// Whether no rule says anything.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What a file is and what it should be, where these differ.
pub(super) fn of(header: &Header, wanted: &Wanted<'_>) -> Option<(String, String)> {
    let to = target(header, wanted);
    let from: Vec<_> = retentions(header);
    let same = from == to.0
        && header.method() == to.1
        && header.x_files_factor().to_bits() == to.2.to_bits();
    if same {
        return None;
    }
    let from = shown(&from, header.method(), header.x_files_factor());
    Some((from, shown(&to.0, to.1, to.2)))
}

/// Makes a file what it should be. Its modification time stays: it tells when a point last came.
pub(super) fn migrate(
    folder: &Path,
    path: &Path,
    wanted: &Wanted<'_>,
    now: i64,
) -> Result<(), Box<dyn Error>> {
    let data = fs_err::metadata(path)?;
    let mut file = Whisper::open(path)?;
    let (archives, method, x_files_factor) = target(file.header(), wanted);
    if archives == retentions(file.header()) {
        // Values that stand are left alone, as Python's tools leave them.
        file.set_aggregation_method(method)?;
        file.set_x_files_factor(x_files_factor)?;
        let times = FileTimes::new().set_modified(data.modified()?);
        return Ok(fs_err::OpenOptions::new().write(true).open(path)?.file().set_times(times)?);
    }
    let header = Header::new(&archives, method, x_files_factor)?;
    let beside = path.parent().unwrap_or(folder);
    let copy = Copy::begin(folder, beside)?;
    file.copy_to(&copy.path, &header, now)?;
    let whole = fs_err::OpenOptions::new().write(true).open(&copy.path)?;
    whole.set_permissions(data.permissions())?;
    whole.file().set_times(FileTimes::new().set_modified(data.modified()?))?;
    fs_err::rename(&copy.path, path)?;
    Ok(())
}

/// Removes what a migration has left that the end of the process interrupted. The file itself is whole,
/// before or after.
pub(in crate::store) fn recover(folder: &Path) -> io::Result<()> {
    let mark = folder.join(MARK);
    let text = match fs_err::metadata(&mark) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
        Ok(data) if data.len() > MIGRATION_MARK_MAX_BYTES => String::new(),
        Ok(_) => fs_err::read_to_string(&mark).unwrap_or_default(),
    };
    let below = PathBuf::from(text);
    let is_inside = below.components().all(|part| matches!(part, Component::Normal(_)));
    if is_inside {
        remove_if_there(&folder.join(below).join(COPY))?;
    }
    remove_if_there(&mark)
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A copy on its way, which leaves nothing behind.
struct Copy {
    path: PathBuf,
    mark: PathBuf,
}

impl Copy {
    fn begin(folder: &Path, beside: &Path) -> io::Result<Self> {
        let below = beside.strip_prefix(folder).unwrap_or(Path::new(""));
        let copy = Self { path: beside.join(COPY), mark: folder.join(MARK) };
        fs_err::write(&copy.mark, below.as_os_str().as_encoded_bytes())?;
        remove_if_there(&copy.path)?;
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // After the rename there is none; before it, the error that brought us here is the one to tell.
        let _removed = remove_if_there(&self.path);
        let _removed = remove_if_there(&self.mark);
    }
}

fn target(
    header: &Header,
    wanted: &Wanted<'_>,
) -> (Vec<Retention>, statsd_whisper::AggregationMethod, f32) {
    let archives = wanted.archives.map_or_else(|| retentions(header), <[_]>::to_vec);
    let method = wanted.method.unwrap_or(header.method());
    (archives, method, wanted.x_files_factor.unwrap_or(header.x_files_factor()))
}

fn retentions(header: &Header) -> Vec<Retention> {
    header.archives().iter().map(statsd_whisper::Archive::retention).collect()
}

fn shown(
    archives: &[Retention],
    method: statsd_whisper::AggregationMethod,
    x_files_factor: f32,
) -> String {
    let archives: Vec<_> = archives.iter().map(Retention::to_string).collect();
    format!("{} {method} {x_files_factor}", archives.join(","))
}
