//! The command line.

use std::time::Duration;

use crate::process::Cores;
use crate::row::{self, Effort, Row};

#[derive(Debug)]
pub(super) struct Options {
    pub(super) rows: Vec<Row>,
    pub(super) rounds: usize,
    pub(super) markdown: bool,
    pub(super) is_quick: bool,
}

impl Options {
    pub(super) fn read(words: &[String]) -> Result<Self, String> {
        let mut options = Self { rows: Vec::new(), rounds: 5, markdown: false, is_quick: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--quick" => (options.rounds, options.is_quick) = (1, true),
                "--markdown" => options.markdown = true,
                "--row" => options.rows.push(row(value()?)?),
                "--rounds" => options.rounds = rounds(value()?)?,
                _ => return Err(format!("`{word}` is not known")),
            }
        }
        if options.rows.is_empty() {
            options.rows = row::ALL.to_vec();
        }
        Ok(options)
    }

    pub(super) fn effort(&self, cores: Cores) -> Effort {
        if self.is_quick {
            Effort {
                cores,
                time: Duration::from_millis(300),
                interval: Duration::from_millis(300),
                pause: Duration::from_secs(1),
                names: 20_000,
                samples: 200_000,
            }
        } else {
            Effort {
                cores,
                time: Duration::from_secs(2),
                interval: Duration::from_secs(1),
                pause: Duration::from_secs(3),
                names: 1_000_000,
                samples: 10_000_000,
            }
        }
    }
}

fn row(key: &str) -> Result<Row, String> {
    row::ALL.into_iter().find(|row| row.key == key).ok_or_else(|| {
        let keys = row::ALL.map(|row| row.key).join(", ");
        format!("there is no row `{key}`; there are {keys}")
    })
}

fn rounds(word: &str) -> Result<usize, String> {
    let rounds = word.parse().ok().filter(|&rounds| rounds > 0);
    rounds.ok_or_else(|| format!("`{word}` is no number of rounds"))
}
