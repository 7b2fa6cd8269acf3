use std::path::Path;

use proptest::prelude::*;

use super::{HEADER_MAX_BYTES, Header, Slot, decode_slots, encode_slot};
use crate::{AggregationMethod, Error, ErrorKind, Retention, parse_retentions};

fn header() -> Header {
    let list = parse_retentions("10:30,60:20").unwrap();
    Header::new(&list, AggregationMethod::AvgZero, 0.25).unwrap()
}

fn parse(bytes: &[u8], file_bytes: u64) -> Result<Header, Error> {
    Header::parse(bytes, file_bytes, Path::new("a.wsp"))
}

/// The header with one of its 32-bit words replaced.
fn with_word(word: usize, value: u32) -> Vec<u8> {
    let mut bytes = header().to_bytes();
    bytes[word * 4..][..4].copy_from_slice(&value.to_be_bytes());
    bytes
}

fn refusal(bytes: &[u8]) -> (ErrorKind, String) {
    let error = parse(bytes, header().file_bytes()).unwrap_err();
    (error.kind(), error.to_string().strip_prefix("a.wsp: ").expect("names the file").to_owned())
}

#[test]
fn what_is_written_is_parsed_again() {
    let header = header();
    assert_eq!(parse(&header.to_bytes(), header.file_bytes()).unwrap(), header);
}

#[test]
fn a_file_longer_than_its_archives_is_accepted() {
    let header = header();
    assert!(parse(&header.to_bytes(), header.file_bytes() + 4_096).is_ok());
}

#[test]
fn a_short_file_is_told_by_where_it_ends() {
    let header = header();
    let bytes = header.to_bytes();
    for (file_bytes, kind, text) in [
        (0, ErrorKind::Empty, "an empty file"),
        (15, ErrorKind::Truncated, "15 bytes end within the header"),
        (28, ErrorKind::Truncated, "28 bytes end within the table of archives"),
        (399, ErrorKind::Truncated, "399 bytes, where archive 10:30 ends at byte 400"),
        (639, ErrorKind::Truncated, "639 bytes, where archive 60:20 ends at byte 640"),
    ] {
        let held = &bytes[..bytes.len().min(file_bytes)];
        let error = parse(held, file_bytes as u64).unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (kind, format!("a.wsp: {text}")));
    }
}

#[test]
fn a_header_that_contradicts_itself_is_corrupt() {
    for (word, value, text) in [
        (0, 0, "no aggregation method has the code 0"),
        (0, 9, "no aggregation method has the code 9"),
        (2, f32::NAN.to_bits(), "the xFilesFactor NaN is not in 0..=1"),
        (2, 1.5_f32.to_bits(), "the xFilesFactor 1.5 is not in 0..=1"),
        (3, 0, "0 archives, where 1 to 32 can be"),
        (3, u32::MAX, "4294967295 archives, where 1 to 32 can be"),
        (4, 39, "archive 10:30 begins at byte 39, in what lies before it"),
        (7, 399, "archive 60:20 begins at byte 399, in what lies before it"),
        (5, 0, "0:30 has a step of 0 seconds"),
        (6, 0, "10:0 keeps no points"),
        (5, u32::MAX, "4294967295:30 reaches back more than 4294967295 seconds"),
    ] {
        assert_eq!(refusal(&with_word(word, value)), (ErrorKind::Corrupt, text.to_owned()));
    }
}

#[test]
fn an_archive_past_the_end_of_the_file_is_truncated() {
    for (word, value) in [(7, u32::MAX), (9, 21), (9, 71_582_788)] {
        assert_eq!(refusal(&with_word(word, value)).0, ErrorKind::Truncated, "{word}");
    }
}

#[test]
fn a_compressed_file_of_go_whisper_is_told_as_such() {
    let (kind, text) = refusal(b"whisper_compressed\x01\0\0\0\0");
    assert_eq!(kind, ErrorKind::Compressed);
    assert!(text.contains("go-whisper"), "{text}");
}

#[test]
fn archives_are_finest_first_whatever_their_order_in_the_file() {
    let mut bytes = header().to_bytes();
    bytes[16..].rotate_left(12);
    assert_eq!(parse(&bytes, 640).unwrap(), header());
}

#[test]
fn archives_that_32_bits_cannot_place_are_refused() {
    let steps =
        [1, 2].map(|seconds_per_point| Retention { seconds_per_point, points: 400_000_000 });
    let (kind, text) = Header::checked(&steps, AggregationMethod::Sum, 0.0).unwrap_err();
    assert_eq!(kind, ErrorKind::InvalidArchives);
    assert_eq!(text, "2:400000000 begins past 4 GiB into the file");
}

proptest! {
    #[test]
    fn no_bytes_panic_and_what_passes_lies_within_the_file(
        bytes in proptest::collection::vec(any::<u8>(), 0..HEADER_MAX_BYTES),
        file_bytes in 0_u64..10_000,
    ) {
        check_places(&bytes, file_bytes)?;
    }

    #[test]
    fn no_damage_to_a_header_panics(
        damage in proptest::collection::vec((0_usize..40, any::<u8>()), 1..6),
        file_bytes in 0_u64..1_000,
    ) {
        let mut bytes = header().to_bytes();
        for (at, byte) in damage {
            bytes[at] = byte;
        }
        check_places(&bytes, file_bytes)?;
    }

    #[test]
    fn slots_are_decoded_as_they_were_encoded(
        slots in proptest::collection::vec((any::<u32>(), any::<u64>()), 0..20),
    ) {
        let encoded: Vec<_> = slots
            .iter()
            .map(|(interval, bits)| Slot { interval: *interval, value: f64::from_bits(*bits) })
            .collect();
        let mut bytes = vec![0; slots.len() * 12];
        for (slot, bytes) in encoded.iter().zip(bytes.as_chunks_mut().0) {
            encode_slot(*slot, bytes);
        }
        let decoded: Vec<_> =
            decode_slots(&bytes).map(|slot| (slot.interval, slot.value.to_bits())).collect();
        prop_assert_eq!(decoded, slots);
    }
}

fn check_places(bytes: &[u8], file_bytes: u64) -> Result<(), TestCaseError> {
    if let Ok(header) = parse(bytes, file_bytes) {
        prop_assert!(header.file_bytes() <= file_bytes);
        for archive in header.archives() {
            let retention = archive.retention();
            prop_assert!(retention.seconds_per_point > 0 && retention.points > 0);
            prop_assert!(archive.byte_of(0) >= 16 + 12 * header.archives().len() as u64);
        }
    }
    Ok(())
}
