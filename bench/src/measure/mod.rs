//! One row of one contender in a process of its own: what its calls cost there. May not know tables,
//! rounds or gates. Numbers go out as a line of text, which `report/` reads.

mod clock;
mod tail;
mod threads;
mod time;

use std::net::SocketAddr;
use std::time::Duration;

use crate::contender::{Contender, Prepared, Setting};
use crate::row::Row;

pub(crate) use threads::Crowded;

/// Calls before anything is measured: every context is then known, every buffer grown.
const WARM_UP_CALLS: usize = 2_000;

/// What a cell is asked, as a child process is told it: `MODE CONTENDER ROW ADDRESS AMOUNT THREADS`.
#[derive(Debug)]
pub struct Question {
    /// What is to be found out.
    pub(crate) mode: Mode,
    pub(crate) contender: String,
    pub(crate) row: Row,
    /// The server's.
    pub(crate) address: SocketAddr,
    /// Calls for [`Mode::Loop`], milliseconds elsewhere.
    pub(crate) amount: usize,
    pub(crate) threads: usize,
}

/// What is to be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// CPU time of a call.
    Time,
    /// CPU time of a call while others make it, too.
    Threads,
    /// Percentiles of single calls.
    Tail,
    /// Nothing: the calls are made, and somebody else counts.
    Loop,
}

impl Mode {
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Threads => "threads",
            Self::Tail => "tail",
            Self::Loop => "loop",
        }
    }
}

impl Question {
    /// Reads a command line.
    pub(crate) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut word = |what: &str| words.next().ok_or_else(|| format!("no {what} was given"));
        let mode = word("mode")?;
        let modes = [Mode::Time, Mode::Threads, Mode::Tail, Mode::Loop];
        let known = modes.into_iter().find(|known| known.key() == mode);
        Ok(Self {
            mode: known.ok_or_else(|| format!("there is no mode `{mode}`"))?,
            contender: word("contender")?,
            row: word("row")?.parse()?,
            address: number(word("address")?)?,
            amount: number(word("amount")?)?,
            threads: number(word("number of threads")?)?,
        })
    }

    /// The command line.
    pub(crate) fn words(&self) -> [String; 6] {
        [
            self.mode.key().to_owned(),
            self.contender.clone(),
            self.row.to_string(),
            self.address.to_string(),
            self.amount.to_string(),
            self.threads.to_string(),
        ]
    }

    /// Opens the client, warms up, and measures. The answer's numbers stand in the order of
    /// [`Times`]' fields or of the percentiles.
    pub(crate) fn answer(&self) -> Result<Vec<f64>, String> {
        let prepared = self.prepare()?;
        let budget = Duration::from_millis(self.amount as u64);
        Ok(match self.mode {
            Mode::Threads => threads::time(&prepared, self.threads, budget).to_vec(),
            Mode::Time => time::time(&prepared, budget).to_vec(),
            Mode::Tail => tail::tail(&prepared, budget).to_vec(),
            Mode::Loop => {
                counted_calls(&prepared, self.amount);
                Vec::new()
            }
        })
    }

    /// Opens the client and makes the first calls.
    pub(crate) fn prepare(&self) -> Result<Prepared, String> {
        let setting = Setting { address: self.address, quiet: self.mode == Mode::Loop };
        let prepared = Contender::named(&self.contender)?.prepare(self.row, &setting)?;
        prepared.run(0..WARM_UP_CALLS);
        if setting.quiet && prepared.settles() {
            // As much as is counted later: its queue has then grown as far as it will.
            prepared.run(0..self.amount);
        }
        prepared.wait();
        Ok(prepared)
    }
}

/// The calls that somebody else counts. Callgrind finds it by its name.
#[inline(never)]
fn counted_calls(prepared: &Prepared, calls: usize) {
    prepared.run(0..calls);
}

fn number<T: std::str::FromStr>(word: String) -> Result<T, String> {
    word.parse().map_err(|_| format!("`{word}` is not what was expected"))
}

/// What a call costs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    /// CPU time of the calling thread or threads, in nanoseconds.
    pub(crate) caller: f64,
    /// CPU time of the whole process, in nanoseconds.
    pub(crate) process: f64,
    /// A: one relaxed `fetch_add` of this process, in nanoseconds.
    pub(crate) yardstick: f64,
    /// The share of calls that were lost.
    pub(crate) lost: f64,
}

impl Times {
    fn to_vec(self) -> Vec<f64> {
        vec![self.caller, self.process, self.yardstick, self.lost]
    }

    pub(crate) fn read(numbers: &[f64]) -> Option<Self> {
        let &[caller, process, yardstick, lost] = numbers else { return None };
        Some(Self { caller, process, yardstick, lost })
    }
}
