use proptest::prelude::*;

use super::*;

const MAX: usize = 12;

/// What came of a stream in these chunks: packets, the last line, lines that were too long.
fn push_all<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<u8>>, Vec<u8>, u64) {
    let (mut lines, mut joined) = (Lines::new(MAX), Vec::new());
    let (mut packets, mut long) = (Vec::new(), 0);
    for chunk in chunks {
        long += lines.push(chunk, &mut joined, |packet| packets.push(packet.to_vec()));
        assert!(lines.begun.len() <= MAX);
    }
    (packets, lines.finish().unwrap_or_default(), long)
}

#[test]
fn a_chunk_that_ends_lines_is_one_packet() {
    let (packets, last, long) = push_all([&b"a\nb\nc"[..], b"d\ne\n", b"f"]);
    assert_eq!(packets, [&b"a\nb\n"[..], b"cd\ne\n"]);
    assert_eq!(last, b"f");
    assert_eq!(long, 0);
}

#[test]
fn a_chunk_without_an_end_is_none() {
    let (packets, last, _) = push_all([&b"a"[..], b"b", b"c"]);
    assert!(packets.is_empty());
    assert_eq!(last, b"abc");
}

#[test]
fn a_long_line_is_dropped_once_and_the_next_one_is_kept() {
    let (packets, last, long) =
        push_all([&b"0123456789"[..], b"0123456789", b"0123456789", b"9\nok\n", b"1"]);
    assert_eq!(packets, [b"ok\n"]);
    assert_eq!(last, b"1");
    assert_eq!(long, 1);
}

#[test]
fn the_bound_is_the_lines_length_wherever_it_is_cut() {
    for cut in 0..=MAX {
        let (packets, _, long) = push_all([&b"0123456789ab"[..cut], &b"0123456789ab\n"[cut..]]);
        assert_eq!((packets.concat().len(), long), (MAX + 1, 0), "{cut}");
    }
    for cut in 1..=MAX {
        let (packets, _, long) = push_all([&b"0123456789abc"[..cut], &b"0123456789abc\n"[cut..]]);
        assert_eq!((packets.len(), long), (0, 1), "{cut}");
    }
}

#[test]
fn a_line_that_has_ended_holds_no_memory() {
    let (mut lines, mut joined) = (Lines::new(1 << 20), Vec::new());
    lines.push(&vec![b'a'; 1 << 19], &mut joined, |_| panic!("no line has ended"));
    assert!(lines.begun.capacity() >= 1 << 19);
    lines.push(b"\n", &mut joined, |packet| assert_eq!(packet.len(), (1 << 19) + 1));
    assert!(lines.begun.capacity() <= KEPT_BYTES);
}

/// Lines of a text as a reader with no bound on its memory would see them.
fn plain(text: &[u8]) -> (Vec<u8>, Vec<u8>, u64) {
    let (mut kept, mut last, mut long) = (Vec::new(), Vec::new(), 0);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let bytes = line.strip_suffix(b"\n").unwrap_or(line);
        if bytes.len() > MAX {
            long += 1;
        } else if line.len() > bytes.len() {
            kept.extend_from_slice(line);
        } else {
            last = line.to_vec();
        }
    }
    (kept, last, long)
}

proptest! {
    #[test]
    fn any_chunking_yields_the_same_lines(
        text in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), b'a'..=b'c'], 0..200),
        cuts in proptest::collection::vec(1..=MAX, 1..50),
    ) {
        let mut chunks = Vec::new();
        let mut rest = &text[..];
        for cut in cuts.iter().cycle() {
            if rest.is_empty() { break; }
            let (chunk, after) = rest.split_at((*cut).min(rest.len()));
            chunks.push(chunk);
            rest = after;
        }
        let (packets, last, long) = push_all(chunks.iter().copied());
        prop_assert!(packets.iter().all(|packet| packet.ends_with(b"\n")));
        prop_assert_eq!((packets.concat(), last, long), plain(&text));
    }
}
