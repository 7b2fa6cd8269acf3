use proptest::prelude::*;

use super::*;

fn series(start: i64, step: i64, values: &[Option<f64>]) -> Series {
    Series { name: "a".into(), start, step, values: values.to_vec() }
}

#[test]
fn a_series_that_fits_is_left_alone() {
    let mut all = [series(60, 60, &[Some(1.0), None, Some(3.0)])];
    let before = all.clone();
    consolidate(&mut all, 3);
    assert_eq!(all, before);
}

#[test]
fn one_point_averages_everything_under_the_first_stamp() {
    let mut all = [series(60, 60, &[Some(1.0), None, Some(3.0)])];
    consolidate(&mut all, 1);
    assert_eq!(all, [series(60, 180, &[Some(2.0)])]);
}

#[test]
fn one_point_of_an_empty_series_is_null() {
    let mut all = [series(60, 60, &[])];
    consolidate(&mut all, 1);
    assert_eq!(all[0].values, [None]);
}

#[test]
fn buckets_of_nulls_are_null_and_nulls_do_not_weigh() {
    let mut all = [series(60, 60, &[None, None, Some(4.0), None])];
    consolidate(&mut all, 2);
    assert_eq!(all[0].values, [None, Some(4.0)]);
}

#[test]
fn a_refresh_one_step_later_shows_the_same_buckets() {
    let at = |start: i64| {
        let values: Vec<_> = (0..60).map(|i| Some((start / 10 + i) as f64)).collect();
        let mut all = [series(start, 10, &values)];
        consolidate(&mut all, 10);
        all[0].points().collect::<Vec<_>>()
    };
    let (first, later) = (at(1_000_020), at(1_000_030));
    let shared = first.iter().filter(|point| later.contains(point)).count();
    assert!(shared >= 8, "{first:?}\n{later:?}");
}

#[test]
fn the_coarser_of_two_series_is_kept_while_the_finer_shrinks() {
    let fine: Vec<_> = (0..100).map(|_| Some(1.0)).collect();
    let mut all = [series(0, 10, &fine), series(0, 100, &[Some(2.0); 10])];
    consolidate(&mut all, 10);
    assert_eq!(all[1], series(0, 100, &[Some(2.0); 10]));
    assert!(all[0].values.len() <= 10);
}

proptest! {
    #[test]
    fn never_more_points_than_asked(
        start in 0_i64..4_000_000_000,
        step in 1_i64..10_000,
        len in 0_usize..500,
        max in 1_usize..100,
    ) {
        let mut all = [series(start, step, &vec![Some(1.0); len])];
        consolidate(&mut all, max);
        prop_assert!(all[0].values.len() <= max);
        prop_assert!(all[0].values.iter().flatten().all(|value| (value - 1.0).abs() < 1e-9));
    }
}
