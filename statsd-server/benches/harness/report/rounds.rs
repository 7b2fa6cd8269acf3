//! Every cell once a round, so that what the machine does meanwhile falls on all alike.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use super::{Contender, Figure, Row};

/// What the rounds said of a figure.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) figure: Figure,
    /// Contender's key → round → value.
    pub(super) of: BTreeMap<&'static str, BTreeMap<usize, f64>>,
}

/// What they said of a row.
#[derive(Debug)]
pub(super) struct Finding {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    pub(super) rounds: usize,
    pub(super) figures: Vec<Values>,
}

/// What all rounds said.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) rows: Vec<Finding>,
    /// Cells that said nothing, and why.
    pub(super) failures: Vec<String>,
}

/// What is to be done.
pub(super) struct Rounds<'a, C, E> {
    pub(super) contenders: &'a [&'a C],
    pub(super) rows: Vec<&'a Row<C, E>>,
    pub(super) effort: &'a E,
    pub(super) times: usize,
}

impl<C: Contender, E> Rounds<'_, C, E> {
    /// Measures every row with every contender, round after round. A cell that fails ends nothing else.
    pub(super) fn all(&self) -> Findings {
        let rounds = |row: &Row<C, E>| row.rounds_max.min(self.times);
        let rows = self.rows.iter().map(|row| Finding {
            key: row.key,
            title: row.title,
            rounds: rounds(row),
            figures: Vec::new(),
        });
        let mut findings = Findings { rows: rows.collect(), failures: Vec::new() };
        for round in 1..=self.times {
            for (row, finding) in self.rows.iter().zip(&mut findings.rows) {
                if round > finding.rounds {
                    continue;
                }
                for contender in self.contenders.iter().filter(|by| by.does(row.key)) {
                    let cell = format!("round {round}: {}, {}", row.key, contender.title());
                    let _nobody_may_look = writeln!(io::stderr(), "{cell}");
                    match (row.measure)(contender, self.effort) {
                        Ok(figures) => figures.into_iter().for_each(|figure| {
                            enter(&mut finding.figures, contender.key(), round, figure);
                        }),
                        Err(error) => findings.failures.push(format!("{cell}: {error}")),
                    }
                }
            }
        }
        findings
    }
}

fn enter(values: &mut Vec<Values>, contender: &'static str, round: usize, figure: Figure) {
    let known = values.iter().position(|values| values.figure.title == figure.title);
    let at = known.unwrap_or_else(|| {
        values.push(Values { figure, of: BTreeMap::new() });
        values.len() - 1
    });
    values[at].of.entry(contender).or_default().insert(round, figure.value);
}

/// The middle one, and the outer ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Spread {
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<_> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        Some(Self { median: sorted[sorted.len() / 2], min, max })
    }

    /// Of the ratios, each within a round.
    pub(super) fn of_ratios(
        values: &BTreeMap<usize, f64>,
        to: &BTreeMap<usize, f64>,
    ) -> Option<Self> {
        Self::of(values.iter().filter_map(|(round, value)| Some(value / to.get(round)?)))
    }
}
