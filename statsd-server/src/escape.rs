//! What strangers sent, as it may be shown.

/// A line as it may stand in a log: what is no text, or would do something to a terminal, is escaped.
///
/// ```
/// use statsd_server::escape::printable;
///
/// assert_eq!(printable("café \"x\" \x1b[31m".as_bytes()), r#"café "x" \u{1b}[31m"#);
/// assert_eq!(printable(b"\xff\0"), r"\xff\0");
/// ```
pub fn printable(line: &[u8]) -> String {
    let mut text = String::with_capacity(line.len());
    for chunk in line.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '"' | '\'' => text.push(c),
                _ => text.extend(c.escape_debug()),
            }
        }
        for byte in chunk.invalid() {
            text.extend(byte.escape_ascii().map(char::from));
        }
    }
    text
}
