//! Instructions of a call, by callgrind. They repeat, so they are what a gate can hold.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{available_parallelism, scope};

use super::child::{Answer, Children};
use super::options::Options;
use crate::contender::Contender;
use crate::row::Row;

/// One row of one contender.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) contender: &'static Contender,
    pub(super) row: Row,
    pub(super) instructions: f64,
}

/// Every cell, in the order of the table.
pub(super) fn all(children: &Children, options: &Options) -> Answer<Vec<Count>> {
    let mut cells = Vec::new();
    for row in Row::ALL {
        let has = options.contenders().filter(|contender| contender.has(row));
        cells.extend(has.map(|contender| (contender, row)));
    }
    count(children, &cells)
}

/// The counts of some cells, in their order; as many at a time as there are cores.
pub(super) fn count(
    children: &Children,
    cells: &[(&'static Contender, Row)],
) -> Answer<Vec<Count>> {
    if !children.counts_instructions() {
        return Err("instructions are counted by valgrind, which is not installed".into());
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut counts = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(contender, row)) = cells.get(at) else { break };
            let instructions = children.instructions(contender, row);
            counts.push((
                at,
                instructions.map(|found| Count { contender, row, instructions: found }),
            ));
        }
        counts
    };
    let mut counts = scope(|scope| {
        let cores = available_parallelism().map_or(1, usize::from);
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let results = workers.into_iter().map(|worker| worker.join().expect("no work panics"));
        results.flatten().collect::<Vec<_>>()
    });
    counts.sort_by_key(|(at, _)| *at);
    counts.into_iter().map(|(_, count)| count).collect()
}

pub(super) fn render(counts: &[Count]) -> String {
    let mut text =
        String::from("instructions a call on the caller's thread, the loop's 2 included\n");
    for row in Row::ALL {
        let mut of_row = counts.iter().filter(|count| count.row == row).peekable();
        if of_row.peek().is_some() {
            let _infallible = writeln!(text, "\n{} ({row})", row.title());
        }
        for count in of_row {
            let (title, found) = (count.contender.title, count.instructions);
            let _infallible = writeln!(text, "  {title:<36}{found:>10.1}");
        }
    }
    text
}
