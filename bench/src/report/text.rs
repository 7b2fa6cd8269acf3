//! The findings as a table for a terminal.

use std::fmt::Write as _;

use super::rounds::{Cell, Findings};
use crate::row::Row;

pub(super) fn render(findings: &Findings) -> String {
    let mut text = String::from(
        "CPU time of a call on the caller's thread: nanoseconds, and in units of A, a relaxed \
         `fetch_add` in the same process.\nProcess: all threads, the kernel included. Heap and kernel: \
         allocations and system calls of the caller's thread.\n",
    );
    for row in Row::ALL {
        let cells: Vec<&Cell> = findings.cells.iter().filter(|cell| cell.row == row).collect();
        if !cells.is_empty() {
            calls(&mut text, row, &cells);
        }
    }
    text.push_str(
        "\ncore-nanoseconds of a call on one metric; in brackets how many cores the threads got\n",
    );
    line(&mut text, "", ["1 thread", "", "2 threads", "", "8 threads", "", "2 : 1", "8 : 1"]);
    for crowd in &findings.crowds {
        let [one, two, eight] = crowd.fullest();
        let columns = [one, two, eight].map(|at| [amount(at.nanos), format!("({:.1})", at.cores)]);
        let growth = [two, eight].map(|at| format!("{:.1} x", at.nanos / one.nanos));
        let title = format!("{}, {}", crowd.contender.title, crowd.row);
        let columns: Vec<String> = columns.into_iter().flatten().chain(growth).collect();
        line(&mut text, &title, columns);
    }
    text.push_str("\nsingle calls under load, nanoseconds beyond an empty one's\n");
    line(&mut text, "", ["p50", "p99", "p99.9"]);
    for tail in &findings.tails {
        let title = format!("{}, {}", tail.contender.title, tail.row);
        line(&mut text, &title, tail.medians().map(amount));
    }
    text
}

fn calls(text: &mut String, row: Row, cells: &[&Cell]) {
    let _infallible = writeln!(text, "\n{} ({row})", row.title());
    line(text, "", ["ns", "A", "process ns", "instr.", "heap", "kernel", "to ours", "lost"]);
    let ours = cells[0].median(|times| times.caller);
    for (at, cell) in cells.iter().enumerate() {
        let caller = cell.median(|times| times.caller);
        let lost = cell.median(|times| times.lost);
        line(
            text,
            cell.contender.title,
            [
                amount(caller),
                amount(cell.in_yardsticks()),
                amount(cell.median(|times| times.process)),
                cell.instructions.map(|count| format!("{count:.0}")).unwrap_or_default(),
                cell.heap.map(rare).unwrap_or_default(),
                cell.syscalls.map(rare).unwrap_or_default(),
                if at == 0 { String::new() } else { format!("{} x", amount(caller / ours)) },
                if lost == 0.0 { String::new() } else { format!("{:.1} %", lost * 100.0) },
            ],
        );
    }
}

fn line(text: &mut String, title: &str, columns: impl IntoIterator<Item: AsRef<str>>) {
    let _infallible = write!(text, "  {title:<48}");
    for column in columns {
        let _infallible = write!(text, "{:>11}", column.as_ref());
    }
    text.push('\n');
}

/// Two or three figures; more would say more than was measured.
pub(super) fn amount(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}

/// How often a call does what it should never do.
fn rare(value: f64) -> String {
    match value {
        value if value < 5e-5 => "0".into(),
        value if value < 0.1 => format!("{value:.4}"),
        value => format!("{value:.2}"),
    }
}
