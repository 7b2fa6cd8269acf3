use super::{ProtobufError, read_protobuf};
use crate::carbon::{Bad, Point, Points, Reason};

const NOW: i64 = 1_700_000_000;

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, u8::try_from(bytes.len()).unwrap()], bytes].concat()
}

fn point(time: &[u8], value: f64) -> Vec<u8> {
    field(2, &[&[8], time, &[0x11], &value.to_le_bytes()].concat())
}

fn read(frame: &[u8]) -> (Vec<(String, i64, f64)>, Bad) {
    let (mut all, mut bad) = (Vec::new(), Bad::default());
    let mut reader = read_protobuf(frame).unwrap();
    loop {
        let mut points = Points::default();
        let is_last = reader.next_batch(NOW, &mut points, &mut bad);
        let point =
            |(name, Point { timestamp, value }): (&str, Point)| (name.to_owned(), timestamp, value);
        all.extend(points.iter().map(point));
        if is_last {
            return (all, bad);
        }
    }
}

#[test]
fn metrics_have_points_in_any_order_of_fields() {
    let a = [field(1, b"a"), point(&[1], 1.5), point(&[0xac, 2], -2.5)].concat();
    let b = [point(&[0xff, 0xff, 0xff, 0xff, 0x0f], 3.0), field(1, b"b")].concat();
    // Fields that nobody knows: a number, eight bytes, four bytes, a text.
    let unknown = [&b"\x18\x96\x01\x21\0\0\0\0\0\0\0\0\x2d\0\0\0\0"[..], &field(6, b"x")].concat();
    let frame = [field(1, &a), unknown.clone(), field(1, &[b, unknown].concat())].concat();
    let (points, bad) = read(&frame);
    let expected = [("a", 1, 1.5), ("a", 300, -2.5), ("b", i64::from(u32::MAX), 3.0)];
    assert_eq!(points, expected.map(|(name, time, value)| (name.to_owned(), time, value)));
    assert_eq!(bad.total(), 0);
    assert!(read(b"").0.is_empty());
}

#[test]
fn what_is_no_point_takes_no_other_with_it() {
    let good = field(
        1,
        &[field(1, b"a"), point(&[1], f64::NAN), point(&[1], f64::INFINITY), point(&[1], 1.0)]
            .concat(),
    );
    let bad_name = field(1, &[field(1, b"\xff"), point(&[1], 1.0)].concat());
    let late = field(1, &[field(1, b"a"), point(&[0xff, 0xff, 0xff, 0xff, 0xff, 1], 1.0)].concat());
    let (points, bad) = read(&[bad_name, late, good].concat());
    assert_eq!(points, [("a".to_owned(), 1, 1.0)]);
    assert_eq!(bad.not_a_number, 1);
    for reason in [Reason::Infinite, Reason::NotUtf8, Reason::TimeRange] {
        assert_eq!(bad.count(reason), 1, "{reason:?}");
    }
    assert_eq!(bad.total(), 3);
}

#[test]
fn broken_frames_are_refused_as_a_whole() {
    let whole = field(1, &[field(1, b"a"), point(&[1], 1.0)].concat());
    for end in 1..whole.len() {
        assert_eq!(read_protobuf(&whole[..end]).unwrap_err(), ProtobufError::Cut, "{end}");
    }
    for (frame, error) in [
        (&b"\x0b"[..], ProtobufError::Kind(3)),
        (b"\x0c", ProtobufError::Kind(4)),
        (b"\x0f", ProtobufError::Kind(7)),
        (b"\x08\x01", ProtobufError::Wrong("metrics")),
        (b"\x0a\x02\x08\x01", ProtobufError::Wrong("metric")),
        (b"\x0a\x02\x10\x01", ProtobufError::Wrong("points")),
        (b"\x0a\x04\x12\x02\x10\x01", ProtobufError::Wrong("value")),
        (b"\x0a\x04\x12\x02\x0a\0", ProtobufError::Wrong("timestamp")),
        (b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", ProtobufError::Cut),
        (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", ProtobufError::TooLong),
    ] {
        assert_eq!(read_protobuf(frame).unwrap_err(), error, "{}", frame.escape_ascii());
    }
}

#[test]
fn a_large_frame_becomes_several_batches() {
    let points: Vec<u8> = (0..40_000).flat_map(|_| point(&[1], 1.0)).collect();
    let metric = [field(1, b"a"), points].concat();
    let length = u32::try_from(metric.len()).unwrap();
    let varint =
        [length | 0x80, length >> 7 | 0x80, length >> 14].map(|bits| bits.to_le_bytes()[0]);
    assert!(length < 1 << 21);
    let frame = [&[10][..], &varint, &metric].concat();
    let (mut batch, mut bad) = (Points::default(), Bad::default());
    let mut reader = read_protobuf(&frame).unwrap();
    assert!(!reader.next_batch(NOW, &mut batch, &mut bad));
    assert_eq!(batch.len(), crate::limits::CARBON_BATCH_POINTS);
    assert_eq!(read(&frame).0.len(), 40_000);
}
