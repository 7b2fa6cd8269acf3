//! The `statsd-server` binary: arguments → [`statsd_server::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    statsd_server::cli::main()
}
