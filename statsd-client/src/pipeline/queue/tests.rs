use super::*;

fn values(reader: &mut RingReader, budget: &Budget) -> Vec<u64> {
    let mut all = Vec::new();
    budget.give(reader.drain(|record| all.push(record.value)));
    all
}

#[test]
fn records_come_out_as_they_went_in() {
    let budget = Budget::new(1 << 20);
    let mut writer = RingWriter::new(&budget).unwrap();
    let mut reader = RingReader::new(writer.ring().clone());
    assert!(writer.push(Op::Value, Who::Context(7), 1, &budget));
    assert!(writer.push(Op::Delta, Who::Key(b"a key of odd length"), 2, &budget));
    assert!(writer.push(Op::Value, Who::Key(b""), 3, &budget));
    let mut seen = Vec::new();
    let _nothing_freed = reader.drain(|record| {
        let key = match record.who {
            Who::Key(key) => Some(key.to_vec()),
            Who::Context(context) => {
                assert_eq!(context, 7);
                None
            }
        };
        seen.push((record.op, key, record.value));
    });
    assert_eq!(
        seen,
        [
            (Op::Value, None, 1),
            (Op::Delta, Some(b"a key of odd length".to_vec()), 2),
            (Op::Value, Some(Vec::new()), 3),
        ]
    );
}

#[test]
fn a_full_queue_grows_in_order_and_gives_its_bytes_back() {
    let budget = Budget::new(1 << 20);
    let mut writer = RingWriter::new(&budget).unwrap();
    let mut reader = RingReader::new(writer.ring().clone());
    for value in 0..5_000 {
        assert!(writer.push(Op::Value, Who::Context(0), value, &budget));
    }
    let grown = budget.used();
    assert!(grown > 5_000 * 16);
    assert!(values(&mut reader, &budget).into_iter().eq(0..5_000));
    assert!(budget.used() < grown, "drained rings are given back");
    budget.give(reader.release());
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_used_up_budget_refuses_and_recovers() {
    let budget = Budget::new(FIRST_WORDS * 8);
    let mut writer = RingWriter::new(&budget).unwrap();
    assert!(RingWriter::new(&budget).is_none(), "a second thread finds no room");
    let mut reader = RingReader::new(writer.ring().clone());
    let accepted =
        (0..1_000).filter(|&v| writer.push(Op::Value, Who::Context(0), v, &budget)).count();
    assert_eq!(accepted, FIRST_WORDS / 2);
    assert_eq!(values(&mut reader, &budget).len(), accepted);
    assert!(writer.push(Op::Value, Who::Context(0), 9, &budget));
}

#[test]
fn a_writer_that_is_faster_than_the_reader_does_not_keep_it() {
    let budget = Budget::new(64 * 1024);
    let mut writer = RingWriter::new(&budget).unwrap();
    let mut reader = RingReader::new(writer.ring().clone());
    while writer.push(Op::Value, Who::Context(0), 0, &budget) {}
    let mut taken = 0;
    let freed = reader.drain(|_| {
        taken += 1;
        assert!(taken < 100_000, "the queue never ends");
        for _ in 0..2 {
            writer.push(Op::Value, Who::Context(0), 0, &budget);
        }
    });
    assert!(taken <= 2 * 64 * 1024 / 16, "{taken} records out of a budget of 4,096");
    budget.give(freed);
    assert!(budget.used() <= LARGEST_WORDS * 8);
}

#[test]
fn the_largest_key_fits_a_first_ring_s_successor() {
    let budget = Budget::new(1 << 20);
    let mut writer = RingWriter::new(&budget).unwrap();
    assert!(writer.push(Op::Value, Who::Key(&[b'x'; 4_098]), 1, &budget));
}

#[test]
fn a_burst_leaves_a_thread_with_a_small_ring() {
    let budget = Budget::new(4 << 20);
    let mut writer = RingWriter::new(&budget).unwrap();
    let mut reader = RingReader::new(writer.ring().clone());
    while writer.push(Op::Value, Who::Context(0), 0, &budget) {}
    values(&mut reader, &budget);
    assert!(budget.used() <= 8 * 1024, "{} bytes held by an idle thread", budget.used());
}

#[test]
fn reader_and_writer_on_two_threads_agree() {
    const RECORDS: u64 = 200_000;
    let budget = Arc::new(Budget::new(64 << 20));
    let mut writer = RingWriter::new(&budget).unwrap();
    let mut reader = RingReader::new(writer.ring().clone());
    let theirs = budget.clone();
    let thread = std::thread::spawn(move || {
        for value in 0..RECORDS {
            assert!(writer.push(Op::Value, Who::Context(1), value, &theirs));
        }
    });
    let mut expected = 0;
    while expected < RECORDS {
        budget.give(reader.drain(|record| {
            assert_eq!(record.value, expected);
            expected += 1;
        }));
    }
    thread.join().unwrap();
}
