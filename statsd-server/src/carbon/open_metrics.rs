//! Tags as OpenMetrics writes them, `name{key="value",other="…"}`, into carbon's `name;key=value;other=…`. Pure.
//!
//! What is taken is what carbon takes: no blanks, at least one tag, no empty value; in a value `\"` and `\\` are
//! a quotation mark and a backslash, and no other backslash stands there. Whether a key or a value may be stored,
//! and in which order, the store says of both forms.

use std::borrow::Cow;

use super::bad::Reason;

/// A name in carbon's form. One that does not end in `"}` is in no other; what is behind the first `;` of a
/// name is carbon's where it is not OpenMetrics', such as `name;key={"a"}`.
pub(super) fn in_carbons_form(name: &str) -> Result<Cow<'_, str>, Reason> {
    let tags = name.strip_suffix('}').filter(|rest| rest.ends_with('"'));
    let Some((metric, tags)) = tags.and_then(|rest| rest.split_once('{')) else {
        return Ok(Cow::Borrowed(name));
    };
    match translated(metric, tags) {
        Ok(name) => Ok(Cow::Owned(name)),
        Err(_) if metric.contains(';') => Ok(Cow::Borrowed(name)),
        Err(reason) => Err(reason),
    }
}

fn translated(metric: &str, mut tags: &str) -> Result<String, Reason> {
    if metric.is_empty() {
        return Err(Reason::Tags);
    }
    // Carbon cannot tell it from the one in front of the tags.
    if tags.contains('{') {
        return Err(Reason::TagBrace);
    }
    let mut name = metric.to_owned();
    while !tags.is_empty() {
        let (key, rest) = tags.split_once('=').ok_or(Reason::Tags)?;
        let (value, rest) = rest
            .strip_prefix('"')
            .and_then(quoted)
            .filter(|_| !key.is_empty())
            .ok_or(Reason::Tags)?;
        if key.contains(';') || value.contains(';') {
            return Err(Reason::TagSemicolon);
        }
        name.extend([";", key, "=", &value]);
        tags = match rest.strip_prefix(':').unwrap_or(rest).strip_prefix(',') {
            Some(further) => further,
            None if rest.is_empty() => rest,
            None => return Err(Reason::Tags),
        };
    }
    Ok(name)
}

/// The text up to its quotation mark, and what stands behind that; nothing where it is empty or has no end.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut rest = text.chars();
    loop {
        match rest.next()? {
            '"' if value.is_empty() => return None,
            '"' => return Some((value, rest.as_str())),
            '\\' => value.push(rest.next().filter(|c| matches!(c, '"' | '\\'))?),
            c => value.push(c),
        }
    }
}

#[cfg(test)]
mod tests;
