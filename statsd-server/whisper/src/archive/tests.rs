use super::Archive;
use crate::Retention;

const ARCHIVE: Archive =
    Archive { retention: Retention { seconds_per_point: 10, points: 6 }, offset: 28 };

#[test]
fn as_many_intervals_have_a_slot_as_there_are_points() {
    for now in [1_000, 1_001, 1_009] {
        assert_eq!(ARCHIVE.oldest(now), 950);
    }
    assert_eq!(ARCHIVE.oldest(1_010), 960);
}

#[test]
fn interval_zero_has_no_slot() {
    assert_eq!(ARCHIVE.oldest(0), 10);
    assert_eq!(ARCHIVE.oldest(35), 10);
}

#[test]
fn slots_count_from_the_base_and_wrap_both_ways() {
    let slots = [970, 980, 990, 1_000, 1_010, 1_020, 1_030].map(|i| ARCHIVE.slot(i, 1_000));
    assert_eq!(slots, [3, 4, 5, 0, 1, 2, 3]);
}

#[test]
fn bytes_follow_the_slots() {
    assert_eq!([ARCHIVE.byte_of(0), ARCHIVE.byte_of(5), ARCHIVE.end()], [28, 88, 100]);
}

#[test]
fn the_edges_of_time_do_not_overflow() {
    let widest =
        Archive { retention: Retention { seconds_per_point: u32::MAX, points: 1 }, offset: 28 };
    assert_eq!(widest.slot(i64::from(u32::MAX), 1), 0);
    assert_eq!(widest.interval(-1), -i64::from(u32::MAX));
    assert_eq!(widest.oldest(0), i64::from(u32::MAX));
}
