//! The table: what a call costs, ours beside its peers.

use std::env;
use std::io::{self, Write as _};
use std::process::ExitCode;

use statsd_bench::Programs;

fn main() -> ExitCode {
    let programs = Programs {
        cell: env!("CARGO_BIN_EXE_statsd-bench-cell").into(),
        heap: env!("CARGO_BIN_EXE_statsd-bench-heap").into(),
        empty: env!("CARGO_BIN_EXE_statsd-bench-empty").into(),
        sdk: env!("CARGO_BIN_EXE_statsd-bench-sdk").into(),
    };
    match statsd_bench::run(programs, env::args().skip(1), &mut io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _nobody_may_look = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
