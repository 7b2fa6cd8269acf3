//! Patterns as carbon's files have them, which are Python's, as the `regex` crate takes them. May know nothing but
//! bounds.
//!
//! Most read the same in both. Translated is what would silently mean something else (`\<`, `\Z`, `[` and `&&`
//! in a set), or what only Python takes (a `{` that repeats nothing, `\012`, comments). Refused, by its
//! name, is what cannot be matched in a time that the name's length bounds: look-around, back references,
//! conditions, atomic groups. Hence no pattern is slow, whatever name arrives.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};

use crate::limits::{RULE_DEPTH_MAX, RULE_PATTERN_MAX_BYTES, RULE_PATTERNS_MAX_BYTES};

/// A pattern, as it may stand anywhere in a name.
pub(crate) fn pattern(python: &str) -> Result<Regex, String> {
    compile(&translated(python)?)
}

/// One of our own making.
pub(crate) fn compile(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(RULE_PATTERN_MAX_BYTES)
        .dfa_size_limit(RULE_PATTERN_MAX_BYTES)
        .nest_limit(RULE_DEPTH_MAX)
        .build()
        .map_err(|error| reason(&error))
}

/// All of them at once: which ones match costs one pass over the name.
pub(crate) fn set<'a>(patterns: impl Iterator<Item = &'a Regex>) -> Result<RegexSet, String> {
    RegexSetBuilder::new(patterns.map(Regex::as_str))
        .size_limit(RULE_PATTERNS_MAX_BYTES)
        .dfa_size_limit(RULE_PATTERNS_MAX_BYTES)
        .nest_limit(RULE_DEPTH_MAX)
        .build()
        .map_err(|error| reason(&error))
}

/// The crate draws an arrow below the pattern; a message is one line.
fn reason(error: &regex::Error) -> String {
    match error {
        regex::Error::CompiledTooBig(limit) => {
            format!("it is too large: compiled, it takes more than {limit} bytes")
        }
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.strip_prefix("error: ").unwrap_or(last).to_owned()
        }
    }
}

/// Python's text → the crate's.
pub(crate) fn translated(python: &str) -> Result<String, String> {
    let mut translation = Translation {
        rest: python.chars().peekable(),
        text: String::with_capacity(python.len()),
        repeated: Repeated::Not,
    };
    while let Some(c) = translation.rest.next() {
        translation.piece(c)?;
    }
    Ok(translation.text)
}

/// What stands before the piece at hand.
#[derive(Clone, Copy, PartialEq)]
enum Repeated {
    /// Something that may be repeated.
    Not,
    /// A repetition, which a `?` makes lazy.
    Greedy,
    Lazy,
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    text: String,
    repeated: Repeated,
}

