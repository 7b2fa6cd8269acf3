use super::*;

fn statistics(thresholds: &[f64], values: &[f64]) -> TimerStats {
    let mut samples = TimerSamples { values: values.to_vec(), count: values.len() as f64 };
    Statistics::new(thresholds, Duration::from_secs(10)).of(&mut samples).0
}

fn names(stats: &TimerStats) -> Vec<&str> {
    stats.stats.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn samples_are_sorted_before_they_are_looked_at() {
    let stats = statistics(&[90.0], &[30.0, 10.0, 20.0]);
    assert_eq!(stats.get("lower"), Some(10.0));
    assert_eq!(stats.get("upper"), Some(30.0));
    assert_eq!(stats.get("median"), Some(20.0));
    assert_eq!(stats.get("count_ps"), Some(0.3));
}

#[test]
fn statistics_come_in_etsys_order() {
    assert_eq!(
        names(&statistics(&[90.0], &[1.0, 2.0])),
        [
            "count_90",
            "mean_90",
            "upper_90",
            "sum_90",
            "sum_squares_90",
            "std",
            "upper",
            "lower",
            "count",
            "count_ps",
            "sum",
            "sum_squares",
            "mean",
            "median"
        ]
    );
}

#[test]
fn an_idle_timer_has_only_its_count() {
    assert_eq!(names(&statistics(&[90.0], &[])), ["count_ps", "count"]);
}

#[test]
fn a_threshold_is_rounded_to_whole_samples_and_may_keep_none() {
    let ten: Vec<f64> = (1..=10).map(f64::from).collect();
    assert_eq!(statistics(&[94.0], &ten).get("upper_94"), Some(9.0));
    assert_eq!(statistics(&[95.0], &ten).get("upper_95"), Some(10.0));
    assert_eq!(statistics(&[4.0], &ten).get("count_4"), None);
    assert_eq!(statistics(&[4.0], &[7.0]).get("upper_4"), Some(7.0), "one sample is always kept");
}

#[test]
fn a_negative_threshold_looks_at_the_top() {
    let stats =
        statistics(&[-20.0], &[10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 100.0, 200.0]);
    assert_eq!(stats.get("lower_top20"), Some(100.0));
    assert_eq!(stats.get("mean_top20"), Some(150.0));
    assert_eq!(stats.get("upper_top20"), None);
    assert_eq!(statistics(&[-100.0], &[1.0, 2.0]).get("sum_top100"), Some(3.0));
}

#[test]
fn a_fractional_threshold_has_an_underscore_in_its_name() {
    assert_eq!(statistics(&[99.9], &[1.0]).get("upper_99_9"), Some(1.0));
}

#[test]
fn odd_thresholds_yield_no_numbers_that_are_none() {
    for percent in [0.0, 150.0, -150.0, f64::INFINITY, f64::NAN] {
        let stats = statistics(&[percent], &[1.0, 2.0]);
        assert!(stats.stats.iter().all(|(_, value)| value.is_finite()), "{percent}");
        assert_eq!(stats.get("mean"), Some(1.5), "{percent}");
    }
}

#[test]
fn results_that_overflow_are_left_out_and_counted() {
    let mut samples = TimerSamples { values: vec![1e200, 1e200], count: 2.0 };
    let (stats, not_finite) = Statistics::new(&[90.0], Duration::from_secs(10)).of(&mut samples);
    assert_eq!(stats.get("sum_squares"), None);
    assert_eq!(stats.get("sum"), Some(2e200));
    assert_eq!(not_finite, 2, "sum_squares and sum_squares_90");
}
