use super::*;

#[test]
fn a_key_reads_back_as_it_was_written() {
    let mut buffer = KeyBuffer::default();
    buffer.name(format_args!("cron.{}", "cleanup")).unwrap();
    buffer.tag("queue", 7).unwrap();
    buffer.tag("bare", "").unwrap();
    assert_eq!(
        Key::read(buffer.stamp(MetricType::Timer, 0.5)),
        Some(Key {
            kind: MetricType::Timer,
            rate: 0.5,
            has_prefix: true,
            name: "cron.cleanup",
            tags: vec![("queue", "7"), ("bare", "")],
        })
    );
}

#[test]
fn a_name_without_the_prefix_is_a_context_of_its_own_until_the_next_one_is_written() {
    let mut buffer = KeyBuffer::default();
    buffer.name_str("jobs").unwrap();
    buffer.without_prefix();
    let bare = buffer.stamp(MetricType::Set, 1.0).to_vec();
    assert_eq!(buffer.stamp(MetricType::Set, 1.0), bare, "stamped twice");
    let read = Key::read(&bare).unwrap();
    assert_eq!((read.kind, read.has_prefix), (MetricType::Set, false));
    buffer.name_str("jobs").unwrap();
    assert!(Key::read(buffer.stamp(MetricType::Set, 1.0)).unwrap().has_prefix);
}

#[test]
fn both_ways_of_writing_a_name_make_the_same_key() {
    let (mut formatted, mut plain) = (KeyBuffer::default(), KeyBuffer::default());
    formatted.name("users.new").unwrap();
    plain.name_str("users.new").unwrap();
    let kind = MetricType::Counter;
    assert_eq!(formatted.stamp(kind, 1.0), plain.stamp(kind, 1.0));
}

#[test]
fn a_key_over_its_bound_is_refused() {
    let mut buffer = KeyBuffer::default();
    let long = "x".repeat(KEY_MAX_BYTES);
    assert_eq!(buffer.name_str(&long), Err(TooLong));
    assert_eq!(buffer.name(&long), Err(TooLong));
    buffer.name_str("short").unwrap();
    assert_eq!(buffer.tag("k", &long), Err(TooLong));
}

#[test]
fn rubbish_is_no_key() {
    for bytes in
        [&b""[..], b"\xff", b"\0\0\0\0\0\0\0\0\0\x09\0abc", b"\0\0\0\0\0\0\0\0\0\x01\0\xff"]
    {
        assert_eq!(Key::read(bytes), None);
    }
}

#[test]
fn an_empty_buffer_allocates_nothing() {
    assert_eq!(KeyBuffer::default().bytes.capacity(), 0);
    assert_eq!(Key::read(KeyBuffer::default().stamp(MetricType::Counter, 1.0)), None, "no name");
}
