mod damage;
mod faults;
mod life;
mod simulated;
mod simulation;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use self::simulated::SimulatedDisk;
use super::{Entry, Journal, JournalOptions, ReplayReport, Replayed};
use crate::store::index::SeriesId;

const FOLDER: &str = "data/.journal";

#[derive(Debug, Clone, PartialEq)]
struct Point {
    name: String,
    timestamp: u32,
    value: f64,
}

impl Point {
    fn new(name: &str, timestamp: u32, value: f64) -> Self {
        Self { name: name.to_owned(), timestamp, value }
    }

    fn of(replayed: &Replayed<'_>) -> Self {
        Self::new(replayed.name, replayed.timestamp, replayed.value)
    }

    /// Its series' number is the last digit of its name, or 0.
    fn entry(&self) -> Entry<'_> {
        let digit = self.name.chars().last().and_then(|last| last.to_digit(10));
        let series = SeriesId(digit.map_or(0, |digit| digit + 1));
        Entry { series, name: &self.name, timestamp: self.timestamp, value: self.value }
    }
}

/// Six points of three series.
fn points() -> Vec<Point> {
    let point = |number: u32| {
        Point::new(&format!("some.series.{}", number % 3), 100 + number, f64::from(number))
    };
    (0..6).map(point).collect()
}

fn options() -> JournalOptions {
    JournalOptions {
        segment_bytes: 1 << 20,
        max_bytes: 1 << 30,
        sync_interval: Duration::from_millis(1),
    }
}

fn open_with(
    disk: &SimulatedDisk,
    options: JournalOptions,
    each: impl FnMut(Replayed<'_>),
) -> (Journal, ReplayReport) {
    Journal::open(Arc::new(disk.clone()), Path::new(FOLDER), options, each).expect("a journal")
}

fn open(disk: &SimulatedDisk) -> (Journal, ReplayReport, Vec<Point>) {
    let mut replayed = Vec::new();
    let (journal, report) = open_with(disk, options(), |point| replayed.push(Point::of(&point)));
    (journal, report, replayed)
}
