//! Values as Node's `util.inspect` writes them: which of them share a line, how arrays stand in
//! columns, what is quoted.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::backend::number::push_number;
use crate::limits::RAW_VALUES_MAX;

/// Columns of a line.
const LINE: usize = 80;

/// How many levels of objects may share a line, and a fourth of how many columns an array may have.
const COMPACT: usize = 3;

/// An array of so many values is not set in columns.
const UNGROUPED: usize = 6;

/// Something to print.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Number(f64),
    Text(Cow<'a, str>),
    Object(Vec<(&'a str, Self)>),
    /// The first ones, and how many more there are.
    Array(Vec<Self>, usize),
}

impl<'a> Value<'a> {
    pub(super) fn object(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::Object(entries.into_iter().collect())
    }

    /// The values, of which there are so many in all.
    pub(super) fn array(values: impl Iterator<Item = Self>, total: usize) -> Self {
        let values: Vec<_> = values.take(RAW_VALUES_MAX).collect();
        let more = total.saturating_sub(values.len());
        Self::Array(values, more)
    }
}

/// How to print.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inspect {
    /// Objects deeper than that are only named.
    pub(super) depth: usize,
    pub(super) colours: bool,
}

impl Default for Inspect {
    /// `console.log`'s.
    fn default() -> Self {
        Self { depth: 2, colours: false }
    }
}

impl Inspect {
    pub(super) fn text(self, value: &Value<'_>) -> String {
        let mut writer = Writer { inspect: self, indentation: 0, deepest: 0 };
        writer.value(value, 0).text
    }
}

/// A text, and how many columns it takes without its colours.
struct Piece {
    text: String,
    width: usize,
}

impl Piece {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { width: width(&text), text }
    }
}

/// JavaScript's length of a text.
fn width(text: &str) -> usize {
    text.encode_utf16().count()
}

struct Writer {
    inspect: Inspect,
    indentation: usize,
    /// The level of the object that was written last: what it is above tells how many levels it holds.
    deepest: usize,
}

impl Writer {
    fn value(&mut self, value: &Value<'_>, level: usize) -> Piece {
        match value {
            Value::Number(n) => self.coloured(number(*n), 33),
            Value::Text(text) => self.coloured(quoted(text), 32),
            Value::Object(entries) if entries.is_empty() => Piece::plain("{}"),
            Value::Array(values, 0) if values.is_empty() => Piece::plain("[]"),
            Value::Object(_) if level > self.inspect.depth => {
                self.coloured("[Object]".to_owned(), 36)
            }
            Value::Array(..) if level > self.inspect.depth => {
                self.coloured("[Array]".to_owned(), 36)
            }
            Value::Object(entries) => self.object(entries, level),
            Value::Array(values, more) => self.array(values, *more, level),
        }
    }

