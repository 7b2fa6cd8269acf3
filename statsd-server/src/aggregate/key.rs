//! The name of a context: a line's name and tags, sanitised as etsy's `stats.js` does it.

use statsd_client::protocol::Dialect;

/// What stands between two tags of a line. Graphite's dialect writes them as its names do.
pub(super) const fn tag_separator(dialect: Dialect) -> u8 {
    match dialect {
        Dialect::Graphite => b';',
        _ => b',',
    }
}

/// Yields the name under which a sample adds up: white space → `_`, `/` → `-`, everything outside of
/// `A-Z a-z 0-9 _ - . ; =` dropped, tags appended as `;key=value`.
///
/// A name that is clean already is borrowed as it is; another one is written into `buffer`.
pub(super) fn context_name<'a>(
    name: &'a [u8],
    tags: Option<&[u8]>,
    separator: u8,
    buffer: &'a mut String,
) -> &'a str {
    if tags.is_none()
        && name.iter().all(|&byte| is_kept(byte))
        && let Ok(name) = str::from_utf8(name)
    {
        return name;
    }
    buffer.clear();
    push_sanitised(buffer, name, Part::Name);
    for tag in tags.into_iter().flat_map(|tags| tags.split(|&byte| byte == separator)) {
        buffer.push(';');
        push_sanitised(buffer, tag, Part::Tag);
    }
    buffer
}

/// Appends a name, cleaned as [`Shard::sanitising`](super::Shard::sanitising) names are.
///
/// ```
/// let mut name = "stats.".to_owned();
/// statsd_server::aggregate::push_clean_name(&mut name, "a  b/c é");
/// assert_eq!(name, "stats.a_b-c_");
/// ```
pub fn push_clean_name(out: &mut String, name: &str) {
    push_sanitised(out, name.as_bytes(), Part::Name);
}

/// As [`context_name`], where names are not to be cleaned: only what is not UTF-8 is replaced, and the
/// tags are appended.
pub(super) fn raw_context_name<'a>(
    name: &'a [u8],
    tags: Option<&[u8]>,
    separator: u8,
    buffer: &'a mut String,
) -> &'a str {
    buffer.clear();
    buffer.extend(characters(name));
    for tag in tags.into_iter().flat_map(|tags| tags.split(|&byte| byte == separator)) {
        buffer.push(';');
        let start = buffer.len();
        buffer.extend(characters(tag));
        for (from, to) in [(";", "_"), (":", "=")] {
            if let Some(at) = buffer[start..].find(from) {
                buffer.replace_range(start + at..=start + at, to);
            }
        }
    }
    buffer
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Name,
    Tag,
}

/// A tag's first `;` becomes `_` and its first `:` becomes `=`; only the first, which is etsy's rule.
fn push_sanitised(out: &mut String, text: &[u8], part: Part) {
    let (mut semicolon, mut colon) = (part == Part::Tag, part == Part::Tag);
    let mut after_space = false;
    for c in characters(text) {
        let space = is_js_space(c);
        match c {
            _ if space && after_space => {}
            _ if space => out.push('_'),
            '/' => out.push('-'),
            ';' if semicolon => {
                semicolon = false;
                out.push('_');
            }
            ':' if colon => {
                colon = false;
                out.push('=');
            }
            _ if u8::try_from(c).is_ok_and(is_kept) => out.push(c),
            _ => {}
        }
        after_space = space;
    }
}

/// The text as UTF-8; what is not becomes a replacement character, which no name keeps.
fn characters(text: &[u8]) -> impl Iterator<Item = char> {
    text.utf8_chunks().flat_map(|chunk| {
        let broken = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
        chunk.valid().chars().chain(broken)
    })
}

fn is_kept(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b';' | b'=')
}

/// JavaScript's `\s`.
fn is_js_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

#[cfg(test)]
mod tests;
