//! Round after round over all rows and servers, and what came of it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::contender::{self, Contender};
use crate::process::Cores;
use crate::row::{self, Effort, Row};

/// Row's and contender's key → what the rounds said.
type Findings = BTreeMap<(&'static str, &'static str), Vec<f64>>;

struct Options {
    rows: Vec<Row>,
    rounds: usize,
    markdown: bool,
    is_quick: bool,
}

/// Does what the command line's words ask for.
pub(crate) fn run(words: &[String], out: &mut impl io::Write) -> Result<(), String> {
    let options = Options::read(words)?;
    let cores = Cores::divide().map_err(|error| error.to_string())?;
    let mut notes = Vec::new();
    if !cores.are_two() {
        notes.push("The server shares its core with the load: these figures mean nothing.".into());
    }
    if options.is_quick {
        notes.push("Quick: few series in one round; not to be quoted.".into());
    }
    let here: Vec<Contender> = contender::ALL
        .into_iter()
        .filter(|contender| match (contender.find)() {
            Ok(_) => !(options.is_quick && contender.key == "ours"),
            Err(reason) => {
                notes.push(format!("{} is left out: {reason}", contender.title));
                false
            }
        })
        .collect();
    let (findings, failures) = all(&here, &options, cores);
    let text = render(&findings, &here, &notes, &options);
    out.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

impl Options {
    fn read(words: &[String]) -> Result<Self, String> {
        let mut options = Self { rows: Vec::new(), rounds: 5, markdown: false, is_quick: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--quick" => (options.rounds, options.is_quick) = (1, true),
                "--markdown" => options.markdown = true,
                "--row" => {
                    let key = value()?;
                    let row = row::ALL.into_iter().find(|row| row.key == key);
                    options.rows.push(row.ok_or_else(|| {
                        let keys = row::ALL.map(|row| row.key).join(", ");
                        format!("there is no row `{key}`; there are {keys}")
                    })?);
                }
                "--rounds" => {
                    let word = value()?;
                    let rounds = word.parse().ok().filter(|&rounds| rounds > 0);
                    options.rounds =
                        rounds.ok_or_else(|| format!("`{word}` is no number of rounds"))?;
                }
                _ => return Err(format!("`{word}` is not known")),
            }
        }
        if options.rows.is_empty() {
            options.rows = row::ALL.to_vec();
        }
        Ok(options)
    }
}

/// Every cell once a round, so that what the machine does meanwhile falls on all alike.
fn all(contenders: &[Contender], options: &Options, cores: Cores) -> (Findings, Vec<String>) {
    let effort = if options.is_quick {
        Effort { cores, series: 500, points: 120 }
    } else {
        Effort { cores, series: 10_000, points: 120 }
    };
    let (mut findings, mut failures) = (Findings::new(), Vec::new());
    for round in 1..=options.rounds {
        for row in &options.rows {
            for contender in contenders {
                let cell = format!("round {round}: {}, {}", row.key, contender.title);
                let _nobody_may_look = writeln!(io::stderr(), "{cell}");
                match (row.measure)(contender, &effort) {
                    Ok(value) => {
                        findings.entry((row.key, contender.key)).or_default().push(value);
                    }
                    Err(error) => failures.push(format!("{cell}: {error}")),
                }
            }
        }
    }
    (findings, failures)
}

fn render(
    findings: &Findings,
    contenders: &[Contender],
    notes: &[String],
    options: &Options,
) -> String {
    let mut text = String::new();
    if options.markdown {
        let titles: Vec<&str> = contenders.iter().map(|contender| contender.title).collect();
        let _infallible = writeln!(text, "| CPU time, µs | {} |", titles.join(" | "));
        let _infallible = writeln!(text, "|---|{}", "--:|".repeat(contenders.len()));
    }
    for row in &options.rows {
        if options.markdown {
            let cell = |contender: &Contender| said(findings, row, contender).unwrap_or_default();
            let cells: Vec<String> = contenders.iter().map(cell).collect();
            let _infallible = writeln!(text, "| {} | {} |", row.title, cells.join(" | "));
            continue;
        }
        let _infallible = writeln!(text, "\n{} ({}), µs", row.title, row.key);
        for contender in contenders {
            if let Some(said) = said(findings, row, contender) {
                let _infallible = writeln!(text, "  {:<32} {said}", contender.title);
            }
        }
    }
    for note in notes {
        let _infallible = writeln!(text, "\n{note}");
    }
    text
}

/// The median with the least and the most, and the median of the rounds' ratios to ours.
fn said(findings: &Findings, row: &Row, contender: &Contender) -> Option<String> {
    let values = findings.get(&(row.key, contender.key))?;
    let (median, min, max) = spread(values.iter().copied())?;
    let mut text = format!("{median:.2} [{min:.2} .. {max:.2}]");
    if contender.key != "ours"
        && let Some(ours) = findings.get(&(row.key, "ours"))
        && let Some((ratio, ..)) = spread(values.iter().zip(ours).map(|(value, our)| value / our))
    {
        let _infallible = write!(text, ", {ratio:.2} ×");
    }
    Some(text)
}

fn spread(values: impl Iterator<Item = f64>) -> Option<(f64, f64, f64)> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    Some((*sorted.get(sorted.len() / 2)?, *sorted.first()?, *sorted.last()?))
}
