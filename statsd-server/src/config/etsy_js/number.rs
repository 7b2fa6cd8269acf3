//! Numbers as JavaScript writes them.

use super::scan::{Scanner, is_word};
use super::value::Mistake;

/// Reads a number without a sign; its first character, a digit or a dot before one, is next.
pub(super) fn number(scanner: &mut Scanner<'_>) -> Result<f64, Mistake> {
    let start = scanner.at();
    let text = literal(scanner);
    let read = match text.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => whole(&text[2..], 16),
        Some("0o") => whole(&text[2..], 8),
        Some("0b") => whole(&text[2..], 2),
        // 0660 is octal, as file modes are written; 0890 is not.
        Some(_) if is_old_octal(text) => whole(&text[1..], 8),
        _ => decimal(text),
    };
    read.ok_or_else(|| Mistake::new(start, format!("`{text}` is not a number")))
}

/// Everything that could belong to a number, so that `10s` is shown as a whole.
fn literal<'a>(scanner: &mut Scanner<'a>) -> &'a str {
    let start = scanner.at();
    loop {
        let taken = scanner.take_while(|c| is_word(c) || c == '.');
        let is_hex =
            scanner.since(start).get(..2).is_some_and(|two| two.eq_ignore_ascii_case("0x"));
        // The sign of an exponent: in 0xe+1 there is none.
        let has_exponent = taken.ends_with(['e', 'E']) && !is_hex;
        if !(has_exponent && (scanner.take("+") || scanner.take("-"))) {
            return scanner.since(start);
        }
    }
}

fn is_old_octal(text: &str) -> bool {
    text.len() > 1 && text.starts_with('0') && text.bytes().all(|byte| (b'0'..b'8').contains(&byte))
}

/// Digits with `_` between them.
fn whole(digits: &str, base: u32) -> Option<f64> {
    let digits = without_separators(digits)?;
    if digits.is_empty() {
        return None;
    }
    digits
        .chars()
        .try_fold(0.0, |sum, digit| Some(sum * f64::from(base) + f64::from(digit.to_digit(base)?)))
}

fn decimal(text: &str) -> Option<f64> {
    let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-' | '_');
    // Rust reads more than JavaScript: `inf`, `nan`. The rest is alike.
    if !text.chars().all(plain) {
        return None;
    }
    without_separators(text)?.parse().ok()
}

fn without_separators(text: &str) -> Option<String> {
    let between = |at: usize| {
        let bytes = text.as_bytes();
        let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1))
    };
    let all_between = text.match_indices('_').all(|(at, _)| between(at));
    all_between.then(|| text.replace('_', ""))
}

/// The number that JavaScript makes of a text; none where it is `NaN` there.
pub(super) fn of_text(text: &str) -> Option<f64> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || digits.contains('_') {
        return None;
    }
    decimal(trimmed)
}
