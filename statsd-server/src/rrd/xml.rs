//! As much of XML as `rrdtool dump` writes: elements and text. Comments, attributes, instructions and a
//! document type without declarations are passed over; entities of one's own are refused.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

use super::{RrdError, shown};

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `<name>`; of `<name/>` the first half.
    Open(&'a str),
    /// `</name>`; of `<name/>` the second half.
    Close(&'a str),
    /// What stands between two of them, without the space around it; never empty.
    Text(&'a str),
}

/// Reads tokens one by one; keeps nothing but its place.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    rest: &'a str,
    /// The element that opened and closed at once.
    closing: Option<&'a str>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, rest: text, closing: None }
    }

    /// The next one; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Token<'a>>, RrdError> {
        if let Some(name) = self.closing.take() {
            return Ok(Some(Token::Close(name)));
        }
        loop {
            if self.rest.is_empty() {
                return Ok(None);
            }
            let Some(markup) = self.rest.strip_prefix('<') else {
                let (text, rest) =
                    self.rest.split_at(self.rest.find('<').unwrap_or(self.rest.len()));
                self.rest = rest;
                let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
                if text.is_empty() {
                    continue;
                }
                return Ok(Some(Token::Text(text)));
            };
            if let Some(comment) = markup.strip_prefix("!--") {
                self.pass(comment, "-->", "a comment")?;
            } else if let Some(instruction) = markup.strip_prefix('?') {
                self.pass(instruction, "?>", "an instruction")?;
            } else if let Some(declaration) = markup.strip_prefix('!') {
                if declaration.split('>').next().is_some_and(|inside| inside.contains('[')) {
                    return Err(self.error("a declaration that `rrdtool dump` does not write"));
                }
                self.pass(declaration, ">", "a declaration")?;
            } else {
                return self.tag(markup).map(Some);
            }
        }
    }

    /// An error at what was read last.
    pub(super) fn error(&self, problem: impl std::fmt::Display) -> RrdError {
        let read = self.text.len().saturating_sub(self.rest.len());
        let read = self.text.as_bytes().get(..read).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', read).count().saturating_add(1);
        RrdError::new(format_args!("line {line}"), problem)
    }

    fn tag(&mut self, markup: &'a str) -> Result<Token<'a>, RrdError> {
        let Some((tag, rest)) = markup.split_once('>') else {
            return Err(self.error("the text ends within a tag"));
        };
        self.rest = rest;
        let (is_close, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let (is_empty, tag) = tag.strip_suffix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(char::is_whitespace).next().unwrap_or_default();
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(self.error(format_args!("{} is no element", shown(name))));
        }
        if is_close {
            return Ok(Token::Close(name));
        }
        self.closing = is_empty.then_some(name);
        Ok(Token::Open(name))
    }

    fn pass(&mut self, inside: &'a str, end: &str, what: &str) -> Result<(), RrdError> {
        let Some((_, rest)) = inside.split_once(end) else {
            return Err(self.error(format_args!("the text ends within {what}")));
        };
        self.rest = rest;
        Ok(())
    }
}
