//! `statsd-server import`: what other programs have kept → Whisper files.
//! May not know the running server, only that it keeps its folder to itself. Data comes from the files that the
//! arguments name, is read by a room of its own (`rrd/`), and goes to disk.

mod files;
mod names;
mod report;
mod rrd;

use clap::{Args, Subcommand};

use super::Failure;

/// The arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    /// From RRDtool's databases, as Munin, Cacti, collectd and Ganglia keep them.
    Rrd(rrd::Rrd),
}

impl Import {
    pub(super) fn execute(self) -> Result<(), Failure> {
        match self.from {
            From::Rrd(rrd) => rrd.execute(),
        }
    }
}
