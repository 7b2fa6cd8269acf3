use super::Begun;

/// The lines of a text that comes in chunks of a size, how many are too long, and what is left.
fn lines(text: &[u8], chunk: usize, max: usize) -> (Vec<Vec<u8>>, u64, Option<Vec<u8>>) {
    let mut begun = Begun::new(max);
    let (mut lines, mut too_long) = (Vec::new(), 0);
    for chunk in text.chunks(chunk) {
        too_long += begun.push(chunk, |text| {
            lines.extend(text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec));
        });
    }
    (lines, too_long, begun.finish())
}

#[test]
fn lines_are_whole_however_they_come() {
    let text = b"first 1 1\n\nsecond 2 2\r\nthird";
    let expected = [&b"first 1 1"[..], b"", b"second 2 2\r"];
    for chunk in 1..=text.len() {
        let (lines, too_long, left) = lines(text, chunk, 64);
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        // An empty line behind a newline may be a piece without a line, or none.
        let shown = |lines: &[&[u8]]| lines.iter().filter(|line| !line.is_empty()).count();
        assert_eq!(shown(&lines), shown(&expected), "{chunk}");
        assert_eq!(lines.first(), expected.first(), "{chunk}");
        assert_eq!(lines.last(), expected.last(), "{chunk}");
        assert_eq!((too_long, left.as_deref()), (0, Some(&b"third"[..])), "{chunk}");
    }
}

#[test]
fn a_line_that_is_too_long_is_dropped_alone() {
    let text = b"aa\nbbbbbbbbbbbbbbb\ncc\ndddddddddddd";
    for chunk in 1..=10 {
        let (lines, too_long, left) = lines(text, chunk, 10);
        let lines: Vec<&[u8]> =
            lines.iter().map(Vec::as_slice).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines, [&b"aa"[..], b"cc"], "{chunk}");
        assert_eq!((too_long, left), (2, None), "{chunk}");
    }
}
