//! Python's regular expressions, as carbon's files have them, for the `regex` crate.

use std::fmt;
use std::iter::Peekable;
use std::str::{Chars, FromStr};

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits::PATTERN_MAX_BYTES;

/// A regular expression in Python's syntax that is searched for in names, as `re.search` does.
///
/// Where the same text means something else to the `regex` crate (`\Z`, `\<`, braces that count nothing,
/// brackets within brackets), it is rewritten. What that crate cannot do, so that no pattern takes more than
/// linear time, is refused: look-around, back references, atomic groups and possessive counts.
///
/// ```
/// use statsd_server::config::Pattern;
///
/// let pattern: Pattern = r"\.(max|upper(_\d+)?)$".parse()?;
/// assert!(pattern.regex().is_match("stats.timers.web.upper_90"));
/// assert!(r"^(?!stats\.)".parse::<Pattern>().unwrap_err().contains("look-around"));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pattern {
    text: String,
    regex: Regex,
}

impl Pattern {
    /// The text as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What it means.
    pub fn regex(&self) -> &Regex {
        &self.regex
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let translated = Translation::of(text)?;
        let built = RegexBuilder::new(&translated).size_limit(PATTERN_MAX_BYTES).build();
        let regex = built.map_err(|error| format!("{text:?}: {}", reason(&error)))?;
        Ok(Self { text: text.to_owned(), regex })
    }
}

/// The crate draws its errors over several lines; the last says what is wrong.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(max) => format!("it needs more than {max} bytes of memory"),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// A pattern on its way from one syntax to the other.
struct Translation<'a> {
    text: &'a str,
    rest: Peekable<Chars<'a>>,
    out: String,
    /// Whether a count has just ended, behind which Python 3.11 reads `+` as possessive.
    after_count: bool,
}

impl<'a> Translation<'a> {
    fn of(text: &'a str) -> Result<String, String> {
        let rest = text.chars().peekable();
        let mut this =
            Self { text, rest, out: String::with_capacity(text.len()), after_count: false };
        while let Some(c) = this.rest.next() {
            let after_count = std::mem::take(&mut this.after_count);
            match c {
                '\\' => this.escape(false)?,
                '[' => this.class()?,
                '(' => this.group()?,
                '{' => this.brace(),
                '+' if after_count => return Err(this.refused("possessive counts")),
                '*' | '+' | '?' => {
                    this.after_count = !after_count;
                    this.out.push(c);
                }
                _ => this.out.push(c),
            }
        }
        Ok(this.out)
    }

    fn refused(&self, what: &str) -> String {
        format!("{:?}: {what} cannot be searched for in bounded time and are not taken", self.text)
    }

    fn escape(&mut self, in_class: bool) -> Result<(), String> {
        match self.rest.next() {
            Some('Z') if !in_class => self.out.push_str("\\z"),
            Some('1'..='9') if !in_class => return Err(self.refused("back references")),
            // Nothing but itself in Python, the edge of a word in the crate.
            Some(c @ ('<' | '>')) => self.out.push(c),
            Some(c) if c.is_ascii_alphanumeric() || c.is_ascii_punctuation() || c == ' ' => {
                self.out.extend(['\\', c]);
            }
            Some(c) => self.out.push(c),
            None => return Err(format!("{:?}: it ends with a backslash", self.text)),
        }
        Ok(())
    }

    /// Within brackets Python knows no further ones, and no operators between classes.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        if self.rest.next_if_eq(&']').is_some() {
            self.out.push_str("\\]");
        }
        let mut last = '[';
        while let Some(c) = self.rest.next() {
            match c {
                ']' => {
                    self.out.push(']');
                    return Ok(());
                }
                '\\' => self.escape(true)?,
                '[' | '&' | '~' => self.out.extend(['\\', c]),
                '-' if last == '-' => self.out.push_str("\\-"),
                c => self.out.push(c),
            }
            last = c;
        }
        Err(format!("{:?}: a bracket is not closed", self.text))
    }

    fn group(&mut self) -> Result<(), String> {
        self.out.push('(');
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('?') {
            return Ok(());
        }
        match (ahead.next(), ahead.next()) {
            (Some('=' | '!'), _) | (Some('<'), Some('=' | '!')) => Err(self.refused("look-around")),
            (Some('P'), Some('=')) => Err(self.refused("back references")),
            (Some('('), _) => Err(self.refused("conditions")),
            (Some('>'), _) => Err(self.refused("atomic groups")),
            _ => {
                // The question mark is no count.
                self.out.extend(self.rest.next());
                Ok(())
            }
        }
    }

    /// `{3}`, `{3,}`, `{,3}` and `{3,5}` count; any other brace is one.
    fn brace(&mut self) {
        let mut ahead = self.rest.clone();
        let inside: String = ahead.by_ref().take_while(|c| *c != '}').collect();
        let closed = self.rest.clone().any(|c| c == '}');
        let (low, high) = inside.split_once(',').unwrap_or((&inside, &inside));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !closed || !is_number(low) || !is_number(high) || inside.is_empty() {
            self.out.push_str("\\{");
            return;
        }
        let low = if low.is_empty() { "0" } else { low };
        let count =
            if inside.contains(',') { format!("{{{low},{high}}}") } else { format!("{{{low}}}") };
        self.out.push_str(&count);
        self.rest = ahead;
        self.after_count = true;
    }
}
