//! What the calls cost, beside the system calls that they cannot do without, and beside Python's
//! library where `WHISPER_PYTHON` names an interpreter that has it.
//!
//! Rows are run in turn, round after round, and each says the median of its calls, between the one
//! that a tenth is faster than and the one that a tenth is slower than: what else the machine does
//! meets all of them alike. `cargo bench -p statsd-whisper -- [--rounds N] [--files N]`.

mod floor;
mod library;
mod python;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{env, process};

use statsd_whisper::{AggregationMethod, Retention, Whisper, parse_retentions};

/// Six hours at 10 seconds, a week at a minute, five years at ten minutes.
const RETENTIONS: &str = "10:2160,60:10080,600:262974";

/// A boundary of every step.
const NOW: u32 = 1_772_599_800;

type Outcome = Result<(), Box<dyn Error>>;

/// One thing to measure, done to each file in turn.
struct Row {
    name: &'static str,
    /// What it is to take, in microseconds, where a goal is set.
    goal: Option<f64>,
    run: Box<dyn FnMut(usize) -> Outcome>,
    /// Microseconds, one entry a call: one that was interrupted says nothing about the others.
    took: Vec<f64>,
}

impl Row {
    fn new(
        name: &'static str,
        goal: impl Into<Option<f64>>,
        run: impl FnMut(usize) -> Outcome + 'static,
    ) -> Self {
        Self { name, goal: goal.into(), run: Box::new(run), took: Vec::new() }
    }

    fn round(&mut self, files: usize) -> Outcome {
        for file in 0..files {
            let begun = Instant::now();
            (self.run)(file)?;
            self.took.push(micros(begun.elapsed()));
        }
        Ok(())
    }

    fn report(&mut self) -> Outcome {
        self.took.sort_by(f64::total_cmp);
        let [median, first, last] = [5, 1, 9].map(|tenth| self.took[self.took.len() * tenth / 10]);
        let goal = self.goal.map_or(String::new(), |goal| format!("{goal:.1}"));
        let name = self.name;
        let line = format!("{name:<58} {median:>9.2} {first:>9.2} {last:>9.2} {goal:>6}");
        writeln!(io::stdout(), "{}", line.trim_end())?;
        Ok(())
    }
}

fn micros(took: Duration) -> f64 {
    took.as_secs_f64() * 1e6
}

/// Files with a day of points, so that no slot is the first of its page.
fn prepare(folder: &Path, archives: &[Retention], files: usize) -> Outcome {
    for file in 0..files {
        let path = folder.join(format!("{file}.wsp"));
        let mut file = Whisper::create(path, archives, AggregationMethod::Sum, 0.0)?;
        let points: Vec<_> = (0..2_160)
            .map(|i| i64::from(NOW) - i * 10)
            .map(|timestamp| statsd_whisper::Point { timestamp, value: 1.5 })
            .collect();
        assert_eq!(file.update_many(&points, NOW.into())?.written, points.len());
    }
    Ok(())
}

fn measure(rounds: usize, files: usize) -> Outcome {
    let folder = tempfile::tempdir()?;
    let archives = parse_retentions(RETENTIONS)?;
    prepare(folder.path(), &archives, files)?;
    let mut rows = floor::rows(folder.path(), files)?;
    rows.extend(library::rows(folder.path(), &archives, files)?);
    for _ in 0..rounds {
        for row in &mut rows {
            row.round(files)?;
        }
    }
    writeln!(io::stdout(), "{RETENTIONS}; {files} files, {rounds} rounds; µs a call")?;
    writeln!(
        io::stdout(),
        "{:<58} {:>9} {:>9} {:>9} {:>6}",
        "",
        "median",
        "least",
        "most",
        "goal"
    )?;
    for row in &mut rows {
        row.report()?;
    }
    python::report(folder.path(), files)
}

fn number_after(name: &str, otherwise: usize) -> usize {
    let found = env::args().skip_while(|argument| argument != name).nth(1);
    found.and_then(|number| number.parse().ok()).unwrap_or(otherwise)
}

fn main() {
    if let Err(error) = measure(number_after("--rounds", 15), number_after("--files", 200)) {
        // Nothing is left to be done where this cannot be told.
        let _ = writeln!(io::stderr(), "{error}");
        process::abort();
    }
}
