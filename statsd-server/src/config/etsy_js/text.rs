//! Texts in quotes.

use super::scan::{Scanner, is_line_end};
use super::value::Mistake;

/// Reads a text in `'` or `"`, or a template without expressions; the quote is next.
pub(super) fn text(scanner: &mut Scanner<'_>) -> Result<String, Mistake> {
    let start = scanner.at();
    let quote = scanner.next().unwrap_or('"');
    let mut text = String::new();
    loop {
        let at = scanner.at();
        match scanner.next() {
            None => return Err(unfinished(start, quote)),
            Some(c) if c == quote => return Ok(text),
            Some('\\') => escaped(scanner, at, &mut text)?,
            Some('$') if quote == '`' && scanner.peek() == Some('{') => {
                let message = "`${…}` is not evaluated here: write the text out";
                return Err(Mistake::new(at, message));
            }
            Some('\r') if quote == '`' => {
                scanner.take("\n");
                text.push('\n');
            }
            Some('\n' | '\r') if quote != '`' => return Err(unfinished(start, quote)),
            Some(c) => text.push(c),
        }
    }
}

fn unfinished(start: usize, quote: char) -> Mistake {
    Mistake::new(start, format!("this text has no end: `{quote}` is missing"))
}

/// What stands behind a backslash, which is at `at`.
fn escaped(scanner: &mut Scanner<'_>, at: usize, text: &mut String) -> Result<(), Mistake> {
    let wrong = |message| Err(Mistake::new(at, message));
    let Some(c) = scanner.next() else { return Ok(()) };
    match c {
        'n' => text.push('\n'),
        't' => text.push('\t'),
        'r' => text.push('\r'),
        'b' => text.push('\u{8}'),
        'f' => text.push('\u{c}'),
        'v' => text.push('\u{b}'),
        '0' if !scanner.peek().is_some_and(|next| next.is_ascii_digit()) => text.push('\0'),
        '0'..='9' => return wrong("a backslash before a digit: write `\\x` and two digits"),
        'x' => match code(scanner, 2).and_then(char::from_u32) {
            Some(c) => text.push(c),
            None => return wrong("`\\x` wants two hexadecimal digits"),
        },
        'u' => match unicode(scanner) {
            Some(c) => text.push(c),
            None => return wrong("`\\u` wants the four hexadecimal digits of a character"),
        },
        // A line that goes on in the next one.
        '\r' => {
            scanner.take("\n");
        }
        c if is_line_end(c) => {}
        c => text.push(c),
    }
    Ok(())
}

/// `XXXX`, `{X…}`, or two halves of one character.
fn unicode(scanner: &mut Scanner<'_>) -> Option<char> {
    if scanner.take("{") {
        let digits = scanner.take_while(|c| c.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, 16).ok()?;
        return scanner.take("}").then_some(code).and_then(char::from_u32);
    }
    let first = code(scanner, 4)?;
    if !(0xd800..0xdc00).contains(&first) {
        return char::from_u32(first);
    }
    let second = scanner.take("\\u").then(|| code(scanner, 4))??;
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low)
}

fn code(scanner: &mut Scanner<'_>, digits: usize) -> Option<u32> {
    let text = scanner.rest().get(..digits)?;
    // `from_str_radix` would take a sign.
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let code = u32::from_str_radix(text, 16).ok().filter(|_| is_hex)?;
    scanner.take(text).then_some(code)
}
