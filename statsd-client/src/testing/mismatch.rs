//! What a failing assertion says: what was expected, and what was seen.

use std::error::Error;
use std::fmt;

use super::nearest::{Nearest, ROWS_MAX, Row, in_columns, number_of, on_one_line};
use super::times::times_word;
use super::{Expectation, Seen};

/// Calls that are shown below one of several expectations.
const ROWS_OF_SEVERAL_MAX: usize = 5;

/// What was expected of the calls, and was not so. It displays what a failing assertion prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    text: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Mismatch {}

/// Where calls left the order that was expected.
pub(super) struct Order {
    /// The calls that are expected at all.
    pub(super) expected: Vec<usize>,
    /// How many of those are where they should be.
    pub(super) stuck_at: usize,
    /// The expectation whose turn it was; `None`: more came after the last one.
    pub(super) missing: Option<usize>,
}

impl Mismatch {
    /// For expectations of which each has `counts` calls, and at least one has too few or too many.
    pub(super) fn of_counts(
        seen: &Seen,
        expectations: &[Expectation<'_>],
        counts: &[usize],
    ) -> Self {
        let met: Vec<bool> =
            expectations.iter().zip(counts).map(|(e, &count)| e.times.allow(count)).collect();
        let nearest = |at: usize| {
            let to = &expectations[at];
            Nearest { seen, to, is_too_many: counts[at] > to.times.most }
        };
        let line = |at: usize| {
            let (expectation, seen) = (&expectations[at], times_word(counts[at]));
            let said = on_one_line(&expectation.to_string(), usize::MAX);
            format!("expected {}, seen {seen}: {said}", expectation.times)
        };
        if expectations.len() == 1 {
            return Self { text: format!("{}\n\n{}", line(0), nearest(0)) };
        }
        let failed = met.iter().filter(|met| !**met).count();
        let are = if failed == 1 { "is" } else { "are" };
        let mut lines = vec![format!("{failed} of {} expectations {are} not met:", met.len())];
        let mut unlike_all = None;
        for (at, &met) in met.iter().enumerate() {
            lines.push(format!("  {} {}", if met { '✓' } else { '✗' }, line(at)));
            if !met {
                let related = nearest(at).related(ROWS_OF_SEVERAL_MAX);
                if related.is_empty() {
                    unlike_all = unlike_all.or(Some(at));
                }
                lines.extend(in_columns(&related).map(|row| format!("        {row}")));
            }
        }
        if let Some(at) = unlike_all {
            lines.push(format!("\n{}", nearest(at)));
        }
        Self { text: lines.join("\n") }
    }

    /// For expectations that did not come in their order.
    pub(super) fn of_order(seen: &Seen, expectations: &[Expectation<'_>], order: &Order) -> Self {
        let mut lines = vec!["expected in this order:".to_owned()];
        lines.extend(expectations.iter().enumerate().map(|(at, expectation)| {
            let said = on_one_line(&expectation.to_string(), usize::MAX);
            format!("    {}  {}: {said}", at + 1, expectation.times)
        }));
        lines.push(format!("\nseen in this order, of {}:", number_of(seen.len())));
        let first = order.stuck_at.saturating_sub(ROWS_MAX / 2);
        if first > 0 {
            lines.push(format!("    … {} before", number_of(first)));
        }
        let wanted = order.missing.map_or("nothing more".into(), |at| (at + 1).to_string());
        let note = |place| {
            let is_stuck = place == order.stuck_at;
            if is_stuck { format!("← expected {wanted} here") } else { String::new() }
        };
        let mut rows = Vec::new();
        for (place, &call) in order.expected.iter().enumerate().skip(first).take(ROWS_MAX) {
            let call = &seen[call];
            let numbers = (0..expectations.len()).filter(|&at| expectations[at].matches(call));
            let numbers: Vec<_> = numbers.map(|at| (at + 1).to_string()).collect();
            let text = format!("{}  {}", numbers.join(","), Row::text_of(call));
            rows.push(Row { text, note: note(place), calls: 1 });
        }
        if order.stuck_at == order.expected.len() {
            let note = note(order.stuck_at);
            rows.push(Row { text: "(the end)".into(), note, calls: 1 });
        }
        lines.extend(in_columns(&rows).map(|row| format!("    {row}")));
        let rest = order.expected.len().saturating_sub(first + ROWS_MAX);
        if rest > 0 {
            lines.push(format!("    … and {} after", number_of(rest)));
        }
        if let Some(missing) = order.missing.map(|at| &expectations[at])
            && !seen.iter().any(|call| missing.matches(call))
        {
            lines.push(format!("\n{}", Nearest { seen, to: missing, is_too_many: false }));
        }
        Self { text: lines.join("\n") }
    }
}
