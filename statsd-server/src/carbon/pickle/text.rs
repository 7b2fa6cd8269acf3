//! Texts of protocol 0, which are written with escapes.

use std::borrow::Cow;

/// What a literal of Python 2 says, `'a\x62'`: bytes. Nothing where it is no literal.
pub(super) fn quoted(literal: &[u8]) -> Option<Cow<'_, [u8]>> {
    let ([b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"']) = literal else { return None };
    if !inner.contains(&b'\\') {
        return Some(Cow::Borrowed(inner));
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (&escaped, after) = rest.split_first()?;
        rest = after;
        bytes.push(match escaped {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'\\' | b'\'' | b'"' => escaped,
            b'x' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                u8::try_from(hex(digits)?).ok()?
            }
            _ => return None,
        });
    }
    Some(Cow::Owned(bytes))
}

/// What a text of Python says: a byte is a letter of Latin-1, `\u20ac` and `\U0001f600` are others.
pub(super) fn escaped(text: &[u8]) -> Option<Cow<'_, str>> {
    if text.is_ascii() && !text.contains(&b'\\') {
        return str::from_utf8(text).ok().map(Cow::Borrowed);
    }
    let mut letters = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digits = match (byte, rest.first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                letters.push(char::from(byte));
                continue;
            }
        };
        let (digits, after) = rest.get(1..)?.split_at_checked(digits)?;
        rest = after;
        letters.push(char::from_u32(hex(digits)?)?);
    }
    Some(Cow::Owned(letters))
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, &digit| Some(number * 16 + char::from(digit).to_digit(16)?))
}
