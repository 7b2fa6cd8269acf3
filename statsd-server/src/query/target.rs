//! The text of a `target` → an expression: for now a series name or a glob.

use std::iter::Peekable;
use std::str::Chars;

use crate::limits::TARGET_MAX_BYTES;

/// What a target asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expr {
    /// All series whose names match: a name, or a glob (`*`, `?`, `[a-c]`, `{a,b}` per node).
    Path(String),
}

/// Why a text is not a target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at character {at}")]
pub struct TargetError {
    /// What is wrong, in a phrase.
    pub reason: String,
    /// Where, counted in characters from 0.
    pub at: usize,
}

/// Reads a target to its end: what follows the expression is an error, never ignored.
///
/// ```
/// use statsd_server::query::target::{Expr, parse};
///
/// assert_eq!(parse("servers.web0[12].load"), Ok(Expr::Path("servers.web0[12].load".into())));
/// let error = parse("sumSeries(servers.*)").unwrap_err();
/// assert_eq!(error.to_string(), "function sumSeries is not supported at character 0");
/// ```
pub fn parse(text: &str) -> Result<Expr, TargetError> {
    let mut cursor = Cursor { chars: text.chars().peekable(), at: 0 };
    if text.len() > TARGET_MAX_BYTES {
        return cursor.fail(format!("target is longer than {TARGET_MAX_BYTES} bytes"));
    }
    cursor.skip_blanks();
    let start = cursor.at;
    let path = cursor.path()?;
    cursor.skip_blanks();
    match cursor.peek() {
        None => Ok(Expr::Path(path)),
        Some('(') => no_function(&path, start),
        Some('|') => {
            cursor.next();
            cursor.skip_blanks();
            let start = cursor.at;
            no_function(&cursor.path()?, start)
        }
        Some(unexpected) => cursor.fail(format!("unexpected {unexpected:?}")),
    }
}

fn no_function<T>(name: &str, at: usize) -> Result<T, TargetError> {
    Err(TargetError { reason: format!("function {name} is not supported"), at })
}

struct Cursor<'a> {
    chars: Peekable<Chars<'a>>,
    at: usize,
}

impl Cursor<'_> {
    fn peek(&mut self) -> Option<char> {
        self.chars.peek().copied()
    }

    fn next(&mut self) -> Option<char> {
        self.at += 1;
        self.chars.next()
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next();
        }
    }

    fn fail<T>(&self, reason: impl Into<String>) -> Result<T, TargetError> {
        Err(TargetError { reason: reason.into(), at: self.at })
    }

    /// Nodes joined by dots. A comma is part of a name only inside of braces, a dot only outside; a
    /// backslash makes the next character part of the name whatever it is.
    fn path(&mut self) -> Result<String, TargetError> {
        let mut path = String::new();
        let mut open = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                '\\' => {
                    self.next();
                    let Some(escaped) = self.peek() else {
                        return self.fail("nothing follows the backslash");
                    };
                    path.push(escaped);
                    self.next();
                    continue;
                }
                '{' => open.push(self.at),
                '}' if open.pop().is_some() => {}
                ',' if !open.is_empty() => {}
                '.' if !open.is_empty() => return self.fail("dot inside of braces"),
                '.' if path.is_empty() || path.ends_with('.') => return self.fail("empty node"),
                '.' => {}
                c if in_node(c) => {}
                _ => break,
            }
            path.push(c);
            self.next();
        }
        if let Some(&at) = open.last() {
            return Err(TargetError { reason: "brace is not closed".into(), at });
        }
        match path.chars().last() {
            None => self.fail("expected a series name"),
            Some('.') => self.fail("expected a node after the dot"),
            Some(_) => Ok(path),
        }
    }
}

fn in_node(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !r#"(){},.'"\|"#.contains(c)
}

#[cfg(test)]
mod tests;
