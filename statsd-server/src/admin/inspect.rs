//! A listing as Node.js prints an object (`util.inspect` of version 20, as etsy's console uses it):
//! on one line if that is short, else one entry a line; long lists of numbers in columns.

use std::fmt::Write as _;

use crate::aggregate::{Listed, Listing};

/// Columns of the terminal that Node.js assumes.
const LINE_MAX: usize = 80;

/// Spaces before a list's brackets, which stand in an object.
const INDENTATION: usize = 2;

/// Lists of more entries than this are written in columns.
const COLUMNS_FROM: usize = 6;

/// Columns of a list, at the most.
const COLUMNS_MAX: usize = 12;

/// What a comma and a space take.
const SEPARATOR: usize = 2;

pub(super) fn inspect(listing: &Listing) -> String {
    let mut entries: Vec<String> =
        listing.entries.iter().map(|(name, value)| key(name) + ": " + &listed(value)).collect();
    if listing.left_out > 0 {
        entries.push(more(listing.left_out));
    }
    enclosed(&entries, ['{', '}'], 0, true)
}

fn listed(value: &Listed) -> String {
    match value {
        Listed::Number(value) => number(*value),
        Listed::Samples { values, more } => list(values, *more),
    }
}

fn more(n: usize) -> String {
    format!("... {n} more item{}", if n == 1 { "" } else { "s" })
}

/// JavaScript's text of a number, in which -0 is shown.
fn number(value: f64) -> String {
    if value == 0.0 && value.is_sign_negative() {
        return "-0".to_owned();
    }
    ryu_js::Buffer::new().format(value).to_owned()
}

fn list(values: &[f64], left_out: usize) -> String {
    let mut entries: Vec<String> = values.iter().map(|value| number(*value)).collect();
    if left_out > 0 {
        entries.push(more(left_out));
    }
    let rows = columns(&entries, values.len()).map(|columns| {
        let mut rows = rows(&entries[..values.len()], columns);
        rows.extend(entries[values.len()..].iter().cloned());
        rows
    });
    match rows {
        Some(rows) => enclosed(&rows, ['[', ']'], INDENTATION, false),
        None => enclosed(&entries, ['[', ']'], INDENTATION, true),
    }
}

/// In how many columns the first `numbers` of a list's entries are written: about as many as make a
/// square of it, given that a character is two and a half times as high as it is wide. `None`: in
/// none, because there are few of them, or one is much longer than most.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small number of at least 0"
)]
fn columns(entries: &[String], numbers: usize) -> Option<usize> {
    if entries.len() <= COLUMNS_FROM {
        return None;
    }
    let longest = entries[..numbers].iter().map(String::len).max()?;
    let total: usize = entries[..numbers].iter().map(|entry| entry.len() + SEPARATOR).sum();
    let width = longest + SEPARATOR;
    let even = total > 5 * width || longest <= 6;
    if width * 3 + INDENTATION >= LINE_MAX || !even {
        return None;
    }
    let spread = (width as f64 - total as f64 / entries.len() as f64).sqrt();
    let typical = (width as f64 - 3.0 - spread).max(1.0);
    let square = ((2.5 * typical * numbers as f64).sqrt() / typical).round() as usize;
    let columns = square.min((LINE_MAX - INDENTATION) / width).min(COLUMNS_MAX);
    Some(columns).filter(|columns| *columns > 1)
}

/// The numbers in rows, each column as wide as its longest one, aligned at the right.
fn rows(numbers: &[String], columns: usize) -> Vec<String> {
    let widths: Vec<usize> = (0..columns)
        .map(|column| numbers.iter().skip(column).step_by(columns).map(String::len).max())
        .map(Option::unwrap_or_default)
        .collect();
    let row = |row: &[String]| {
        let cells = row.iter().zip(&widths).map(|(number, width)| format!("{number:>width$}"));
        cells.collect::<Vec<_>>().join(", ")
    };
    numbers.chunks(columns).map(row).collect()
}

/// Entries in braces: on one line where they fit and may be (`on_one_line`), else each on its own.
fn enclosed(
    entries: &[String],
    [open, close]: [char; 2],
    indentation: usize,
    on_one_line: bool,
) -> String {
    if entries.is_empty() {
        return format!("{open}{close}");
    }
    // Node.js counts a comma and a space for each entry, a brace, and ten to be sure.
    let fixed = 2 * entries.len() + indentation + 11;
    // The sum ends where it is too long already: there may be a million entries.
    let left = LINE_MAX.checked_sub(fixed);
    let left = left.and_then(|left| {
        entries.iter().try_fold(left, |left, entry| left.checked_sub(length(entry)))
    });
    if on_one_line && left.is_some() && !entries.iter().any(|entry| entry.contains('\n')) {
        return format!("{open} {} {close}", entries.join(", "));
    }
    let indent = format!("\n{}", " ".repeat(indentation));
    let separator = format!(",{indent}  ");
    format!("{open}{indent}  {}{indent}{close}", entries.join(&separator))
}

/// JavaScript's length of a text.
fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// A key: bare if it could be a variable's name, else quoted.
fn key(name: &str) -> String {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name == "__proto__" {
        "['__proto__']".to_owned()
    } else if name.chars().all(word)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !name.is_empty()
    {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// In single quotes; in others where it holds those, and escaped where it holds all.
fn quoted(text: &str) -> String {
    let quote = match (text.contains('\''), text.contains('"')) {
        (true, false) => '"',
        (true, true) if !text.contains('`') && !text.contains("${") => '`',
        _ => '\'',
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' if quote == '\'' => out.push_str("\\'"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() => {
                let _written = write!(out, "\\x{:02X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

#[cfg(test)]
mod tests;
