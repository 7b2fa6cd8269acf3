//! `whitelist.conf` and `blacklist.conf`: patterns, one a line.

use regex::RegexSet;

use super::error::{Mistakes, RuleError};
use crate::limits::RULES_MAX;
use crate::python_regex::{pattern, set};

/// The patterns of one file.
#[derive(Debug, Clone)]
pub struct List {
    patterns: RegexSet,
}

impl List {
    /// Reads a file's text: one of Python's regular expressions a line, which may be found anywhere in a
    /// name. Lines that begin with `#`, and empty ones, say nothing.
    ///
    /// ```
    /// use statsd_server::carbon::rules::List;
    ///
    /// let list = List::parse("# no dots at the ends\n^\\.\n\\.$").unwrap();
    /// assert!(list.holds(".load") && list.holds("load."));
    /// assert!(!list.holds("web.load"));
    ///
    /// let error = List::parse("^ok\n(?!stats)").unwrap_err();
    /// assert_eq!(error.to_string(), "line 2: `(?!stats)`: look-ahead, `(?!`, is not supported");
    /// ```
    ///
    /// # Errors
    /// Every line that is no pattern that can be had here.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let mut found = Mistakes::default();
        let mut patterns = Vec::new();
        for (line, text) in lines(text) {
            if patterns.len() == RULES_MAX {
                found.add(line, format!("there are more than {RULES_MAX} patterns"));
                break;
            }
            match pattern(text) {
                Ok(regex) => patterns.push(regex),
                Err(why) => found.add(line, format!("`{text}`: {why}")),
            }
        }
        found.or(|| {
            let patterns = set(patterns.iter()).map_err(RuleError::whole)?;
            Ok(Self { patterns })
        })
    }

    /// Whether one of the patterns is in a name. One pass over the name, however many there are.
    pub fn holds(&self, name: &str) -> bool {
        self.patterns.is_match(name)
    }

    /// Whether there is no pattern, so that as a whitelist it lets all names pass.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }
}

/// The lines of a file that say something, with their numbers.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
