//! What the server takes for its work, beside its peers and a loop that does nothing else.
//!
//! ```text
//! cargo bench -p statsd-server --bench load                          every row
//! cargo bench -p statsd-server --bench load -- --row packed-counters one of them, or several
//! cargo bench -p statsd-server --bench load -- --rounds 9            5 unless it says so
//! cargo bench -p statsd-server --bench load -- --markdown            a table
//! cargo bench -p statsd-server --bench load -- --quick               too coarse to quote; sums are checked
//! ```
//!
//! A *cell* is one row of one server, started anew as a user would start it, on a core of its own; the
//! load and the sink of its flushes have another. CPU time is the process', user's and system's. Lines
//! kept are those sent less what the kernel dropped, and a cell counts only if the flushes add up to
//! them. Rounds interleave the servers; the median is shown with the least and the most.
//!
//! `contender/` says how a server is started, `floor/` is the bare loop, `row/` measures, `report/`, which
//! is in `harness/` as it is not this benchmark's alone, runs the rounds and prints.

mod contender;
mod floor;
mod memory;
mod packets;
#[path = "../harness/process.rs"]
mod process;
#[path = "../harness/program.rs"]
mod program;
#[path = "../harness/report/mod.rs"]
mod report;
mod row;
mod sender;
mod sink;
mod socket_table;

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let done = match words.split_first() {
        Some((first, rest)) if first == "floor" => floor::main(rest),
        _ => report::run(&row::LOAD, &words, &mut io::stdout()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_may_look = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
