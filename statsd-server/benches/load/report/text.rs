//! The findings for a terminal, and as a table for the README.

use std::fmt::Write as _;

use super::options::Options;
use super::rounds::{Findings, Spread, Values};
use crate::contender::Contender;

const OURS: &str = "ours";
const FLOOR: &str = "loop";

pub(super) fn render(
    findings: &Findings,
    contenders: &[Contender],
    notes: &[String],
    options: &Options,
) -> String {
    let mut text = String::new();
    if options.markdown {
        head(&mut text, contenders);
    }
    for row in &options.rows {
        let Some(figures) = findings.rows.get(row.key) else { continue };
        if options.markdown {
            for values in figures.iter().filter(|values| !values.figure.is_beside) {
                line(&mut text, row.title, values, contenders);
            }
        } else {
            let _infallible = writeln!(text, "\n{} ({})", row.title, row.key);
            for values in figures {
                block(&mut text, values, contenders);
            }
        }
    }
    for note in notes {
        let _infallible = writeln!(text, "\n{note}");
    }
    text
}

fn block(text: &mut String, values: &Values, contenders: &[Contender]) {
    let _infallible = writeln!(text, "  {}, {}", values.figure.title, values.figure.unit);
    for contender in contenders {
        let Some(said) = values.of.get(contender.key) else { continue };
        let Some(Spread { median, min, max }) = Spread::of(said.values().copied()) else {
            continue;
        };
        let _infallible = write!(
            text,
            "    {:<14} {:>9} [{} .. {}]",
            contender.title,
            amount(median),
            amount(min),
            amount(max)
        );
        for (other, title) in [(FLOOR, "the loop"), (OURS, "ours")] {
            let to =
                values.of.get(other).filter(|_| other != contender.key && !values.figure.is_beside);
            if let Some(ratio) = to.and_then(|to| Spread::of_ratios(said, to)) {
                let _infallible = write!(
                    text,
                    "   {} × {title} [{} .. {}]",
                    amount(ratio.median),
                    amount(ratio.min),
                    amount(ratio.max)
                );
            }
        }
        text.push('\n');
    }
}

fn head(text: &mut String, contenders: &[Contender]) {
    text.push_str("| work | unit |");
    for contender in contenders {
        let _infallible = write!(text, " {} |", contender.title);
    }
    text.push_str("\n|---|---|");
    text.push_str(&"--:|".repeat(contenders.len()));
    text.push('\n');
}

fn line(text: &mut String, row: &str, values: &Values, contenders: &[Contender]) {
    let _infallible = write!(text, "| {row}: {} | {} |", values.figure.title, values.figure.unit);
    for contender in contenders {
        let cell = values.of.get(contender.key).and_then(|said| {
            let Spread { median, min, max } = Spread::of(said.values().copied())?;
            let spread = format!("{} [{} .. {}]", amount(median), amount(min), amount(max));
            let ours = values.of.get(OURS).filter(|_| contender.key != OURS);
            let ratio = ours.and_then(|ours| Spread::of_ratios(said, ours));
            let ratio = ratio.map(|ratio| format!(", {} ×", amount(ratio.median)));
            Some(spread + &ratio.unwrap_or_default())
        });
        let _infallible = write!(text, " {} |", cell.unwrap_or_default());
    }
    text.push('\n');
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
