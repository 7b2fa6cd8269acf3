//! The text of a `config.js`, character by character.

use super::value::Mistake;

/// Where reading has come to.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that is next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place that [`Scanner::at`] has told.
    pub(super) fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The text from a place on up to here.
    pub(super) fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes what is next where it is `expected`.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let is_next = self.rest().starts_with(expected);
        if is_next {
            self.at += expected.len();
        }
        is_next
    }

    /// Takes characters for as long as they are `wanted`.
    pub(super) fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.since(start)
    }

    /// Takes a name such as `graphiteHost`; empty where none is next.
    pub(super) fn word(&mut self) -> &'a str {
        if self.peek().is_some_and(is_word_start) { self.take_while(is_word) } else { "" }
    }

    /// Takes white space and comments.
    pub(super) fn skip(&mut self) -> Result<(), Mistake> {
        loop {
            self.take_while(is_space);
            if self.take("//") {
                self.take_while(|c| !is_line_end(c));
            } else if self.rest().starts_with("/*") {
                let start = self.at;
                // `/*/` does not end itself.
                let inside = &self.rest()[2..];
                let Some(length) = inside.find("*/") else {
                    return Err(Mistake::new(start, "this comment has no end: `*/` is missing"));
                };
                self.at += 2 + length + 2;
            } else {
                return Ok(());
            }
        }
    }

    /// What is next, for people.
    pub(super) fn shown(&self) -> String {
        match self.peek() {
            None => "the end of the file".to_owned(),
            Some(c) => format!("`{}`", c.escape_debug()),
        }
    }
}

/// JavaScript's white space and line ends.
fn is_space(c: char) -> bool {
    c.is_whitespace() && c != '\u{85}' || c == '\u{feff}'
}

pub(super) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '_' | '$')
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$')
}
