//! JSON as graphite-web writes it, down to the spelling of its numbers.

use std::fmt::Write as _;

use crate::query::Series;

/// Series as `/render?format=json` answers them: `[{"target": …, "tags": …, "datapoints": [[v, t], …]}]`.
///
/// `skip_nulls` leaves out nulls, and series that hold nothing else. Allocates the answer, about 20
/// bytes a point.
///
/// ```
/// use statsd_server::{draw::json, query::Series};
///
/// let load = Series { name: "load".into(), start: 60, step: 60, values: vec![Some(1.0), None] };
/// assert_eq!(
///     json::series(&[load], false),
///     r#"[{"target": "load", "tags": {"name": "load"}, "datapoints": [[1.0, 60], [null, 120]]}]"#
/// );
/// ```
pub fn series(series: &[Series], skip_nulls: bool) -> String {
    let mut out = String::from("[");
    for one in series {
        let mut points = one.points().filter(|(_, v)| !(skip_nulls && is_null(*v))).peekable();
        if skip_nulls && points.peek().is_none() {
            continue;
        }
        if out.len() > 1 {
            out.push_str(", ");
        }
        out.push_str("{\"target\": ");
        push_string(&mut out, &one.name);
        out.push_str(", \"tags\": ");
        push_tags(&mut out, &one.name);
        out.push_str(", \"datapoints\": [");
        for (i, (timestamp, value)) in points.enumerate() {
            out.push_str(if i == 0 { "[" } else { ", [" });
            push_number(&mut out, value);
            let _infallible = write!(out, ", {timestamp}]");
        }
        out.push_str("]}");
    }
    out.push(']');
    out
}

/// The same JSON, one item a line and indented by two blanks: `pretty=1`.
pub fn indent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth = 0;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => push_quoted(&mut out, &mut chars),
            '[' | '{' if matches!(chars.peek(), Some(']' | '}')) => {
                out.push(c);
                out.extend(chars.next());
            }
            '[' | '{' => {
                depth += 1;
                out.push(c);
                push_line(&mut out, depth);
            }
            ']' | '}' => {
                depth -= 1;
                push_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                push_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            ' ' => {}
            c => out.push(c),
        }
    }
    out
}

fn push_quoted(out: &mut String, chars: &mut impl Iterator<Item = char>) {
    out.push('"');
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '"' => return,
            '\\' => out.extend(chars.next()),
            _ => {}
        }
    }
}

fn push_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

/// A tagged series carries its tags in its name: `disk.used;rack=a1;server=web01`.
fn push_tags(out: &mut String, series: &str) {
    let mut parts = series.split(';');
    out.push_str("{\"name\": ");
    push_string(out, parts.next().unwrap_or_default());
    for (tag, value) in parts.filter_map(|part| part.split_once('=')) {
        out.push_str(", ");
        push_string(out, tag);
        out.push_str(": ");
        push_string(out, value);
    }
    out.push('}');
}

fn push_string(out: &mut String, text: &str) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

fn is_null(value: Option<f64>) -> bool {
    value.is_none_or(f64::is_nan)
}

/// Python's `repr`: the shortest digits that read back the same, an exponent of two digits from 1e16
/// and below 1e-4. JSON has no infinity; a number too large for an f64 is read as one.
fn push_number(out: &mut String, value: Option<f64>) {
    let Some(value) = value.filter(|value| !value.is_nan()) else { return out.push_str("null") };
    if value.is_infinite() {
        return out.push_str(if value > 0.0 { "1e9999" } else { "-1e9999" });
    }
    let start = out.len();
    let _infallible = write!(out, "{value:?}");
    if let Some(e) = out[start..].find('e') {
        let exponent = out.split_off(start + e + 1);
        let (sign, digits) = exponent.strip_prefix('-').map_or(('+', &*exponent), |d| ('-', d));
        let _infallible = write!(out, "{sign}{digits:0>2}");
    }
}

#[cfg(test)]
mod tests;
