use super::*;

type Read = (Header, u64, Vec<u8>);

fn read(run: &Run, from: usize) -> (usize, Vec<Read>) {
    let mut records = Vec::new();
    let to = run.read(from, &mut Vec::new(), |header, value, text| {
        let text = if header.op == Op::Member { text.to_vec() } else { Vec::new() };
        records.push((header, value, text));
        true
    });
    (to, records)
}

fn header(op: Op) -> Header {
    Header { op, number: 7, shift: 0, single: false }
}

#[test]
fn records_come_out_as_they_went_in() {
    let run = Run::new(1);
    assert!(run.push_op(7, Op::Nanos, 1));
    assert!(run.push_op(7, Op::Sample, 2.5_f64.to_bits()));
    let long = Header { number: u32::MAX, shift: 63, single: true, ..header(Op::Delta) };
    assert!(run.push(long, u64::MAX));
    for text in ["", "a", "of sixteen bytes", "one more than 16."] {
        assert!(run.push_text(header(Op::Member), text.as_bytes()));
    }
    let (to, records) = read(&run, 0);
    let member = |text: &str| (header(Op::Member), 0, text.as_bytes().to_vec());
    assert_eq!(
        records,
        [
            (header(Op::Nanos), 1, vec![]),
            (header(Op::Sample), 2.5_f64.to_bits(), vec![]),
            (long, u64::MAX, vec![]),
            member(""),
            member("a"),
            member("of sixteen bytes"),
            member("one more than 16."),
        ]
    );
    assert!(run.push_op(7, Op::Nanos, 9));
    assert_eq!(read(&run, to).1, [(header(Op::Nanos), 9, vec![])], "what is new");
}

#[test]
fn a_record_that_is_refused_is_read_again() {
    let run = Run::new(1);
    for value in 0..3 {
        assert!(run.push_op(7, Op::Nanos, value));
    }
    let to = run.read(0, &mut Vec::new(), |_, value, _| value < 1);
    assert_eq!(to, 1);
    assert_eq!(read(&run, to).1.len(), 2);
}

#[test]
fn a_full_run_refuses_and_says_what_follows() {
    let run = Run::new(1);
    let longest = vec![b'x'; TEXT_MAX_BYTES];
    assert!(run.push_text(header(Op::Member), &longest));
    assert!(!run.push_text(header(Op::Member), &longest));
    let (to, records) = read(&run, 0);
    assert_eq!(records, [(header(Op::Member), 0, longest)]);
    while run.push_op(0, Op::Nanos, 0) {}
    assert_eq!(read(&run, to).0, RUN_PAIRS);
    assert_eq!(run.next(), None);
    run.follow_with(2);
    assert_eq!(run.next(), Some(2));
    run.reset();
    assert_eq!((run.next(), read(&run, 0).0), (None, 0));
    assert!(!NO_RUN.push_op(0, Op::Nanos, 0));
}
