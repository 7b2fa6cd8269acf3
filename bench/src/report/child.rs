//! Questions to child processes: plain, under `strace`, under `valgrind`.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::Programs;
use crate::contender::Contender;
use crate::measure::{Crowded, Mode, Question, Times};
use crate::row::Row;

/// The function whose instructions are counted, and with how many calls.
const COUNTED: &str = "*measure::counted_calls*";
const COUNTED_CALLS: usize = 100_000;

/// Two loops of these lengths are traced; the difference is what a call does, without the program's
/// start and end.
const SHORT_TRACE: usize = 1_000;
const LONG_TRACE: usize = 21_000;

pub(super) type Answer<T> = Result<T, String>;

/// Runs children, one a question.
#[derive(Debug)]
pub(super) struct Children {
    programs: Programs,
    sink: SocketAddr,
    has_strace: bool,
    has_valgrind: bool,
    /// For what tools write; below cargo's target folder.
    scratch: PathBuf,
}

impl Children {
    pub(super) fn new(programs: Programs, sink: SocketAddr) -> io::Result<Self> {
        let scratch = programs.cell.with_file_name("statsd-bench-scratch");
        fs::create_dir_all(&scratch)?;
        let (has_strace, has_valgrind) = (runs("strace", "-V"), runs("valgrind", "--version"));
        Ok(Self { programs, sink, has_strace, has_valgrind, scratch })
    }

    pub(super) fn time(&self, contender: &Contender, row: Row, millis: usize) -> Answer<Times> {
        let words = self.words(Mode::Time, contender, row, millis, 1);
        let numbers = numbers(Command::new(&self.programs.cell).args(words))?;
        Times::read(&numbers).ok_or_else(|| format!("{} answered {numbers:?}", contender.key))
    }

    pub(super) fn threads(
        &self,
        contender: &Contender,
        row: Row,
        millis: usize,
        threads: usize,
    ) -> Answer<Crowded> {
        let words = self.words(Mode::Threads, contender, row, millis, threads);
        let numbers = numbers(Command::new(&self.programs.cell).args(words))?;
        Crowded::read(&numbers).ok_or_else(|| format!("{} answered {numbers:?}", contender.key))
    }

    /// p50, p99 and p99.9, in nanoseconds.
    pub(super) fn tail(&self, contender: &Contender, row: Row, millis: usize) -> Answer<[f64; 3]> {
        let words = self.words(Mode::Tail, contender, row, millis, 1);
        let numbers = numbers(Command::new(&self.programs.cell).args(words))?;
        numbers.try_into().map_err(|numbers| format!("{} answered {numbers:?}", contender.key))
    }

    /// Heap allocations of a call on the caller's thread.
    pub(super) fn heap(&self, contender: &Contender, row: Row) -> Answer<f64> {
        slope(SHORT_TRACE, LONG_TRACE, |calls| {
            let words = self.words(Mode::Loop, contender, row, calls, 1);
            let numbers = numbers(Command::new(&self.programs.heap).args(words))?;
            numbers.first().copied().ok_or_else(|| format!("{} answered nothing", contender.key))
        })
    }

    /// System calls of a call on the caller's thread; `None` without `strace`.
    pub(super) fn syscalls(&self, contender: &Contender, row: Row) -> Answer<Option<f64>> {
        if !self.has_strace {
            return Ok(None);
        }
        let file = self.scratch.join(format!("strace-{}-{row}", contender.key));
        slope(SHORT_TRACE, LONG_TRACE, |calls| {
            // Without `-f` only the first thread is followed, which is the one that calls.
            let mut strace = Command::new("strace");
            strace.args(["-c", "-qq", "-o"]).arg(&file).arg(&self.programs.cell);
            output(strace.args(self.words(Mode::Loop, contender, row, calls, 1)))?;
            let text = fs::read_to_string(&file).map_err(|error| error.to_string())?;
            let total = text.lines().find(|line| line.ends_with(" total"));
            let count = total.and_then(|line| line.split_whitespace().nth(3)?.parse().ok());
            count.ok_or_else(|| format!("strace has no total in {}", file.display()))
        })
        .map(Some)
    }

    /// Whether instructions can be counted here.
    pub(super) fn counts_instructions(&self) -> bool {
        self.has_valgrind
    }

    /// Instructions of a call on the caller's thread, the loop's own included; in tenths.
    pub(super) fn instructions(&self, contender: &Contender, row: Row) -> Answer<f64> {
        let file = self.scratch.join(format!("callgrind-{}-{row}", contender.key));
        let mut valgrind = Command::new("valgrind");
        valgrind.args(["--tool=callgrind", "--separate-threads=yes"]);
        valgrind.arg(format!("--toggle-collect={COUNTED}"));
        valgrind.arg(format!("--callgrind-out-file={}", file.display()));
        valgrind.arg(&self.programs.cell);
        output(valgrind.args(self.words(Mode::Loop, contender, row, COUNTED_CALLS, 1)))?;
        let file = format!("{}-01", file.display());
        let text = fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
        let count: Option<f64> = total.and_then(|count| count.trim().parse().ok());
        let count = count.ok_or_else(|| format!("callgrind has no total in {file}"))?;
        Ok((count / COUNTED_CALLS as f64 * 10.0).round() / 10.0)
    }

    /// Bytes of the empty program and of the one with the SDK, both stripped.
    pub(super) fn sizes(&self) -> Answer<[u64; 2]> {
        Ok([self.size(&self.programs.empty)?, self.size(&self.programs.sdk)?])
    }

    fn size(&self, program: &Path) -> Answer<u64> {
        let stripped = self.scratch.join("stripped");
        output(Command::new("strip").arg("-o").arg(&stripped).arg(program))?;
        fs::metadata(&stripped).map(|file| file.len()).map_err(|error| error.to_string())
    }

    fn words(
        &self,
        mode: Mode,
        contender: &Contender,
        row: Row,
        amount: usize,
        threads: usize,
    ) -> [String; 6] {
        let contender = contender.key.to_owned();
        Question { mode, contender, row, address: self.sink, amount, threads }.words()
    }
}

fn runs(tool: &str, argument: &str) -> bool {
    let quiet =
        Command::new(tool).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}

fn slope(short: usize, long: usize, count: impl Fn(usize) -> Answer<f64>) -> Answer<f64> {
    let extra = (long - short) as f64;
    Ok((count(long)? - count(short)?) / extra)
}

fn numbers(command: &mut Command) -> Answer<Vec<f64>> {
    let text = output(command)?;
    let parsed: Result<_, _> = text.split_whitespace().map(str::parse).collect();
    parsed.map_err(|_| format!("a child answered {text:?}"))
}

/// What a program printed.
fn output(command: &mut Command) -> Answer<String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?} ended with {}: {said}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|error| format!("{command:?}: {error}"))
}
