//! What storing a point takes, from the socket to the file, beside its peers.
//!
//! ```text
//! cargo bench -p statsd-server --bench storage                  every row
//! cargo bench -p statsd-server --bench storage -- --row backlog one of them, or several
//! cargo bench -p statsd-server --bench storage -- --rounds 3    5 unless it says so
//! cargo bench -p statsd-server --bench storage -- --markdown    a table
//! cargo bench -p statsd-server --bench storage -- --quick       too coarse to quote; points are checked
//! ```
//!
//! A *cell* is one row of one server, started anew in an empty folder on a core of its own; the load has
//! another. CPU time is the process', user's and system's, from the first line sent until every point
//! is where it belongs; a cell counts only if it is. Rounds interleave the servers; the median is shown
//! with the least and the most.
//!
//! Data flows from `lines.rs` (what is sent) over `contender.rs` (to whom) and `row.rs` (what is measured)
//! to `report.rs`.

mod contender;
mod lines;
#[path = "../load/process.rs"]
#[expect(dead_code, reason = "the memory of a process is measured elsewhere")]
mod process;
mod report;
mod row;
mod stored;

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match report::run(&words, &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_may_look = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
