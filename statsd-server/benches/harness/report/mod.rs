//! Round after round over all rows and contenders, and what came of it. May not know how a number comes
//! about. Its output ends on the terminal.

mod machine;
mod options;
mod rounds;
mod text;

use std::io;

use crate::process::Cores;
use options::Options;
use rounds::Rounds;
use text::Column;

/// Somebody who is measured. The one of the key `ours` is what others are compared with.
pub(crate) trait Contender {
    fn key(&self) -> &'static str;
    fn title(&self) -> &'static str;
    /// Why it cannot be measured, if it cannot.
    fn is_here(&self, is_quick: bool) -> Result<(), String>;
    /// Whether it can do the work of the row of that key.
    fn does(&self, row: &str) -> bool;
}

/// What a cell says: a number in the unit of its figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) title: &'static str,
    pub(crate) unit: &'static str,
    pub(crate) value: f64,
    /// It says how the others came about, and is not compared.
    pub(crate) is_beside: bool,
}

impl Figure {
    pub(crate) fn new(title: &'static str, unit: &'static str, value: f64) -> Self {
        Self { title, unit, value, is_beside: false }
    }
}

/// One piece of work.
pub(crate) struct Row<C, E> {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    /// Rounds that are enough, where a cell takes a minute.
    pub(crate) rounds_max: usize,
    pub(crate) measure: fn(&C, &E) -> Result<Vec<Figure>, String>,
}

/// Who is measured at what.
pub(crate) struct Benchmark<C: 'static, E: 'static> {
    pub(crate) contenders: &'static [C],
    pub(crate) rows: &'static [Row<C, E>],
    /// Key of the contender that does the least that can be done, and what it is called in a ratio.
    pub(crate) floor: (&'static str, &'static str),
    /// How much a cell does, quick or not; and what the reader has to know of that.
    pub(crate) effort: fn(Cores, bool, &mut Vec<String>) -> Result<E, String>,
}

/// Does what the command line's words ask for.
pub(crate) fn run<C: Contender, E>(
    benchmark: &Benchmark<C, E>,
    words: &[String],
    out: &mut impl io::Write,
) -> Result<(), String> {
    let keys: Vec<&str> = benchmark.rows.iter().map(|row| row.key).collect();
    let options = Options::read(words, &keys)?;
    let cores = Cores::divide().map_err(|error| error.to_string())?;
    let mut notes = Vec::new();
    if !cores.are_two() {
        notes.push("The server shares its core with the load: these figures mean nothing.".into());
    }
    let contenders = here(benchmark, &options, &mut notes);
    let rows = benchmark.rows.iter().filter(|row| options.asks_for(row.key)).collect();
    let effort = (benchmark.effort)(cores, options.is_quick, &mut notes)?;
    let before = machine::load_average();
    let rounds = Rounds { contenders: &contenders, rows, effort: &effort, times: options.rounds };
    let findings = rounds.all();
    notes.push(format!(
        "Load average of 1, 5 and 15 minutes: {before} at the beginning, {} at the end.",
        machine::load_average()
    ));
    let columns: Vec<Column> = contenders.iter().map(|by| (by.key(), by.title())).collect();
    let text = text::Text { columns: &columns, floor: benchmark.floor, options: &options };
    let text = text.render(&findings, &notes);
    out.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    if findings.failures.is_empty() { Ok(()) } else { Err(findings.failures.join("\n")) }
}

/// Those that can be measured; the others are named.
fn here<'a, C: Contender, E>(
    benchmark: &'a Benchmark<C, E>,
    options: &Options,
    notes: &mut Vec<String>,
) -> Vec<&'a C> {
    let mut here = Vec::new();
    for contender in benchmark.contenders {
        match contender.is_here(options.is_quick) {
            Ok(()) => here.push(contender),
            Err(reason) => notes.push(format!("{} is left out: {reason}.", contender.title())),
        }
    }
    here
}
