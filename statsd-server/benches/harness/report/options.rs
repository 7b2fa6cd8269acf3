//! The command line.

#[derive(Debug)]
pub(super) struct Options {
    /// Keys; none means all.
    rows: Vec<String>,
    pub(super) rounds: usize,
    pub(super) markdown: bool,
    pub(super) is_quick: bool,
}

impl Options {
    /// `keys` are those of the rows that there are.
    pub(super) fn read(words: &[String], keys: &[&str]) -> Result<Self, String> {
        let mut options = Self { rows: Vec::new(), rounds: 5, markdown: false, is_quick: false };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--quick" => (options.rounds, options.is_quick) = (1, true),
                "--markdown" => options.markdown = true,
                "--row" => options.rows.push(row(value()?, keys)?),
                "--rounds" => options.rounds = rounds(value()?)?,
                _ => return Err(format!("`{word}` is not known")),
            }
        }
        Ok(options)
    }

    pub(super) fn asks_for(&self, row: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|key| key == row)
    }
}

fn row(key: &str, keys: &[&str]) -> Result<String, String> {
    if keys.contains(&key) {
        return Ok(key.to_owned());
    }
    Err(format!("there is no row `{key}`; there are {}", keys.join(", ")))
}

fn rounds(word: &str) -> Result<usize, String> {
    let rounds = word.parse().ok().filter(|&rounds| rounds > 0);
    rounds.ok_or_else(|| format!("`{word}` is no number of rounds"))
}