impl Translation<'_> {
    fn piece(&mut self, c: char) -> Result<(), String> {
        let before = std::mem::replace(&mut self.repeated, Repeated::Not);
        match c {
            '\\' => self.escape(),
            '[' => self.set(),
            '(' => self.group(),
            '*' | '+' => self.repeat(before, &c.to_string()),
            '?' if before == Repeated::Greedy => {
                self.repeated = Repeated::Lazy;
                self.text.push('?');
                Ok(())
            }
            '?' => self.repeat(before, "?"),
            '{' => {
                if let Some(counts) = self.counts() {
                    return self.repeat(before, &counts);
                }
                self.text.push_str(r"\{");
                Ok(())
            }
            c => {
                self.text.push(c);
                Ok(())
            }
        }
    }

    fn repeat(&mut self, before: Repeated, how: &str) -> Result<(), String> {
        if before != Repeated::Not {
            return Err(match how {
                "+" => "a possessive repetition (`*+`, `++`, `?+`) is not supported".to_owned(),
                how => format!("`{how}` repeats a repetition"),
            });
        }
        self.repeated = Repeated::Greedy;
        self.text.push_str(how);
        Ok(())
    }

    /// `{3}`, `{3,}`, `{,3}`, `{3,4}`; anything else is a brace.
    fn counts(&mut self) -> Option<String> {
        let mut ahead = self.rest.clone();
        let mut numbers = [String::new(), String::new()];
        let mut at = 0;
        loop {
            match ahead.next()? {
                c if c.is_ascii_digit() => numbers[at].push(c),
                ',' if at == 0 => at = 1,
                '}' => break,
                _ => return None,
            }
        }
        let [least, most] = &numbers;
        let counts = match (at, least.as_str()) {
            (0, "") => return None,
            (0, exactly) => format!("{{{exactly}}}"),
            (_, "") => format!("{{0,{most}}}"),
            (_, least) => format!("{{{least},{most}}}"),
        };
        self.rest = ahead;
        Some(counts)
    }

    fn group(&mut self) -> Result<(), String> {
        let mut ahead = self.rest.clone();
        if ahead.next() != Some('?') {
            self.text.push('(');
            return Ok(());
        }
        let (second, third) = (ahead.next(), ahead.next());
        let refused = match (second, third) {
            (Some('='), _) => "look-ahead, `(?=`,",
            (Some('!'), _) => "look-ahead, `(?!`,",
            (Some('<'), Some('=')) => "look-behind, `(?<=`,",
            (Some('<'), Some('!')) => "look-behind, `(?<!`,",
            (Some('P'), Some('=')) => "a back reference, `(?P=`,",
            (Some('('), _) => "a condition, `(?(`,",
            (Some('>'), _) => "an atomic group, `(?>`,",
            (Some('#'), _) => {
                // A comment, to its bracket.
                return match self.rest.by_ref().find(|c| *c == ')') {
                    Some(_) => Ok(()),
                    None => Err("the comment `(?#` has no end".to_owned()),
                };
            }
            _ => {
                // The mark is no repetition.
                self.rest.next();
                self.text.push_str("(?");
                return Ok(());
            }
        };
        Err(format!("{refused} is not supported"))
    }

    fn escape(&mut self) -> Result<(), String> {
        let c = self.rest.next().ok_or("it ends in a single `\\`")?;
        match c {
            '1'..='9' => return Err(format!("a back reference, `\\{c}`, is not supported")),
            '0' => {
                let value = self.octal(0);
                self.literal(value);
            }
            'Z' => self.text.push_str(r"\z"),
            c if c.is_ascii_alphabetic() => self.text.extend(['\\', c]),
            c => self.literal(c),
        }
        Ok(())
    }

    /// What is left of up to three octal digits of which some are read.
    fn octal(&mut self, mut value: u32) -> char {
        for _ in 0..2 {
            let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(8)) else { break };
            self.rest.next();
            value = value * 8 + digit;
        }
        char::from_u32(value).unwrap_or_default()
    }

    /// A character that means itself, wherever it stands.
    fn literal(&mut self, c: char) {
        if c.is_ascii_alphanumeric() || !c.is_ascii() {
            self.text.push(c);
        } else {
            let hex = format!(r"\x{{{:x}}}", u32::from(c));
            self.text.push_str(&hex);
        }
    }

    /// `[…]`, whose only special characters are `\`, `]`, `-` and a `^` at its beginning.
    fn set(&mut self) -> Result<(), String> {
        const OPEN: &str = "a `[` has no `]`";
        self.text.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.text.push('^');
        }
        let mut is_first = true;
        loop {
            let c = self.rest.next().ok_or(OPEN)?;
            if c == ']' && !is_first {
                self.text.push(']');
                return Ok(());
            }
            is_first = false;
            self.member(c)?;
            let mut ahead = self.rest.clone();
            if (ahead.next(), ahead.next().is_some_and(|c| c != ']')) == (Some('-'), true) {
                self.rest.next();
                self.text.push('-');
                let last = self.rest.next().ok_or(OPEN)?;
                self.member(last)?;
            }
        }
    }

    fn member(&mut self, c: char) -> Result<(), String> {
        if c != '\\' {
            self.literal(c);
            return Ok(());
        }
        let c = self.rest.next().ok_or("a `[` has no `]`")?;
        match c {
            'b' => self.literal('\u{8}'),
            c if c.is_ascii_alphabetic() => self.text.extend(['\\', c]),
            c => match c.to_digit(8) {
                Some(digit) => {
                    let value = self.octal(digit);
                    self.literal(value);
                }
                None => self.literal(c),
            },
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
