use super::*;

fn words<const N: usize>() -> &'static [AtomicU64] {
    Box::leak(Box::new([const { AtomicU64::new(0) }; N]))
}

fn known(stamp: u32, word: u64) -> u64 {
    u64::from(stamp) << 32 | word
}

#[test]
fn only_what_is_of_its_own_generation_is_within_reach() {
    let block = Block::new(words::<8>());
    let long_way = 1 << 63;
    let takes = |known: u64| block.increment(block.distance(known));
    for anything in [0, known(1, 0), known(7, 2), known(7, 2) | long_way, u64::MAX] {
        assert!(!takes(anything), "it is closed");
        assert!(block.distance(anything) >= 1 << 32);
    }
    block.open(7, 1);
    assert!(takes(known(7, 2)));
    let others = [
        0,
        known(6, 2),
        known(8, 2),
        known(7, 8),
        known(7, 2) | long_way,
        known(7, 0) | 1 << 61,
        u64::MAX,
    ];
    for other in others {
        assert!(!takes(other), "{other:x}");
    }
    block.close();
    assert!(!takes(known(7, 2)));
    assert_eq!(block.generation(), 7);
}

#[test]
fn a_reader_sees_each_change_once() {
    let block = Block::new(words::<10>());
    let mut seen = Seen::of(&block);
    let changes = |seen: &mut Seen| {
        let mut changes = Vec::new();
        seen.advance(&block, |counter, sum, calls| changes.push((counter, sum, calls)));
        changes
    };
    assert_eq!(changes(&mut seen), []);
    assert!(block.increment(2));
    assert!(block.add(2, 5));
    assert!(block.add(8, -3));
    assert!(block.add(4, 0));
    assert!(!block.add(9, 1), "the second word is missing");
    assert_eq!(changes(&mut seen), [(0, 6, 2), (1, 0, 1), (3, -3, 1)]);
    assert_eq!(changes(&mut seen), []);
    assert!(block.add(2, i64::MIN));
    assert_eq!(changes(&mut seen), [(0, i64::MIN, 1)]);
    assert_eq!(block.counter_calls(), 5);
    assert!(block.increment(MUTED) && block.add(MUTED, 7));
    assert_eq!(changes(&mut seen), [], "nobody hears what is switched off");
    assert_eq!((block.counter_calls(), block.muted_calls()), (5, 2));
}

#[test]
fn a_reset_block_is_like_new_and_the_last_holder_is_told() {
    let block = Block::new(words::<4>());
    block.open(1, 1);
    assert!(block.add(2, 3) && block.increment(MUTED));
    block.queued.add_one();
    block.dropped.bad_name.add_one();
    block.set_first_run(4);
    block.retire();
    assert!(block.is_retired() && !block.is_open());
    assert!(!block.release());
    assert!(block.release());
    block.reset();
    assert!(!block.is_retired());
    assert_eq!((block.counter_calls(), block.queued.get(), block.first_run()), (0, 0, 0));
    assert_eq!((block.muted_calls(), block.dropped.bad_name.get()), (0, 0));
}
