//! Every cell once a round, so that what the machine does meanwhile falls on all alike.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use super::options::Options;
use crate::contender::Contender;
use crate::process::Cores;
use crate::row::{Effort, Figure};

/// What the rounds said of a figure.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) figure: Figure,
    /// Contender's key → one value a round.
    pub(super) of: BTreeMap<&'static str, Vec<f64>>,
}

/// Row's key → its figures.
pub(super) type Findings = BTreeMap<&'static str, Vec<Values>>;

pub(super) fn all(
    contenders: &[Contender],
    options: &Options,
    cores: Cores,
) -> Result<Findings, String> {
    let effort = Effort { time: options.time, cores };
    let mut findings = Findings::new();
    for round in 1..=options.rounds {
        for row in &options.rows {
            for contender in contenders {
                let at = format!("{}, {}", row.key, contender.title);
                let _nobody_may_look =
                    writeln!(io::stderr(), "round {round} of {}: {at}", options.rounds);
                let said = (row.measure)(contender, &effort);
                let figures = said.map_err(|error| format!("{at}: {error}"))?;
                for figure in figures {
                    enter(findings.entry(row.key).or_default(), contender.key, figure);
                }
            }
        }
    }
    Ok(findings)
}

fn enter(values: &mut Vec<Values>, contender: &'static str, figure: Figure) {
    let known = values.iter().position(|values| values.figure.title == figure.title);
    let at = known.unwrap_or_else(|| {
        values.push(Values { figure, of: BTreeMap::new() });
        values.len() - 1
    });
    values[at].of.entry(contender).or_default().push(figure.value);
}

/// The middle one, and the outer ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spread {
    pub(super) median: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Spread {
    pub(super) fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        Some(Self { median: sorted[sorted.len() / 2], min, max })
    }

    /// Of the ratios, each within a round.
    pub(super) fn of_ratios(values: &[f64], to: &[f64]) -> Option<Self> {
        let ratios: Vec<_> = values.iter().zip(to).map(|(value, to)| value / to).collect();
        Self::of(&ratios)
    }
}
