//! `whisper update`: points into a file.

use std::io::BufRead as _;

use clap::Args;
use statsd_whisper::{Counts, Point, Whisper};

use super::counted;
use super::moment::Now;
use super::open::{File, Writing, failed};
use crate::cli::Failure;
use crate::cli::terminal::print;

/// Points of standard input that are written at once.
const BATCH_POINTS: usize = 65_536;

/// Bytes of a line of it; a time and a number have less than 60.
const LINE_MAX_BYTES: usize = 1_024;

/// The arguments of `whisper update`.
#[derive(Debug, Args)]
pub(super) struct Update {
    #[command(flatten)]
    file: File,
    /// Points, a N for now: 1772599850:2.5 N:3. Without any, they are read from standard input, a line each.
    #[arg(value_name = "TIMESTAMP:VALUE")]
    points: Vec<String>,
    /// Print what became of them as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    writing: Writing,
    #[command(flatten)]
    now: Now,
}

impl Update {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let now = self.now.seconds();
        // All of them are read before one is written.
        let points = self.points.iter().map(|text| parse(text, now));
        let points = points.collect::<Result<Vec<_>, _>>().map_err(Failure::Input)?;
        let (mut file, _alone) = self.writing.open(&self.file.path)?;
        let mut counts = Counts::default();
        if self.points.is_empty() {
            from_input(&mut file, now, &mut counts)?;
        } else {
            write(&mut file, &points, now, &mut counts)?;
        }
        self.tell(counts)
    }

    fn tell(&self, counts: Counts) -> Result<(), Failure> {
        let Counts { written, superseded, too_old, future } = counts;
        let all = written + superseded + too_old + future;
        let refused = too_old + future;
        if self.json {
            let told = serde_json::json!({
                "written": written, "superseded": superseded, "tooOld": too_old, "future": future,
            });
            print(&format!("{told}\n"))?;
        } else {
            let path = self.file.path.display();
            let shared = if superseded == 0 {
                String::new()
            } else {
                format!(", {superseded} in slots that others of them have")
            };
            print(&format!("{path}: {} written{shared}\n", counted(written, "point")))?;
        }
        if refused == 0 {
            return Ok(());
        }
        Err(Failure::Outside(format!(
            "{}: {refused} of {} refused: {too_old} older than what the file keeps, {future} in the future",
            self.file.path.display(),
            counted(all, "point")
        )))
    }
}

fn from_input(file: &mut Whisper, now: i64, counts: &mut Counts) -> Result<(), Failure> {
    let mut input = std::io::stdin().lock();
    let mut batch = Vec::new();
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let mut limited = std::io::Read::take(&mut input, LINE_MAX_BYTES as u64 + 1);
        let read = limited.read_until(b'\n', &mut line);
        let read = read.map_err(|error| Failure::outside("cannot read standard input", error))?;
        if read == 0 {
            break;
        }
        number += 1;
        let bad =
            |problem: String| Failure::Input(format!("line {number} of standard input: {problem}"));
        if read > LINE_MAX_BYTES {
            return Err(bad(format!("longer than {LINE_MAX_BYTES} bytes")));
        }
        let text = String::from_utf8_lossy(&line);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        batch.push(parse(text, now).map_err(bad)?);
        if batch.len() >= BATCH_POINTS {
            write(file, &batch, now, counts)?;
            batch.clear();
        }
    }
    write(file, &batch, now, counts)
}

fn write(file: &mut Whisper, points: &[Point], now: i64, sum: &mut Counts) -> Result<(), Failure> {
    let counts = file.update_many(points, now).map_err(failed)?;
    sum.written += counts.written;
    sum.superseded += counts.superseded;
    sum.too_old += counts.too_old;
    sum.future += counts.future;
    Ok(())
}

fn parse(text: &str, now: i64) -> Result<Point, String> {
    let bad = || format!("{text:?} is no TIMESTAMP:VALUE");
    let (timestamp, value) = text.split_once(':').ok_or_else(bad)?;
    let timestamp = match timestamp {
        "N" => now,
        // Python takes fractions, and cuts them off.
        digits => digits.split('.').next().unwrap_or_default().parse().map_err(|_| bad())?,
    };
    Ok(Point { timestamp, value: value.parse().map_err(|_| bad())? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_times_and_values() {
        let point = |text| parse(text, 7).map(|point| (point.timestamp, point.value));
        assert_eq!(point("10:2.5"), Ok((10, 2.5)));
        assert_eq!(point("10.9:-1e3"), Ok((10, -1e3)));
        assert_eq!(point("N:3"), Ok((7, 3.0)));
        for bad in ["", "10", "10:", ":1", "x:1", "10:x", "n:1"] {
            assert_eq!(point(bad), Err(format!("{bad:?} is no TIMESTAMP:VALUE")));
        }
    }
}
