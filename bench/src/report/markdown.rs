//! The findings as the README quotes them: ratios, because nanoseconds are another machine's.

use std::fmt::Write as _;

use super::rounds::{Cell, Findings};
use super::text::amount;
use crate::row::Row;

/// The columns beside ours.
const PEERS: [(&str, &str); 5] = [
    ("metrics-dogstatsd", "`metrics` + dogstatsd exporter"),
    ("cadence-queuing", "`cadence`, queuing"),
    ("cadence-buffered", "`cadence`, buffered"),
    ("statsd", "`statsd`"),
    ("prometheus", "`prometheus`"),
];

pub(super) fn render(findings: &Findings) -> String {
    let mut text = String::from("| a call, on the caller's thread | ours, in A | instructions |");
    for (_, title) in PEERS {
        let _infallible = write!(text, " {title} |");
    }
    text.push_str("\n|---|---|---|---|---|---|---|---|\n");
    for row in Row::ALL {
        let caller = |cell: &Cell| cell.median(|times| times.caller);
        line(&mut text, findings, row, row.title(), caller);
        if row == Row::Event {
            let process = |cell: &Cell| cell.median(|times| times.process);
            line(&mut text, findings, row, "– the whole process, with the kernel", process);
        }
    }
    text.push_str(
        "\nA is one uncontended relaxed `fetch_add` in the same process. A peer's cell says how many \
         times ours it takes.\n",
    );
    threads(&mut text, findings);
    text
}

/// One row: ours in units of A, peers in units of ours.
fn line(
    text: &mut String,
    findings: &Findings,
    row: Row,
    title: &str,
    cost: impl Fn(&Cell) -> f64,
) {
    let cell =
        |key: &str| findings.cells.iter().find(|cell| cell.row == row && cell.contender.key == key);
    let Some(ours) = cell("ours") else { return };
    let yardstick = ours.median(|times| times.yardstick);
    let instructions = ours.instructions.map(|count| format!("{count:.0}")).unwrap_or_default();
    let _infallible =
        write!(text, "| {title} | {} | {instructions} |", amount(cost(ours) / yardstick));
    for (key, _) in PEERS {
        let ratio = cell(key).map(|peer| format!("{} ×", amount(cost(peer) / cost(ours))));
        let _infallible = write!(text, " {} |", ratio.unwrap_or_default());
    }
    text.push('\n');
}

fn threads(text: &mut String, findings: &Findings) {
    text.push_str(
        "\n| threads on one counter, a call's core-time | 1 | 2 | 8 |\n|---|---|---|---|\n",
    );
    for crowd in &findings.threads {
        if crowd.row == Row::CounterHandle {
            let [one, two, eight] = crowd.medians();
            let title = crowd.contender.title;
            let (two, eight) = (two / one, eight / one);
            let _infallible = writeln!(text, "| {title} | 1 | {two:.1} × | {eight:.1} × |");
        }
    }
}
