use super::super::super::types::Dialect;
use super::super::{Samples, parse};

const DIALECTS: [Dialect; 3] = [Dialect::Etsy, Dialect::DogStatsd, Dialect::Okmeter];

const SEED: u64 = 11;

/// Numbers that need no seed to be told again: a step of a well-known generator.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize
}

/// Lines out of pieces that are nearly plain.
fn packet(state: &mut u64) -> Vec<u8> {
    const PIECES: [&str; 34] = [
        "a",
        "users.new",
        "name-of_32_bytes.that.is.long.01",
        "é",
        "|",
        "|#",
        ":",
        "\n",
        "\r\n",
        "1",
        "12",
        "0.1",
        "999999999999999",
        "9999999999999999",
        "0.3",
        "100000000.0000001",
        "3.",
        ".5",
        "1e3",
        "-1",
        "+1",
        "0",
        "|c",
        "|ms",
        "|g",
        "|s",
        "|h",
        "|d",
        "|@0.1",
        "|@0",
        "|@1",
        "|@0.333",
        "|@1e-1",
        ":1|c\n",
    ];
    (0..=next(state) % 12).flat_map(|_| PIECES[next(state) % PIECES.len()].bytes()).collect()
}

#[test]
fn what_is_read_at_once_is_what_the_careful_reader_reads() {
    let mut state = 7;
    let mut plain = 0;
    for _ in 0..200_000 {
        let packet = packet(&mut state);
        for dialect in DIALECTS {
            let mut careful = parse(&packet, dialect).seeded(SEED);
            let Some((sample, rest)) = super::read(&packet, SEED, dialect != Dialect::Etsy) else {
                continue;
            };
            plain += 1;
            let text = String::from_utf8_lossy(&packet);
            assert_eq!(careful.next_of_any(), Some(Ok(sample)), "{text:?} in {dialect:?}");
            // What is left is the same, too: lines between are empty ones.
            let left: Vec<_> = Samples { rest, ..parse(&[], dialect).seeded(SEED) }.collect();
            let mut rest_carefully = Vec::new();
            while let Some(item) = careful.next_of_any() {
                rest_carefully.push(item);
            }
            assert_eq!(left, rest_carefully, "{text:?} in {dialect:?}");
        }
    }
    assert!(plain > 10_000, "only {plain} lines were plain");
}

#[test]
fn ordinary_lines_are_plain() {
    for line in
        ["a:1|c", "users.new:12|c|@0.1\n", "render:12.5|ms\nmore", "queue.depth:017|g", "a:0|c"]
    {
        assert!(super::read(line.as_bytes(), SEED, false).is_some(), "{line:?}");
    }
    for line in [
        "a:1|h",
        "a|b:1|c",
        "a\nb:1|c",
        "a:1|c\r\n",
        "a:1",
        ":",
        "a:1|c|#t:v",
        "a:1|cc",
        "a:1|c|@0",
    ] {
        assert!(super::read(line.as_bytes(), SEED, false).is_none(), "{line:?}");
    }
    assert!(super::read(b"a:1|h", SEED, true).is_some());
}

#[test]
fn a_name_ends_where_it_does_at_any_place_in_its_words() {
    for len in 0..40 {
        for (end, is_plain) in [(':', true), ('|', false), ('\n', false)] {
            let line = format!("{}{end}1|c:1|c", "n".repeat(len));
            let read = super::name(line.as_bytes(), SEED);
            assert_eq!(read.map(|(name, ..)| name.len()), is_plain.then_some(len), "{line:?}");
        }
    }
}
