//! Every cell once a round, so that what the machine does meanwhile falls on all alike.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use super::options::Options;
use crate::contender::Contender;
use crate::process::Cores;
use crate::row::Figure;

/// What the rounds said of a figure.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) figure: Figure,
    /// Contender's key → round → value.
    pub(super) of: BTreeMap<&'static str, BTreeMap<usize, f64>>,
}

/// What all rounds said.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// Row's key → its figures.
    pub(super) rows: BTreeMap<&'static str, Vec<Values>>,
    /// Cells that said nothing, and why.
    pub(super) failures: Vec<String>,
}

/// Measures every row with every server, round after round. A cell that fails ends nothing else.
pub(super) fn all(contenders: &[Contender], options: &Options, cores: Cores) -> Findings {
    let effort = options.effort(cores);
    let mut findings = Findings::default();
    for round in 1..=options.rounds {
        for row in options.rows.iter().filter(|row| round <= row.rounds_max) {
            for contender in contenders {
                let cell = format!("round {round}: {}, {}", row.key, contender.title);
                let _nobody_may_look = writeln!(io::stderr(), "{cell}");
                match (row.measure)(contender, &effort) {
                    Ok(figures) => figures.into_iter().for_each(|figure| {
                        enter(
                            findings.rows.entry(row.key).or_default(),
                            contender.key,
                            round,
                            figure,
                        );
                    }),
                    Err(error) => findings.failures.push(format!("{cell}: {error}")),
                }
            }
        }
    }
    findings
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
