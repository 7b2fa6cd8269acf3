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
//! A *cell* is one row of one server, started anew in a new folder on a core of its own; the load has
//! another. CPU time is the process', user's and system's, from the first line sent until every point
//! is where it belongs; a cell counts only if it is. Rounds interleave the servers; the median is shown
//! with the least and the most.
//!
//! The floor is measured beside them: system calls alone, on the same core and as many files, with nothing
//! received or parsed. It holds for who writes Whisper's files: a server with a format of its own has less to
//! do, and one that lets points wait, to write them together, falls below it where each point is written by
//! itself (`paced`).
//!
//! Nothing is removed before the run ends, as creating files soon after costs more: have fifty thousand
//! inodes and half a gigabyte free for each row and round. What a killed run leaves is removed by the next.
//!
//! Data flows from `lines.rs` (what is sent) over `contender.rs` (to whom), `floor.rs` and `row.rs` (what is
//! measured) to `report/`, which is in `harness/` as it is not this benchmark's alone.

mod contender;
mod floor;
mod lines;
#[path = "../harness/process.rs"]
mod process;
#[path = "../harness/program.rs"]
mod program;
#[path = "../harness/report/mod.rs"]
mod report;
mod row;
#[path = "../harness/scratch.rs"]
mod scratch;
mod server;
mod stored;

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let done = match words.split_first() {
        Some((first, rest)) if first == "floor" => floor::main(rest),
        _ => report::run(&row::STORAGE, &words, &mut io::stdout()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_may_look = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
