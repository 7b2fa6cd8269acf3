//! The gate: our instruction counts against the limits that are checked in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::child::{Answer, Children};
use super::instructions::{self, Count};
use crate::contender::Contender;
use crate::row::Row;

/// A row's key → the most instructions that a call of ours may take, the loop's included.
type Limits = BTreeMap<String, f64>;

/// Counts the rows that the file limits. Its report; as an error where a count is over its limit.
pub(super) fn check(children: &Children, file: &Path) -> Answer<String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
    let text = fs::read_to_string(file).map_err(|error| named(&error))?;
    let limits: Limits = toml::from_str(&text).map_err(|error| named(&error))?;
    let ours = Contender::named("ours")?;
    let rows: Result<Vec<Row>, String> = limits.keys().map(|key| key.parse()).collect();
    let cells: Vec<_> = rows?.into_iter().map(|row| (ours, row)).collect();
    judge(&instructions::count(children, &cells)?, &limits)
}

fn judge(counts: &[Count], limits: &Limits) -> Answer<String> {
    let mut report = String::from("instructions a call, ours, and the limit\n");
    let mut all_within = true;
    for Count { row, instructions, .. } in counts {
        let limit = limits.get(row.key()).copied().unwrap_or(f64::INFINITY);
        let within = *instructions <= limit;
        all_within &= within;
        let verdict = if within { "" } else { "  over" };
        let key = row.key();
        let _infallible = writeln!(report, "  {key:<20}{instructions:>10.1}{limit:>10}{verdict}");
    }
    if all_within { Ok(report) } else { Err(report) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(instructions: f64) -> Answer<String> {
        let contender = Contender::named("ours").unwrap();
        let counts = [Count { contender, row: Row::CounterHandle, instructions }];
        judge(&counts, &Limits::from([("counter-handle".to_owned(), 10.0)]))
    }

    #[test]
    fn the_limit_itself_is_within() {
        assert!(judged(10.0).unwrap().contains("counter-handle"));
    }

    #[test]
    fn a_count_over_its_limit_fails_and_is_shown() {
        let report = judged(10.2).unwrap_err();
        assert!(report.contains("10.2") && report.contains("over"), "{report}");
    }
}
