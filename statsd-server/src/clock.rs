//! What time it is, as a parameter: everything below `app` is handed a [`Clock`] or a number.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::{Timestamp, tz::TimeZone};

/// Tells the wall-clock time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// Time since the Unix epoch.
    fn now(&self) -> Duration;

    /// Whole seconds since the Unix epoch, the unit of Whisper and Graphite.
    fn seconds(&self) -> i64 {
        i64::try_from(self.now().as_secs()).unwrap_or(i64::MAX)
    }
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO)
    }
}

/// Seconds since the epoch as JavaScript's `Date.prototype.toString` has them, and so etsy's StatsD. A
/// time zone other than UTC goes by its abbreviation, where Node writes its name.
///
/// ```
/// use jiff::tz::TimeZone;
/// use statsd_server::clock::javascript_date;
///
/// let date = javascript_date(1_700_049_600, &TimeZone::UTC);
/// assert_eq!(date, "Wed Nov 15 2023 12:00:00 GMT+0000 (Coordinated Universal Time)");
/// ```
pub fn javascript_date(timestamp: i64, zone: &TimeZone) -> String {
    let zoned = Timestamp::from_second(timestamp).unwrap_or_default().to_zoned(zone.clone());
    let date = zoned.strftime("%a %b %d %Y %H:%M:%S GMT%z");
    let zone = zoned.strftime("%Z").to_string();
    let zone = if zone == "UTC" { "Coordinated Universal Time" } else { &zone };
    format!("{date} ({zone})")
}