    fn object(&mut self, entries: &[(&str, Value<'_>)], level: usize) -> Piece {
        self.deepest = level;
        let mut pieces = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            self.indentation += 2;
            let value = self.value(value, level + 1);
            self.indentation -= 2;
            let key = self.key(key);
            pieces.push(Piece {
                width: key.width + 2 + value.width,
                text: format!("{}: {}", key.text, value.text),
            });
        }
        self.enclosed(pieces, ["{", "}"], level, true)
    }

    fn array(&mut self, values: &[Value<'_>], more: usize, level: usize) -> Piece {
        self.deepest = level;
        let mut pieces = Vec::with_capacity(values.len() + 1);
        for value in values {
            self.indentation += 2;
            pieces.push(self.value(value, level + 1));
            self.indentation -= 2;
        }
        if more > 0 {
            let plural = if more > 1 { "s" } else { "" };
            pieces.push(Piece::plain(format!("... {more} more item{plural}")));
        }
        let entries = pieces.len();
        if entries > UNGROUPED {
            let numbers = values.iter().all(|value| matches!(value, Value::Number(_)));
            pieces = self.grouped(pieces, more > 0, numbers);
        }
        // What was set in columns has lines of its own.
        let one_line = entries == pieces.len();
        self.enclosed(pieces, ["[", "]"], level, one_line)
    }

    /// On one line, where it is allowed, short enough, and not too deep.
    fn enclosed(
        &self,
        pieces: Vec<Piece>,
        braces: [&str; 2],
        level: usize,
        one_line: bool,
    ) -> Piece {
        let [open, close] = braces;
        let widths: usize = pieces.iter().map(|piece| piece.width).sum();
        let start = pieces.len() + self.indentation + open.len() + 10;
        let fits = widths + pieces.len() + start <= LINE;
        let flat = pieces.iter().all(|piece| !piece.text.contains('\n'));
        if one_line && fits && flat && self.deepest - level < COMPACT {
            let text = format!("{open} {} {close}", join(&pieces, ", "));
            return Piece { width: widths + 2 * (pieces.len() - 1) + 4, text };
        }
        let line = format!("\n{}", " ".repeat(self.indentation));
        let entries = join(&pieces, &format!(",{line}  "));
        let text = format!("{open}{line}  {entries}{line}{close}");
        // Nobody asks how wide a text of several lines is, but for its sum, which is too large.
        Piece { width: widths + pieces.len() * (self.indentation + 4), text }
    }

    /// Node's columns: about two and a half times as many as rows, none wider than its widest entry.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small number of columns, at least 0"
    )]
    fn grouped(&self, pieces: Vec<Piece>, more: bool, numbers: bool) -> Vec<Piece> {
        let grouped = pieces.len() - usize::from(more);
        let widths: Vec<usize> = pieces[..grouped].iter().map(|piece| piece.width).collect();
        let total: usize = widths.iter().map(|width| width + 2).sum();
        let widest = widths.iter().copied().max().unwrap_or(0);
        let column = widest + 2;
        let uneven = total as f64 / column as f64 <= 5.0 && widest > 6;
        if column * 3 + self.indentation >= LINE || uneven {
            return pieces;
        }
        let bias = (column as f64 - total as f64 / pieces.len() as f64).sqrt();
        let biased = (column as f64 - 3.0 - bias).max(1.0);
        let square = (2.5 * biased * grouped as f64).sqrt() / biased;
        let columns = ((square + 0.5).floor() as usize)
            .min((LINE - self.indentation) / column)
            .min(COMPACT * 4)
            .min(15);
        if columns <= 1 {
            return pieces;
        }
        let widest_of =
            |at: usize| widths.iter().skip(at).step_by(columns).copied().max().unwrap_or(0) + 2;
        let column_widths: Vec<usize> = (0..columns).map(widest_of).collect();
        let mut rows: Vec<Piece> = pieces[..grouped]
            .chunks(columns)
            .map(|row| Self::row(row, &column_widths, numbers))
            .collect();
        rows.extend(pieces.into_iter().skip(grouped));
        rows
    }

    /// Numbers stand to the right, texts to the left.
    fn row(row: &[Piece], column_widths: &[usize], numbers: bool) -> Piece {
        let mut text = String::new();
        for (at, (piece, column)) in row.iter().zip(column_widths).enumerate() {
            let last = at + 1 == row.len();
            let blanks = " ".repeat(column - 2 - piece.width);
            let comma = if last { "" } else { ", " };
            if numbers {
                text.push_str(&blanks);
                text.push_str(&piece.text);
                text.push_str(comma);
            } else {
                text.push_str(&piece.text);
                text.push_str(comma);
                if !last {
                    text.push_str(&blanks);
                }
            }
        }
        let width = column_widths.iter().sum();
        Piece { text, width }
    }

    fn key(&self, key: &str) -> Piece {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if key == "__proto__" {
            return Piece::plain("['__proto__']");
        }
        if !key.is_empty()
            && key.chars().all(word)
            && !key.starts_with(|c: char| c.is_ascii_digit())
        {
            return Piece::plain(key);
        }
        self.coloured(quoted(key), 32)
    }

    fn coloured(&self, text: String, colour: u8) -> Piece {
        let width = width(&text);
        if self.inspect.colours {
            Piece { text: format!("\x1b[{colour}m{text}\x1b[39m"), width }
        } else {
            Piece { text, width }
        }
    }
}

fn join(pieces: &[Piece], separator: &str) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect::<Vec<_>>().join(separator)
}

/// Unlike JavaScript's own text, it tells zero's sign.
fn number(n: f64) -> String {
    let mut text = String::new();
    if n == 0.0 && n.is_sign_negative() {
        text.push('-');
    }
    push_number(&mut text, n);
    text
}

/// In single quotes, or in those that the text does not hold.
fn quoted(text: &str) -> String {
    let quote = if !text.contains('\'') {
        '\''
    } else if !text.contains('"') {
        '"'
    } else if !text.contains('`') && !text.contains("${") {
        '`'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            '\'' if quote == '\'' => out.push_str("\\'"),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
                // Writing to a `String` cannot fail.
                let _written = write!(out, "\\x{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
