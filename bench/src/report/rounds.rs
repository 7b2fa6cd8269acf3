//! Rounds over all cells, and the medians of them.

use std::io::{self, Write as _};

use super::child::{Answer, Children};
use super::instructions;
use super::options::Options;
use crate::contender::Contender;
use crate::measure::{Crowded, Times};
use crate::row::Row;

/// How many rounds, and how long a cell takes in each.
struct Effort {
    rounds: usize,
    millis: usize,
    thread_millis: usize,
    tail_millis: usize,
}

const FULL: Effort = Effort { rounds: 5, millis: 60, thread_millis: 100, tail_millis: 600 };
const QUICK: Effort = Effort { rounds: 1, millis: 4, thread_millis: 10, tail_millis: 10 };

/// The numbers of threads, and the rows that they share.
pub(super) const THREADS: [usize; 3] = [1, 2, 8];
const THREAD_ROWS: [Row; 2] = [Row::CounterHandle, Row::CounterMacro];

const TAIL_ROWS: [Row; 4] = [Row::CounterHandle, Row::CounterMacro, Row::TimingHandle, Row::Event];

/// Everything that was found out, in the order of the table.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) cells: Vec<Cell>,
    pub(super) crowds: Vec<Crowd>,
    pub(super) tails: Vec<Tail>,
}

/// One row of one contender.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) contender: &'static Contender,
    pub(super) row: Row,
    rounds: Vec<Times>,
    pub(super) instructions: Option<f64>,
    /// Heap allocations and system calls of a call, on the caller's thread.
    pub(super) heap: Option<f64>,
    pub(super) syscalls: Option<f64>,
}

impl Cell {
    pub(super) fn median(&self, of: impl Fn(&Times) -> f64) -> f64 {
        median(self.rounds.iter().map(of))
    }

    /// In units of A.
    pub(super) fn in_yardsticks(&self) -> f64 {
        self.median(|times| times.caller / times.yardstick)
    }
}

/// One row of one contender, for each of [`THREADS`].
#[derive(Debug)]
pub(super) struct Crowd {
    pub(super) contender: &'static Contender,
    pub(super) row: Row,
    rounds: [Vec<Crowded>; THREADS.len()],
}

impl Crowd {
    /// Of each number of threads, the round in which they got the most of the machine. On a busy one
    /// threads take turns, and a median would show calls that never met.
    pub(super) fn fullest(&self) -> [Crowded; THREADS.len()] {
        self.rounds.each_ref().map(|rounds| {
            let fullest = rounds.iter().max_by(|a, b| a.cores.total_cmp(&b.cores));
            *fullest.expect("there is a round")
        })
    }
}

/// p50, p99 and p99.9 of single calls, in nanoseconds beyond an empty one's.
#[derive(Debug)]
pub(super) struct Tail {
    pub(super) contender: &'static Contender,
    pub(super) row: Row,
    rounds: Vec<[f64; 3]>,
}

impl Tail {
    pub(super) fn medians(&self) -> [f64; 3] {
        std::array::from_fn(|at| median(self.rounds.iter().map(|round| round[at])))
    }
}

/// Measures everything.
pub(super) fn all(children: &Children, options: &Options) -> Answer<Findings> {
    let effort = if options.quick { QUICK } else { FULL };
    let pairs = |rows: &[Row]| -> Vec<(&'static Contender, Row)> {
        let of_row = |&row: &Row| {
            options
                .contenders()
                .filter_map(move |contender| contender.has(row).then_some((contender, row)))
        };
        rows.iter().flat_map(of_row).collect()
    };
    let mut findings = Findings {
        cells: pairs(&Row::ALL).into_iter().map(cell).collect(),
        crowds: pairs(&THREAD_ROWS).into_iter().map(crowd).collect(),
        tails: pairs(&TAIL_ROWS).into_iter().map(tail).collect(),
    };
    for round in 1..=effort.rounds {
        progress(&format!("round {round} of {}", effort.rounds));
        measure(children, &mut findings, &effort)?;
    }
    if !options.quick {
        count(children, options, &mut findings.cells)?;
    }
    Ok(findings)
}

/// What needs no rounds, because it repeats.
fn count(children: &Children, options: &Options, cells: &mut [Cell]) -> Answer<()> {
    progress("allocations and system calls");
    for cell in &mut *cells {
        cell.heap = Some(children.heap(cell.contender, cell.row)?);
        cell.syscalls = children.syscalls(cell.contender, cell.row)?;
    }
    if children.counts_instructions() {
        progress("instructions");
        let counts = instructions::all(children, options)?;
        for (cell, count) in cells.iter_mut().zip(counts) {
            cell.instructions = Some(count.instructions);
        }
    }
    Ok(())
}

/// One round: every cell once, so that whatever else the machine does meets all alike.
fn measure(children: &Children, findings: &mut Findings, effort: &Effort) -> Answer<()> {
    for cell in &mut findings.cells {
        cell.rounds.push(children.time(cell.contender, cell.row, effort.millis)?);
    }
    for crowd in &mut findings.crowds {
        for (rounds, threads) in crowd.rounds.iter_mut().zip(THREADS) {
            let millis = effort.thread_millis;
            rounds.push(children.threads(crowd.contender, crowd.row, millis, threads)?);
        }
    }
    for tail in &mut findings.tails {
        tail.rounds.push(children.tail(tail.contender, tail.row, effort.tail_millis)?);
    }
    Ok(())
}

fn cell((contender, row): (&'static Contender, Row)) -> Cell {
    Cell { contender, row, rounds: Vec::new(), instructions: None, heap: None, syscalls: None }
}

fn crowd((contender, row): (&'static Contender, Row)) -> Crowd {
    Crowd { contender, row, rounds: Default::default() }
}

fn tail((contender, row): (&'static Contender, Row)) -> Tail {
    Tail { contender, row, rounds: Vec::new() }
}

/// On the error stream, so that the table can be sent elsewhere.
fn progress(what: &str) {
    let _nobody_may_look = writeln!(io::stderr(), "{what}");
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
