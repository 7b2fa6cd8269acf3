//! What is measured: a row is some work, and what a server takes for it.

use std::thread;
use std::time::{Duration, Instant};

use crate::contender::{Contender, Running};
use crate::lines::{STEP, lines, now, send};
use crate::process::Cores;

/// How much a cell does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) cores: Cores,
    pub(crate) series: usize,
    /// Points a series where many come at once to be acknowledged only.
    pub(crate) points: usize,
}

/// One piece of work; its figure is CPU time in µs for each series or point of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    pub(crate) measure: fn(&Contender, &Effort) -> Result<f64, String>,
}

pub(crate) const ALL: [Row; 4] = [
    Row { key: "new", title: "a new series, with its first point", measure: new },
    Row { key: "backlog", title: "a point, of 12 a series that came together", measure: backlog },
    Row { key: "paced", title: "a point, one a series a second", measure: paced },
    Row { key: "accepted", title: "a point, until the sender may forget it", measure: accepted },
];

const BACKLOG: usize = 12;

fn new(by: &Contender, effort: &Effort) -> Result<f64, String> {
    let server = by.start(effort.cores)?;
    let text = lines(effort.series, 0..1, now() - STEP);
    let cpu = of(&server, || {
        send(server.line, &text).map_err(|error| error.to_string())?;
        server.wait(effort.series, 1)
    })?;
    Ok(micros(cpu, effort.series))
}

fn backlog(by: &Contender, effort: &Effort) -> Result<f64, String> {
    let (server, start) = with_files(by, effort)?;
    let text = lines(effort.series, 1..1 + BACKLOG, start);
    let cpu = of(&server, || {
        send(server.line, &text).map_err(|error| error.to_string())?;
        server.wait(effort.series, 1 + BACKLOG)
    })?;
    Ok(micros(cpu, effort.series * BACKLOG))
}

/// Every second a point of each series, a step later than the one before.
fn paced(by: &Contender, effort: &Effort) -> Result<f64, String> {
    let (server, start) = with_files(by, effort)?;
    let texts: Vec<Vec<u8>> =
        (1..=BACKLOG).map(|point| lines(effort.series, point..point + 1, start)).collect();
    let cpu = of(&server, || {
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

fn accepted(by: &Contender, effort: &Effort) -> Result<f64, String> {
    let (server, start) = with_files(by, effort)?;
    let start = start - STEP * i64::try_from(effort.points).unwrap_or_default();
    let text = lines(effort.series, 0..effort.points, start);
    let cpu = of(&server, || send(server.line, &text).map_err(|error| error.to_string()))?;
    Ok(micros(cpu, effort.series * effort.points))
}

/// A server that has a file for each series, with a point of the time that is returned.
fn with_files(by: &Contender, effort: &Effort) -> Result<(Running, i64), String> {
    let server = by.start(effort.cores)?;
    let start = now() - STEP * 20;
    let text = lines(effort.series, 0..1, start);
    send(server.line, &text).map_err(|error| error.to_string())?;
    server.wait(effort.series, 1)?;
    Ok((server, start))
}

/// The CPU time that the server takes while something is done.
fn of(server: &Running, work: impl FnOnce() -> Result<(), String>) -> Result<Duration, String> {
    let cpu = || server.process.cpu().map_err(|error| error.to_string());
    let before = cpu()?;
    work()?;
    Ok(cpu()?.saturating_sub(before))
}

fn micros(cpu: Duration, pieces: usize) -> f64 {
    cpu.as_secs_f64() * 1e6 / pieces as f64
}
