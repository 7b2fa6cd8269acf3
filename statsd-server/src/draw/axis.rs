//! Where grid lines stand and what they are called: round numbers and round times.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// Values beyond this, either way, are drawn at it: differences of two must stay finite.
pub(super) const VALUE_MAX: f64 = 1e300;

/// A labelled place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick<T> {
    pub(super) at: T,
    pub(super) label: String,
}

/// Round numbers (1, 2 or 5 times a power of ten apart) from at or below `low` to at or above `high`;
/// about `most` of them, and always two or more.
pub(super) fn values(low: f64, high: f64, most: usize) -> Vec<Tick<f64>> {
    let (low, high) = widen(low, high);
    let step = round_step((high - low) / most.max(1) as f64);
    let (first, last) = ((low / step).floor(), (high / step).ceil());
    let unit = unit(low.abs().max(high.abs()));
    let mut ticks = Vec::new();
    let mut multiple = first;
    while multiple <= last {
        let at = multiple * step;
        let label = if multiple == 0.0 { "0".to_owned() } else { spell(at, step, unit) };
        ticks.push(Tick { at, label });
        multiple += 1.0;
    }
    ticks
}

/// A value in few characters: three digits and a unit.
pub(super) fn short(value: f64) -> String {
    let unit = unit(value.abs());
    if value == 0.0 || unit.is_none() {
        return if value == 0.0 { "0".into() } else { format!("{value:.2e}") };
    }
    let digits = value.abs().log10().floor();
    let text = spell(value, 10_f64.powf(digits - 2.0), unit);
    let letter = text.find(|c: char| c.is_alphabetic()).unwrap_or(text.len());
    let (number, suffix) = text.split_at(letter);
    let number = if number.contains('.') {
        number.trim_end_matches('0').trim_end_matches('.')
    } else {
        number
    };
    format!("{number}{suffix}")
}

/// Room for a line: data that is constant lies in the middle, data near zero shows zero.
fn widen(low: f64, high: f64) -> (f64, f64) {
    let (low, high) = (low.clamp(-VALUE_MAX, VALUE_MAX), high.clamp(-VALUE_MAX, VALUE_MAX));
    let (low, high) = match (low, high) {
        (low, high) if low > 0.0 && low < high / 2.0 => (0.0, high),
        (low, high) if high < 0.0 && high > low / 2.0 => (low, 0.0),
        both => both,
    };
    let size = low.abs().max(high.abs());
    if high - low > (size * 1e-9).max(1e-200) {
        return (low, high);
    }
    let room = if size > 1e-200 { size / 10.0 } else { 1.0 };
    if low == 0.0 { (0.0, room) } else { (low - room, high + room) }
}

fn round_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| raw <= factor * power * 1.000_001);
    factor.unwrap_or(10.0) * power
}

/// The unit in which a value is spelled; `None` for those that only an exponent can tell.
fn unit(size: f64) -> Option<(f64, &'static str)> {
    if size >= 1e18 {
        return None;
    }
    // From which size on, with what scale. Thousandths are clearer as decimals: a load of 0.5, not of 500m.
    let units = [
        (1e15, 1e15, "P"),
        (1e12, 1e12, "T"),
        (1e9, 1e9, "G"),
        (1e6, 1e6, "M"),
        (1e3, 1e3, "k"),
        (1e-3, 1.0, ""),
        (1e-6, 1e-6, "µ"),
        (1e-9, 1e-9, "n"),
    ];
    let fitting = units.into_iter().find(|(from, ..)| size >= *from);
    fitting.map(|(_, scale, suffix)| (scale, suffix))
}

/// The value with as many decimals as tell it from its neighbour one `step` away.
fn spell(value: f64, step: f64, unit: Option<(f64, &str)>) -> String {
    let Some((scale, suffix)) = unit else { return format!("{value:.1e}") };
    let decimals = (0..12).find(|&n| step / scale * 10_f64.powi(n) >= 0.999).unwrap_or(12);
    let decimals = usize::try_from(decimals).unwrap_or(0);
    format!("{:.decimals$}{suffix}", value / scale)
}

/// How far apart times may stand.
#[derive(Debug, Clone, Copy)]
enum Spacing {
    /// Seconds of the local clock, so that six hours are at 0, 6, 12 and 18 o'clock everywhere.
    Seconds(i64),
    /// Calendar months.
    Months(i64),
}

use Spacing::{Months, Seconds};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

