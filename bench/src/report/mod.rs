//! Asks children about every cell, round after round, and prints what they say. May not know how a
//! number comes about in a child, nor what a contender does. Its output ends on the terminal.

mod child;
mod gate;
mod instructions;
mod markdown;
mod options;
mod rounds;
mod sink;
mod size;
mod text;

use std::error::Error;
use std::io;
use std::path::PathBuf;

use child::Children;
use options::{Ask, Options};

/// The programs that are run as children.
#[derive(Debug, Clone)]
pub struct Programs {
    /// Answers a [`Question`](crate::Question).
    pub cell: PathBuf,
    /// Counts the heap allocations of the same calls.
    pub heap: PathBuf,
    /// Does nothing.
    pub empty: PathBuf,
    /// Uses the SDK, and does nothing else.
    pub sdk: PathBuf,
}

/// Does what the command line's `words` ask for, and writes it to `out`. Without words it measures all
/// and writes the table.
///
/// # Errors
/// A word is unknown, a child fails, or an instruction count is over its limit.
pub fn run(
    programs: Programs,
    words: impl Iterator<Item = String>,
    out: &mut impl io::Write,
) -> Result<(), Box<dyn Error>> {
    let options = Options::read(words)?;
    let children = Children::new(programs, sink::open()?)?;
    let text = match &options.ask {
        Ask::Table => text::render(&rounds::all(&children, &options)?),
        Ask::Markdown => markdown::render(&rounds::all(&children, &options)?),
        Ask::Instructions => instructions::render(&instructions::all(&children, &options)?),
        Ask::Gate(file) => gate::check(&children, file)?,
        Ask::Size => size::render(&children.sizes()?),
    };
    Ok(out.write_all(text.as_bytes())?)
}
