//! Which files are imported: those that are named, and those of folders that are.

use std::path::{Path, PathBuf};

use crate::cli::Failure;
use crate::limits::IMPORT_FILES_MAX;

/// What files in folders end in; a file that is named may be called anything.
const EXTENSIONS: [&str; 2] = ["rrd", "xml"];

/// A file to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    /// Where it stands below the folder that was named; of a file that was named, its own name.
    pub(super) below: PathBuf,
}

/// The files of the arguments, those of a folder in the order of their names. Links to folders are not
/// followed, as they may lead round in circles.
pub(super) fn find(arguments: &[PathBuf]) -> Result<Vec<Source>, Failure> {
    let mut found = Vec::new();
    for argument in arguments {
        if fs_err::metadata(argument).map_err(failed)?.is_dir() {
            let before = found.len();
            in_folder(argument, &mut found)?;
            if found.len() == before {
                let folder = argument.display();
                return Err(Failure::Input(format!(
                    "{folder}: no file in it ends in .rrd or .xml"
                )));
            }
        } else {
            let name = argument.file_name().map_or_else(|| argument.clone(), PathBuf::from);
            found.push(Source { path: argument.clone(), below: name });
        }
        if found.len() > IMPORT_FILES_MAX {
            return Err(Failure::Input(format!("more than {IMPORT_FILES_MAX} files at once")));
        }
    }
    Ok(found)
}

fn in_folder(root: &Path, found: &mut Vec<Source>) -> Result<(), Failure> {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs_err::read_dir(&folder).map_err(failed)?;
        let mut entries = entries.collect::<Result<Vec<_>, _>>().map_err(failed)?;
        entries.sort_by_key(fs_err::DirEntry::file_name);
        // The last one that is pushed is the next one that is read.
        let mut below = Vec::new();
        for entry in entries {
            let path = entry.path();
            if entry.file_type().map_err(failed)?.is_dir() {
                below.push(path);
            } else if has_extension(&path) {
                let below = path.strip_prefix(root).unwrap_or(&path).to_owned();
                found.push(Source { path, below });
            }
            if found.len() > IMPORT_FILES_MAX {
                return Ok(());
            }
        }
        folders.extend(below.into_iter().rev());
    }
    Ok(())
}

fn has_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|ends| EXTENSIONS.iter().any(|known| ends.eq_ignore_ascii_case(known)))
}

fn failed(error: std::io::Error) -> Failure {
    Failure::Outside(error.to_string())
}
