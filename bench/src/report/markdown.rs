//! The findings as the README quotes them: ratios, because nanoseconds are another machine's.

use std::fmt::Write as _;

use super::rounds::{Cell, Findings};
use super::text::amount;
use crate::row::Row;

const OURS: &str = "ours";

/// One table of rows: the columns beside ours, by the contender's key.
struct Table {
    what: &'static str,
    /// In A. What a row cannot do without, where that differs from row to row.
    floors: &'static [(&'static str, Floor)],
    /// As so many times ours.
    peers: &'static [(&'static str, &'static str)],
}

type Floor = fn(Row) -> Option<&'static str>;

const CALLS: Table = Table {
    what: "a call, on the caller's thread",
    floors: &[("floor", floor)],
    peers: &[
        ("metrics-dogstatsd", "`metrics`, dogstatsd exporter"),
        ("cadence-queuing", "`cadence`, queuing"),
        ("cadence-buffered", "`cadence`, buffered"),
        ("statsd", "`statsd`"),
        ("prometheus", "`prometheus`"),
    ],
};

const FUNCTIONS: Table = Table {
    what: "a call of a function with attributes",
    floors: &[
        ("the function alone", |_| Some("function")),
        ("two clock reads around it", |_| Some("clock")),
    ],
    peers: &[
        ("tracing", "`tracing`, no subscriber"),
        ("fastrace", "`fastrace`"),
        ("autometrics", "`autometrics`, dogstatsd exporter"),
    ],
};

/// The rows of the second table.
const ANNOTATED: [Row; 3] = [Row::AttributeCount, Row::AttributeBoth, Row::AttributeOff];

/// Whose single calls are quoted.
const TAILS: [(Row, &[&str]); 2] = [
    (Row::CounterHandle, &[OURS, "metrics-dogstatsd", "cadence-queuing", "cadence-buffered"]),
    (Row::Event, &[OURS, "cadence-queuing", "cadence-buffered"]),
];

pub(super) fn render(findings: &Findings) -> String {
    let mut text = String::new();
    let caller = |cell: &Cell| cell.median(|times| times.caller);
    CALLS.head(&mut text);
    for row in Row::ALL.into_iter().filter(|row| !ANNOTATED.contains(row)) {
        CALLS.line(&mut text, findings, row, row.title(), caller);
        if row == Row::Event {
            let process = |cell: &Cell| cell.median(|times| times.process);
            let title = "– the whole process, with the kernel";
            let table = Table { floors: &[("", |_| Some("send"))], ..CALLS };
            table.line(&mut text, findings, row, title, process);
        }
    }
    text.push('\n');
    FUNCTIONS.head(&mut text);
    for row in ANNOTATED {
        FUNCTIONS.line(&mut text, findings, row, row.title(), caller);
    }
    text.push_str(
        "\nOurs and the floor (the least that the machine could do for the same) are in units of A, one \
         uncontended relaxed `fetch_add` in the same process. A peer's cell says how many times ours it \
         takes.\n",
    );
    threads(&mut text, findings);
    tails(&mut text, findings);
    text
}

/// What a row cannot do without. For a call that goes nowhere it is what `tracing` takes for one.
fn floor(row: Row) -> Option<&'static str> {
    match row {
        Row::CounterHandle | Row::GaugeHandle => Some("slot"),
        Row::CounterRate => Some("thread-local"),
        Row::Event => Some("hand-over"),
        Row::NoClient => Some("tracing"),
        _ => None,
    }
}

impl Table {
    fn head(&self, text: &mut String) {
        let _infallible = write!(text, "| {} | ours | instructions |", self.what);
        let titles = || {
            self.floors
                .iter()
                .map(|(title, _)| title)
                .chain(self.peers.iter().map(|(_, title)| title))
        };
        for title in titles() {
            let _infallible = write!(text, " {title} |");
        }
        text.push_str("\n|---|--:|--:|");
        for _ in titles() {
            text.push_str("--:|");
        }
        text.push('\n');
    }

    /// One row; nothing where ours was not measured.
    fn line(
        &self,
        text: &mut String,
        findings: &Findings,
        row: Row,
        title: &str,
        cost: impl Fn(&Cell) -> f64,
    ) {
        let cell = |key: &str| {
            findings.cells.iter().find(|cell| cell.row == row && cell.contender.key == key)
        };
        let Some(ours) = cell(OURS) else { return };
        let yardsticks = |cell: &Cell| {
            format!("{} A", amount(cost(cell) / cell.median(|times| times.yardstick)))
        };
        let instructions = ours.instructions.map(|count| format!("{count:.0}")).unwrap_or_default();
        let _infallible = write!(text, "| {title} | {} | {instructions} |", yardsticks(ours));
        for (_, floor) in self.floors {
            let floor = floor(row).and_then(cell).map(yardsticks);
            let _infallible = write!(text, " {} |", floor.unwrap_or_default());
        }
        for (key, _) in self.peers {
            let ratio = cell(key).map(|peer| format!("{} ×", amount(cost(peer) / cost(ours))));
            let _infallible = write!(text, " {} |", ratio.unwrap_or_default());
        }
        text.push('\n');
    }
}

fn threads(text: &mut String, findings: &Findings) {
    let of_row = || findings.crowds.iter().filter(|crowd| crowd.row == Row::CounterHandle);
    let Some(ours) = of_row().find(|crowd| crowd.contender.key == OURS) else { return };
    let at_two = ours.fullest()[1].nanos;
    text.push_str(
        "\n| threads on one counter: core-time of a call | 2, to its own at 1 | 8, to its own at 1 \
         | 2, to ours |\n|---|--:|--:|--:|\n",
    );
    for crowd in of_row() {
        let [one, two, eight] = crowd.fullest().map(|at| at.nanos);
        let (title, two_to_one, eight_to_one) = (crowd.contender.title, two / one, eight / one);
        let to_ours = amount(two / at_two);
        let _infallible =
            writeln!(text, "| {title} | {two_to_one:.1} × | {eight_to_one:.1} × | {to_ours} × |");
    }
}

fn tails(text: &mut String, findings: &Findings) {
    text.push_str(
        "\n| single calls under load: ns beyond an empty one's | p50 | p99 | p99.9 |\n\
         |---|--:|--:|--:|\n",
    );
    for (row, contenders) in TAILS {
        let quoted = |key: &str| contenders.contains(&key);
        let of_row = findings.tails.iter().filter(|tail| tail.row == row);
        for tail in of_row.filter(|tail| quoted(tail.contender.key)) {
            let [p50, p99, p999] = tail.medians();
            let (title, row) = (tail.contender.title, row.title());
            let _infallible =
                writeln!(text, "| {title}: {row} | {p50:.0} | {p99:.0} | {p999:.0} |");
        }
    }
}
