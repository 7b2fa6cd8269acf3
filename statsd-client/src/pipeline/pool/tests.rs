use super::*;

#[test]
fn a_block_has_room_for_what_was_asked() {
    for counters in [0, 1, 32, 33, 16_384] {
        let block = block(counters);
        assert!(block.words().len() >= counters * COUNTER_WORDS);
        give_block(block);
    }
}

#[test]
fn a_run_is_found_by_its_number() {
    let (one, other) = (run(), run());
    assert_ne!(one.id(), other.id());
    assert!(run_by_id(one.id()).is_some_and(|found| std::ptr::eq(found, one)));
    assert!(run_by_id(0).is_none() && run_by_id(u32::MAX).is_none());
    give_run(one);
    give_run(other);
}

#[test]
fn stamps_differ() {
    let stamps = [new_stamp(), new_stamp()];
    assert_ne!(stamps[0], stamps[1]);
    assert!(stamps.iter().all(|stamp| (1..1 << 29).contains(stamp)));
}

#[test]
fn memory_is_that_of_the_threads_at_one_time_not_of_all_there_ever_were() {
    // Of a class that no other test uses.
    const COUNTERS: usize = SMALLEST << 8;
    let class = class_of(COUNTERS);
    let before = lock(&BLOCKS[class]).len();
    for _ in 0..50 {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..20).for_each(|_| give_block(block(COUNTERS))));
            }
        });
    }
    let made = lock(&BLOCKS[class]).len() - before;
    assert!(made <= 8, "{made} blocks for 8 threads at a time");
}
