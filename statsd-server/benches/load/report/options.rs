//! The command line.

use std::time::Duration;

use crate::row::{self, Row};

#[derive(Debug)]
pub(super) struct Options {
    pub(super) rows: Vec<Row>,
    pub(super) rounds: usize,
    pub(super) time: Duration,
    pub(super) markdown: bool,
}

impl Options {
    pub(super) fn read(words: &[String]) -> Result<Self, String> {
        let mut options =
            Self { rows: Vec::new(), rounds: 5, time: Duration::from_secs(2), markdown: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--quick" => {
                    (options.rounds, options.time) = (1, Duration::from_millis(300));
                }
                "--markdown" => options.markdown = true,
                "--row" => options.rows.push(named(value()?)?),
                "--rounds" => {
                    let rounds = value()?;
                    options.rounds = rounds
                        .parse()
                        .ok()
                        .filter(|&rounds| rounds > 0)
                        .ok_or_else(|| format!("`{rounds}` is no number of rounds"))?;
                }
                _ => return Err(format!("`{word}` is not known")),
            }
        }
        if options.rows.is_empty() {
            options.rows = row::ALL.to_vec();
        }
        Ok(options)
    }
}

fn named(key: &str) -> Result<Row, String> {
    row::ALL.into_iter().find(|row| row.key == key).ok_or_else(|| {
        let keys = row::ALL.map(|row| row.key).join(", ");
        format!("there is no row `{key}`; there are {keys}")
    })
}
