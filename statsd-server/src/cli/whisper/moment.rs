//! Times, as arguments say them and as people read them.

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{Timestamp, fmt::strtime};

use crate::cli::Failure;
use crate::clock::{Clock as _, SystemClock};

/// C's ctime, which Python's tools print.
const CTIME: &str = "%a %b %e %H:%M:%S %Y";

/// What time it is.
#[derive(Debug, Clone, Args)]
pub(super) struct Now {
    /// What time it is, in seconds since the epoch [default: what the clock says].
    #[arg(long, value_name = "SECONDS")]
    now: Option<i64>,
}

impl Now {
    pub(super) fn seconds(&self) -> i64 {
        self.now.unwrap_or_else(|| SystemClock.seconds())
    }
}

/// How times are printed.
#[derive(Debug, Clone, Args)]
pub(super) struct Format {
    /// Print times for people, in the local time zone.
    #[arg(long)]
    pretty: bool,
    /// How, as strftime(3) has it; with --pretty.
    #[arg(short, long, value_name = "FORMAT", requires = "pretty")]
    time_format: Option<String>,
}

impl Format {
    /// A time as it is asked for; of one that no calendar has, the seconds.
    pub(super) fn time(&self, timestamp: i64) -> String {
        self.try_time(timestamp).unwrap_or_else(|_| timestamp.to_string())
    }

    /// Refuses a format that there is not.
    pub(super) fn check(&self) -> Result<(), Failure> {
        let format = self.time_format.as_deref().unwrap_or_default();
        self.try_time(0)
            .map_err(|error| Failure::Input(format!("--time-format {format:?}: {error}")))?;
        Ok(())
    }

    fn try_time(&self, timestamp: i64) -> Result<String, jiff::Error> {
        if !self.pretty {
            return Ok(timestamp.to_string());
        }
        let local = Timestamp::from_second(timestamp)?.to_zoned(TimeZone::system());
        strtime::format(self.time_format.as_deref().unwrap_or(CTIME), &local)
    }
}
