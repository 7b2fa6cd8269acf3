use proptest::prelude::*;

use super::*;

const _: () = assert!(SKETCH_MAX_BYTES <= 8 << 10);

fn sketch(values: &[f64]) -> Sketch {
    let mut sketch = Sketch::default();
    for value in values {
        sketch.add(*value);
    }
    sketch
}

/// By how much of itself a value is off.
fn error(found: f64, exact: f64) -> f64 {
    if exact == 0.0 { found.abs() } else { ((found - exact) / exact).abs() }
}

proptest! {
    #[test]
    fn every_rank_is_right_to_a_hundred_and_twenty_eighth(
        mut values in prop::collection::vec(-1e3_f64..1e6, 1..400),
        zeros in 0_usize..3,
    ) {
        values.extend(vec![0.0; zeros]);
        let sketch = sketch(&values);
        values.sort_unstable_by(f64::total_cmp);
        for (rank, value) in values.iter().enumerate() {
            let found = sketch.at(rank as u64);
            prop_assert!(error(found, *value) <= 1.0 / 128.0, "{rank}: {found} for {value}");
        }
        prop_assert_eq!((sketch.at(0), sketch.at(values.len() as u64 - 1)), (values[0], values[values.len() - 1]));
    }

    #[test]
    fn merged_ones_are_one_of_all(
        a in prop::collection::vec(0.0_f64..1e4, 0..100),
        b in prop::collection::vec(0.0_f64..1e4, 0..100),
    ) {
        let mut merged = sketch(&a);
        merged.merge(&sketch(&b));
        let all = sketch(&[a, b].concat());
        prop_assert_eq!(&merged.ranges, &all.ranges);
        prop_assert_eq!((merged.count, merged.min, merged.max), (all.count, all.min, all.max));
        prop_assert!((merged.sum - all.sum).abs() <= 1e-9 * all.sum);
    }
}

#[test]
fn more_ranges_than_there_may_be_join_the_lowest_and_leave_the_slow_end_alone() {
    let values: Vec<f64> = (-600..600).map(|n| 1.05_f64.powi(n)).collect();
    for values in [values.clone(), values.iter().rev().copied().collect()] {
        let sketch = sketch(&values);
        assert_eq!(sketch.ranges.len(), RANGES_MAX);
        assert!(size_of_val(&sketch.ranges[..]) + size_of::<Sketch>() <= SKETCH_MAX_BYTES);
        let counted: u64 = sketch.ranges.iter().map(|range| u64::from(range.count)).sum();
        assert_eq!((sketch.count(), counted), (1_200, 1_200));
        assert!(error(sketch.at(600), 1.0) <= 1.0 / 128.0, "{}", sketch.at(600));
        assert_eq!(sketch.sums_of_lowest(1_200), sketch.sums());
    }
}

#[test]
fn sums_and_bins_are_of_the_ranges_middles() {
    let sketch = sketch(&[1.0, 2.0, 3.0, 1_000.0]);
    let (sum, squares) = sketch.sums_of_lowest(3);
    assert!(error(sum, 6.0) <= 1.0 / 128.0 && error(squares, 14.0) <= 1.0 / 63.0);
    assert_eq!([0.5, 2.5, 999.0, 2_000.0].map(|limit| sketch.below(limit)), [0, 2, 3, 4]);
}
