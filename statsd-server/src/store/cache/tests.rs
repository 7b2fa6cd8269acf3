use proptest::prelude::*;

use super::*;

fn point(timestamp: u32) -> Accepted {
    Accepted { timestamp, at: timestamp, value: f64::from(timestamp) / 3.0 }
}

fn of(cache: &Cache, series: u32) -> Vec<Accepted> {
    cache.of(SeriesId(series)).collect()
}

#[test]
fn points_leave_in_the_order_in_which_they_came() {
    let mut cache = Cache::default();
    for timestamp in [10, 30, 20] {
        cache.push(SeriesId(7), point(timestamp), 1);
    }
    cache.push(SeriesId(2), point(40), 1);
    assert_eq!(of(&cache, 7), [point(10), point(30), point(20)]);
    assert_eq!((cache.points(), cache.waiting(), cache.count(SeriesId(7))), (4, 2, 3));

    cache.remove(SeriesId(7), 2, 1, 0);
    assert_eq!(of(&cache, 7), [point(20)]);
    assert_eq!(cache.written_until(SeriesId(7)), 30);
    cache.push(SeriesId(2), point(50), 1);
    cache.push(SeriesId(7), point(60), 1);
    assert_eq!(of(&cache, 2), [point(40), point(50)]);
    assert_eq!(of(&cache, 7), [point(20), point(60)]);
}

#[test]
fn the_series_whose_oldest_point_is_oldest_has_its_turn_first() {
    let mut cache = Cache::default();
    for (series, timestamp) in [(3, 10), (1, 20), (3, 30), (2, 40)] {
        cache.push(SeriesId(series), point(timestamp), 1);
    }
    assert_eq!(cache.next_at(), Some(10));
    assert_eq!(cache.take_next(), Some(SeriesId(3)));
    // While it is being written, a point comes: that is its oldest one afterwards.
    cache.push(SeriesId(3), point(50), 1);
    assert_eq!(cache.next_at(), Some(20));
    cache.remove(SeriesId(3), 2, 1, 0);
    cache.put_back(SeriesId(3));
    let turns: Vec<_> = std::iter::from_fn(|| cache.take_next()).map(|id| id.0).collect();
    assert_eq!(turns, [1, 2, 3]);
}

#[test]
fn a_series_that_was_written_before_its_turn_is_skipped() {
    let mut cache = Cache::default();
    cache.push(SeriesId(0), point(10), 1);
    cache.push(SeriesId(1), point(20), 1);
    cache.remove(SeriesId(0), 1, 1, 0);
    cache.put_back(SeriesId(0));
    assert_eq!(cache.next_at(), Some(20));
    cache.push(SeriesId(0), point(30), 1);
    assert_eq!(cache.take_next(), Some(SeriesId(1)));
    assert_eq!(cache.take_next(), Some(SeriesId(0)));
    assert_eq!(cache.take_next(), None);
}

#[test]
fn the_oldest_segment_is_that_of_the_oldest_point() {
    let mut cache = Cache::default();
    assert_eq!(cache.oldest_segment(), None);
    cache.push(SeriesId(0), point(10), 4);
    cache.push(SeriesId(0), point(20), 5);
    cache.push(SeriesId(1), point(20), 5);
    assert_eq!(cache.oldest_segment(), Some(4));
    // Looked at when the newest segment was 5; the point that is left may be there.
    cache.remove(SeriesId(0), 1, 5, 0);
    assert_eq!(cache.oldest_segment(), Some(5));
    cache.remove(SeriesId(1), 1, 6, 0);
    assert_eq!(cache.oldest_segment(), Some(5));
    cache.copied_to(SeriesId(0), 9);
    assert_eq!((cache.oldest_segment(), cache.segment_of(SeriesId(0))), (Some(9), 9));
    cache.remove(SeriesId(0), 1, 9, 0);
    assert_eq!(cache.oldest_segment(), None);
}

#[test]
fn memory_is_used_anew() {
    let mut cache = Cache::default();
    for round in 0..50 {
        for series in 0..2_000 {
            cache.push(SeriesId(series), point(round), round);
        }
        for series in 0..2_000 {
            cache.remove(SeriesId(series), 1, round, 0);
        }
    }
    assert_eq!(cache.points(), 0);
    assert_eq!(cache.nodes.add(point(1)) / 2_000, 0, "no place after the first 2,000 was needed");
}

#[test]
fn a_point_and_a_series_take_few_bytes() {
    assert_eq!(nodes::BYTES, 20);
    assert_eq!(size_of::<Entry>() + size_of::<SeriesId>(), 28);
}

proptest! {
    #[test]
    fn it_is_a_list_for_each_series(
        steps in prop::collection::vec((0_u32..5, 0_u8..4, 0_usize..4), 0..200),
    ) {
        let mut cache = Cache::default();
        let mut model: Vec<Vec<Accepted>> = vec![Vec::new(); 5];
        for (time, (series, what, count)) in (1..).zip(steps) {
            let (id, list) = (SeriesId(series), &mut model[series as usize]);
            match what {
                0 | 1 => {
                    cache.push(id, point(time), time / 10);
                    list.push(point(time));
                }
                2 => {
                    cache.remove(id, count, time / 10, 0);
                    list.drain(..count.min(list.len()));
                    cache.put_back(id);
                }
                _ => {
                    if let Some(id) = cache.take_next() {
                        prop_assert!(!model[id.0 as usize].is_empty());
                        cache.put_back(id);
                    }
                }
            }
            let lists: Vec<_> = (0..5).map(|series| of(&cache, series)).collect();
            prop_assert_eq!(&lists, &model);
            prop_assert_eq!(cache.points(), model.iter().map(Vec::len).sum::<usize>());
            prop_assert_eq!(cache.waiting(), model.iter().filter(|list| !list.is_empty()).count());
            prop_assert_eq!(cache.oldest_segment().is_none(), cache.points() == 0);
        }
        let turns: std::collections::BTreeSet<_> =
            std::iter::from_fn(|| cache.take_next()).collect();
        prop_assert_eq!(turns.len(), cache.waiting(), "whoever waits has a turn");
    }
}
