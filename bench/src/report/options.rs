//! The command line.

use std::path::PathBuf;

use crate::contender::{self, Contender};

/// What to do.
#[derive(Debug)]
pub(super) enum Ask {
    Table,
    Markdown,
    Instructions,
    Gate(PathBuf),
    Size,
}

/// How to do it.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) ask: Ask,
    /// Seconds instead of minutes.
    pub(super) quick: bool,
    /// The one contender that is measured, where not all are.
    only: Option<String>,
}

const USAGE: &str = "cargo bench -p statsd-bench -- \
    [--markdown | --instructions | --gate FILE | --size] [--quick] [--only CONTENDER]";

impl Options {
    pub(super) fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self { ask: Ask::Table, quick: false, only: None };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value: {USAGE}"));
            match word.as_str() {
                "--markdown" => options.ask = Ask::Markdown,
                "--instructions" => options.ask = Ask::Instructions,
                "--gate" => options.ask = Ask::Gate(value()?.into()),
                "--size" => options.ask = Ask::Size,
                "--quick" => options.quick = true,
                "--only" => options.only = Some(Contender::named(&value()?)?.key.to_owned()),
                // What cargo says to every benchmark.
                "--bench" => {}
                _ => return Err(format!("{word} is unknown: {USAGE}")),
            }
        }
        Ok(options)
    }

    /// Who is measured.
    pub(super) fn contenders(&self) -> impl Iterator<Item = &'static Contender> {
        let wanted = |contender: &&Contender| match &self.only {
            Some(only) => contender.key == only,
            None => true,
        };
        contender::ALL.iter().filter(wanted)
    }
}
