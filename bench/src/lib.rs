//! What a call costs: `statsd-client` beside its peers and the floors of the machine.
//!
//! ```text
//! cargo bench -p statsd-bench                        the whole table
//! cargo bench -p statsd-bench -- --quick             the same in seconds, too coarse to quote
//! cargo bench -p statsd-bench -- --markdown          the table of the README, as ratios
//! cargo bench -p statsd-bench -- --gate instructions.toml
//! cargo bench -p statsd-bench --no-default-features -- --gate compiled-out.toml
//! ```
//!
//! A *cell* is one row of one contender. Each is measured in a child process of its own, so that no
//! thread, lock or warm cache of one contender reaches another; rounds over all cells interleave them,
//! and the median of the rounds is shown. `contender/` says what is called, `measure/` runs inside the
//! child, `report/` asks children and prints.

mod contender;
mod measure;
mod report;
mod row;

use std::env;
use std::io::{self, Write as _};

pub use measure::Question;
pub use report::{Programs, run};
pub use row::Row;

/// What a cell's program does: reads its command line, measures, prints the numbers in a line.
///
/// # Errors
/// The command line asks for what does not exist, or the answer cannot be printed.
pub fn answer() -> Result<(), String> {
    print(&Question::read(env::args().skip(1))?.answer()?)
}

/// What the allocation-counting program does: prints what `counted` says of the calls.
///
/// # Errors
/// The command line asks for what does not exist, or the answer cannot be printed.
pub fn answer_counting(counted: impl FnOnce(&dyn Fn()) -> u64) -> Result<(), String> {
    let question = Question::read(env::args().skip(1))?;
    let prepared = question.prepare()?;
    let count = counted(&|| prepared.run(0..question.amount));
    print(&[count as f64])
}

fn print(numbers: &[f64]) -> Result<(), String> {
    let words: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    writeln!(io::stdout(), "{}", words.join(" ")).map_err(|error| error.to_string())
}