const SPACINGS: [Spacing; 28] = [
    Seconds(1),
    Seconds(2),
    Seconds(5),
    Seconds(10),
    Seconds(15),
    Seconds(30),
    Seconds(MINUTE),
    Seconds(2 * MINUTE),
    Seconds(5 * MINUTE),
    Seconds(10 * MINUTE),
    Seconds(15 * MINUTE),
    Seconds(30 * MINUTE),
    Seconds(HOUR),
    Seconds(2 * HOUR),
    Seconds(3 * HOUR),
    Seconds(6 * HOUR),
    Seconds(12 * HOUR),
    Seconds(DAY),
    Seconds(2 * DAY),
    Seconds(7 * DAY),
    Seconds(14 * DAY),
    Months(1),
    Months(3),
    Months(6),
    Months(12),
    Months(60),
    Months(120),
    Months(1_200),
];

/// Round local times within `from..=until`, as close together as `room` characters of labels allow.
pub(super) fn times(from: i64, until: i64, room: usize, zone: &TimeZone) -> Vec<Tick<i64>> {
    let room = i64::try_from(room).unwrap_or(i64::MAX);
    let fits = |spacing: &Spacing| {
        let count = (until - from) / spacing.seconds() + 1;
        count.saturating_mul(spacing.label_chars()) <= room
    };
    let spacing = SPACINGS.into_iter().find(fits).unwrap_or(Months(1_200));
    let mut ticks: Vec<Tick<i64>> = Vec::new();
    let Some(mut local) = local(from, zone).map(|now| spacing.floor(now.datetime())) else {
        return ticks;
    };
    loop {
        let Ok(at) = zone.to_ambiguous_timestamp(local).later() else { return ticks };
        if at.as_second() > until {
            return ticks;
        }
        // Two local times can be one moment where the clocks skip an hour.
        let new = ticks.last().is_none_or(|last| last.at < at.as_second());
        if at.as_second() >= from && new {
            let label = spacing.label(&at.to_zoned(zone.clone()));
            ticks.push(Tick { at: at.as_second(), label });
        }
        let Some(next) = spacing.after(local) else { return ticks };
        local = next;
    }
}

/// A span of time in words for the head of a picture: `2026-03-04 03:53 – 04:53 UTC`.
pub(super) fn span(from: i64, until: i64, zone: &TimeZone) -> String {
    let (Some(from), Some(until)) = (local(from, zone), local(until, zone)) else {
        return String::new();
    };
    let end = if from.date() == until.date() { "%H:%M %Z" } else { "%Y-%m-%d %H:%M %Z" };
    format!("{} – {}", from.strftime("%Y-%m-%d %H:%M"), until.strftime(end))
}

fn local(second: i64, zone: &TimeZone) -> Option<Zoned> {
    Timestamp::from_second(second).ok().map(|at| at.to_zoned(zone.clone()))
}

impl Spacing {
    /// About how long it is.
    fn seconds(self) -> i64 {
        match self {
            Seconds(n) => n,
            Months(n) => n * 30 * DAY,
        }
    }

    /// The label's length and the gap behind it.
    fn label_chars(self) -> i64 {
        match self {
            Seconds(..MINUTE) | Months(..12) => 11,
            Seconds(..DAY) => 8,
            Seconds(_) => 9,
            Months(_) => 7,
        }
    }

    fn label(self, at: &Zoned) -> String {
        let midnight = at.time() == jiff::civil::Time::midnight();
        let format = match self {
            Seconds(..MINUTE) => "%H:%M:%S",
            Seconds(..DAY) if !midnight => "%H:%M",
            Seconds(_) => "%b %-d",
            Months(..12) => "%b %Y",
            Months(_) => "%Y",
        };
        at.strftime(format).to_string()
    }

    /// The round local time at or before this one. Weeks begin on Monday.
    fn floor(self, local: DateTime) -> DateTime {
        let floor = match self {
            Seconds(n) => {
                let monday = Date::constant(1970, 1, 5).at(0, 0, 0, 0);
                let passed = local.duration_since(monday).as_secs();
                local.checked_sub(jiff::SignedDuration::from_secs(passed.rem_euclid(n))).ok()
            }
            Months(n) => month(months(local.date()).div_euclid(n) * n),
        };
        floor.unwrap_or(local)
    }

    fn after(self, local: DateTime) -> Option<DateTime> {
        match self {
            Seconds(n) => local.checked_add(jiff::SignedDuration::from_secs(n)).ok(),
            Months(n) => month(months(local.date()) + n),
        }
    }
}

fn months(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month()) - 1
}

fn month(months: i64) -> Option<DateTime> {
    let year = i16::try_from(months.div_euclid(12)).ok()?;
    let month = i8::try_from(months.rem_euclid(12) + 1).ok()?;
    Some(Date::new(year, month, 1).ok()?.at(0, 0, 0, 0))
}

#[cfg(test)]
mod tests;
