//! Programs that are measured: where they are, and what they say of themselves when they start.

use std::env;
use std::io::{self, BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::Child;
use std::thread;

/// A file that an environment variable names, if it is set.
pub(crate) fn named_by(variable: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(env::var_os(variable).ok_or(format!("{variable} is not set"))?);
    if path.is_file() { Ok(path) } else { Err(format!("{variable} names no file")) }
}

/// A program that the shell would find.
pub(crate) fn on_path(program: &str) -> Result<PathBuf, String> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&folders).map(|folder| folder.join(program)).find(|at| at.is_file());
    found.ok_or_else(|| format!("there is no `{program}` on the path"))
}

/// What stands behind `before` in a line that a program prints. What else it prints is read by a thread,
/// so that nobody waits for it.
pub(crate) fn printed(child: &mut Child, before: &str) -> io::Result<String> {
    let stdout = child.stdout.take().ok_or_else(|| io::Error::other("nothing is printed"))?;
    let mut lines = BufReader::new(stdout).lines();
    for line in &mut lines {
        if let Some(said) = line?.strip_prefix(before) {
            thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
            return Ok(said.trim().to_owned());
        }
    }
    Err(io::Error::other("ended at once"))
}
