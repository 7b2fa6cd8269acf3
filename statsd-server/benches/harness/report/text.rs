//! The findings for a terminal, and as a table for the README.

use std::fmt::Write as _;

use super::options::Options;
use super::rounds::{Finding, Findings, Spread, Values};

/// A contender's key and title.
pub(super) type Column = (&'static str, &'static str);

const OURS: Column = ("ours", "ours");

pub(super) struct Text<'a> {
    pub(super) columns: &'a [Column],
    /// Its key, and what it is called in a ratio.
    pub(super) floor: Column,
    pub(super) options: &'a Options,
}

impl Text<'_> {
    pub(super) fn render(&self, findings: &Findings, notes: &[String]) -> String {
        let mut text = if self.options.markdown { self.head() } else { String::new() };
        for finding in &findings.rows {
            if self.options.markdown {
                for values in finding.figures.iter().filter(|values| !values.figure.is_beside) {
                    self.line(&mut text, finding, values);
                }
            } else {
                let Finding { key, title, rounds, .. } = finding;
                let _infallible = writeln!(text, "\n{title} ({key}), rounds: {rounds}");
                for values in &finding.figures {
                    self.block(&mut text, values, finding.rounds);
                }
            }
        }
        let _infallible = writeln!(
            text,
            "\nMedian [least .. most] of the rounds; a ratio is the median of those within a round."
        );
        if self.options.is_quick {
            text.push_str(
                "\nQuick: less work than the titles say, in one round; not to be quoted.\n",
            );
        }
        for note in notes {
            let _infallible = writeln!(text, "\n{note}");
        }
        text
    }

    fn block(&self, text: &mut String, values: &Values, rounds: usize) {
        let _infallible = writeln!(text, "  {}, {}", values.figure.title, values.figure.unit);
        let width = self.columns.iter().map(|(_, title)| title.chars().count()).max();
        for column in self.columns {
            if let Some(said) = self.said(values, column.0, rounds) {
                let width = width.unwrap_or_default();
                let _infallible = writeln!(text, "    {:<width$} {said}", column.1);
            }
        }
    }

    fn head(&self) -> String {
        let titles: Vec<&str> = self.columns.iter().map(|(_, title)| *title).collect();
        let lines = "--:|".repeat(titles.len() + 1);
        format!("| work | unit | rounds | {} |\n|---|---|{lines}\n", titles.join(" | "))
    }

    fn line(&self, text: &mut String, finding: &Finding, values: &Values) {
        let Finding { title, rounds, .. } = finding;
        let (what, unit) = (values.figure.title, values.figure.unit);
        let _infallible = write!(text, "| {title}: {what} | {unit} | {rounds} |");
        for column in self.columns {
            let said = self.said(values, column.0, *rounds).unwrap_or_default();
            let _infallible = write!(text, " {said} |");
        }
        text.push('\n');
    }

    /// What a contender's cells say, and how that compares.
    fn said(&self, values: &Values, contender: &str, rounds: usize) -> Option<String> {
        let said = values.of.get(contender)?;
        let spread = Spread::of(said.values().copied())?;
        let mut text = spread.text("");
        if said.len() < rounds {
            let _infallible = write!(text, " ({} of {rounds} rounds)", said.len());
        }
        for (key, name) in [self.floor, OURS] {
            let to = values.of.get(key).filter(|_| key != contender && !values.figure.is_beside);
            if let Some(ratio) = to.and_then(|to| Spread::of_ratios(said, to)) {
                let name = format!(" × {name}");
                text.push_str(", ");
                text.push_str(&if self.options.markdown {
                    amount(ratio.median) + &name
                } else {
                    ratio.text(&name)
                });
            }
        }
        Some(text)
    }
}

impl Spread {
    fn text(self, unit: &str) -> String {
        let [median, min, max] = [self.median, self.min, self.max].map(amount);
        format!("{median}{unit} [{min} .. {max}]")
    }
}

/// Three digits.
fn amount(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if size >= 100.0 || size == 0.0 => 0,
        _ if size >= 10.0 => 1,
        _ if size >= 1.0 => 2,
        _ if size >= 0.1 => 3,
        _ => 4,
    };
    format!("{value:.decimals$}")
}
