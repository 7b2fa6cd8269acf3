//! Text in a picture whose fonts nobody knows: cut to size by a careful guess, safe as XML.

/// Pixels that one character takes at the pictures' 11 pixels of type. Wide faces (Verdana and its like)
/// stay below it, so that what fits by this measure fits everywhere.
pub(super) const CHAR_PIXELS: f64 = 7.0;

/// Characters that fit into so many pixels.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
pub(super) fn room(pixels: f64) -> usize {
    (pixels / CHAR_PIXELS) as usize
}

/// Columns that the text takes; East Asian characters and pictographs take two.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// The text, or as much of it as fits into so many columns, with `…` for the rest. The end of a series
/// name says more than its middle, so it is the middle that goes.
pub(super) fn fit(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let Some(left) = room.checked_sub(1) else { return String::new() };
    let end: Vec<char> = take(text.chars().rev(), left.div_ceil(2));
    let start = take(text.chars(), left / 2);
    start.into_iter().chain(['…']).chain(end.into_iter().rev()).collect()
}

fn take(chars: impl Iterator<Item = char>, room: usize) -> Vec<char> {
    let mut used = 0;
    chars
        .take_while(|c| {
            used += width(*c);
            used <= room
        })
        .collect()
}

fn width(c: char) -> usize {
    if c >= '\u{1100}' && !('\u{2000}'..'\u{2e80}').contains(&c) { 2 } else { 1 }
}

/// The text as XML content or attribute. Characters that XML cannot hold become U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
