//! What is measured: a row is some work, and what a server takes for it.

use std::thread;
use std::time::{Duration, Instant};

use crate::contender::{self, By, Contender};
use crate::floor;
use crate::lines::{STEP, lines, now, send};
use crate::process::Cores;
use crate::report::{self, Benchmark, Figure};
use crate::scratch::Scratch;
use crate::server::Running;

/// How much a cell does, and where.
pub(crate) struct Effort {
    pub(crate) cores: Cores,
    pub(crate) scratch: Scratch,
    pub(crate) series: usize,
    /// Points a series where many come at once to be acknowledged only.
    pub(crate) points: usize,
}

type Row = report::Row<Contender, Effort>;

pub(crate) const STORAGE: Benchmark<Contender, Effort> = Benchmark {
    contenders: &contender::ALL,
    rows: &ALL,
    floor: ("bare", "bare calls"),
    effort: |cores, is_quick, notes| {
        let scratch = Scratch::open()?;
        notes.extend(scratch.note());
        let series = if is_quick { 500 } else { 10_000 };
        notes.push(format!("CPU time of a series or point; {series} series, as many files."));
        Ok(Effort { cores, scratch, series, points: 120 })
    },
};

const ALL: [Row; 4] = [
    Row {
        key: "new",
        title: "a new series, with its first point",
        rounds_max: usize::MAX,
        measure: |by, effort| cell(by, effort, "new", new),
    },
    Row {
        key: "backlog",
        title: "a point, of 12 a series that came together",
        rounds_max: usize::MAX,
        measure: |by, effort| cell(by, effort, "backlog", backlog),
    },
    Row {
        key: "paced",
        title: "a point, one a series a second",
        rounds_max: usize::MAX,
        measure: |by, effort| cell(by, effort, "paced", paced),
    },
    Row {
        key: "accepted",
        title: "a point, until the sender may forget it",
        rounds_max: usize::MAX,
        measure: |by, effort| cell(by, effort, "accepted", accepted),
    },
];

/// CPU time in µs for each series or point of a row, by whom it is for.
fn cell(
    by: &Contender,
    effort: &Effort,
    row: &str,
    measure: fn(&Running, &Effort) -> Result<f64, String>,
) -> Result<Vec<Figure>, String> {
    let folder = effort.scratch.folder(&format!("{row}-{}", by.key));
    let folder = folder.map_err(|error| error.to_string())?;
    let micros = match by.by {
        By::Server(server) => measure(&server.start(by.key, effort.cores, &folder)?, effort)?,
        By::Calls(of) => {
            floor::measure(of(row).ok_or("there are no such calls")?, &folder, effort)?
        }
    };
    Ok(vec![Figure::new("CPU time", "µs", micros)])
}

/// Points a series where some come, after a first one.
pub(crate) const BACKLOG: usize = 12;

fn new(server: &Running, effort: &Effort) -> Result<f64, String> {
    let text = lines(effort.series, 0..1, now() - STEP);
    let cpu = of(server, || {
        send(server.line, &text).map_err(|error| error.to_string())?;
        server.wait(effort.series, 1)
    })?;
    Ok(micros(cpu, effort.series))
}

fn backlog(server: &Running, effort: &Effort) -> Result<f64, String> {
    let start = with_files(server, effort)?;
    let text = lines(effort.series, 1..1 + BACKLOG, start);
    let cpu = of(server, || {
        send(server.line, &text).map_err(|error| error.to_string())?;
        server.wait(effort.series, 1 + BACKLOG)
    })?;
    Ok(micros(cpu, effort.series * BACKLOG))
}

/// Every second a point of each series, a step later than the one before.
fn paced(server: &Running, effort: &Effort) -> Result<f64, String> {
    let start = with_files(server, effort)?;
    let texts: Vec<Vec<u8>> =
        (1..=BACKLOG).map(|point| lines(effort.series, point..point + 1, start)).collect();
    let cpu = of(server, || {
        let began = Instant::now();
        for (text, due) in texts.iter().zip(0..) {
            let due = Duration::from_secs(due);
            thread::park_timeout(due.saturating_sub(began.elapsed()));
            send(server.line, text).map_err(|error| error.to_string())?;
        }
        server.wait(effort.series, 1 + BACKLOG)
    })?;
    Ok(micros(cpu, effort.series * BACKLOG))
}

fn accepted(server: &Running, effort: &Effort) -> Result<f64, String> {
    let start = with_files(server, effort)?;
    let start = start - STEP * i64::try_from(effort.points).unwrap_or_default();
    let text = lines(effort.series, 0..effort.points, start);
    let cpu = of(server, || send(server.line, &text).map_err(|error| error.to_string()))?;
    Ok(micros(cpu, effort.series * effort.points))
}

/// Has a file made for each series, with a point of the time that is returned.
fn with_files(server: &Running, effort: &Effort) -> Result<i64, String> {
    let start = now() - STEP * 20;
    let text = lines(effort.series, 0..1, start);
    send(server.line, &text).map_err(|error| error.to_string())?;
    server.wait(effort.series, 1)?;
    Ok(start)
}

/// The CPU time that the server takes while something is done.
fn of(server: &Running, work: impl FnOnce() -> Result<(), String>) -> Result<Duration, String> {
    let cpu = || server.process.cpu().map_err(|error| error.to_string());
    let before = cpu()?;
    work()?;
    Ok(cpu()?.saturating_sub(before))
}

pub(crate) fn micros(cpu: Duration, pieces: usize) -> f64 {
    cpu.as_secs_f64() * 1e6 / pieces as f64
}
