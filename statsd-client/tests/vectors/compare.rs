//! What a line says, whatever order its parts stand in and however its numbers are written.

use std::fmt::Write as _;

/// A line in one form: numbers shortest, tags and fields sorted.
pub(crate) fn canonical(line: &str) -> String {
    let mut parts = line.split('|');
    let head = parts.next().unwrap_or_default();
    let kind = parts.next().unwrap_or_default();
    let mut fields: Vec<_> = parts.map(canonical_field).collect();
    fields.sort_unstable();
    let head = if line.starts_with("_e{") || line.starts_with("_sc|") {
        head.to_owned()
    } else {
        canonical_head(head)
    };
    format!("{head}|{kind}|{}", fields.join("|"))
}

/// Likewise, without what one vendor deletes and another replaces.
pub(crate) fn canonical_but_for_replacements(line: &str) -> String {
    canonical(line).replace(['_', ' '], "")
}

/// Tags, sorted: `a:b,c` or `;a=b;c=d`.
fn canonical_tags(tags: &str) -> String {
    let mut tags: Vec<_> =
        tags.split([',', ';', '[', ']', '#']).filter(|t| !t.is_empty()).collect();
    tags.sort_unstable();
    tags.join(",")
}

fn canonical_field(field: &str) -> String {
    match field.strip_prefix('#') {
        Some(tags) => format!("#{}", canonical_tags(tags)),
        None => field.to_owned(),
    }
}

/// `name,tags:1.0:2` → the same with sorted tags and shortest numbers.
fn canonical_head(head: &str) -> String {
    let (name, values) = head.split_once(':').unwrap_or((head, ""));
    let (name, tags) = match name.find([',', ';', '[', '#']) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let mut out = format!("{name} {}", canonical_tags(tags));
    for value in values.split(':') {
        match value.parse::<f64>() {
            Ok(number) => write!(out, ":{number}"),
            Err(_) => write!(out, ":{value}"),
        }
        .unwrap();
    }
    out
}
