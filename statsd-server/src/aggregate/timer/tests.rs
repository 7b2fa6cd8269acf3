use super::*;

use super::super::options::Bin;

fn statistics(thresholds: &[f64], values: &[f64]) -> TimerStats {
    of(&Options { percent_thresholds: thresholds.to_vec(), ..Options::default() }, "t", values)
}

fn of(options: &Options, name: &str, values: &[f64]) -> TimerStats {
    Statistics::new(options).of(name, &samples(values, usize::MAX)).0
}

fn samples(values: &[f64], exact_max: usize) -> TimerSamples {
    let mut timer = TimerSamples::default();
    for value in values {
        timer.push(*value, exact_max);
        timer.count += 1.0;
    }
    timer
}

fn bins(stats: &TimerStats) -> Vec<(&str, f64)> {
    let all = stats.stats.iter().map(|(name, value)| (name.as_str(), *value));
    all.filter_map(|(name, value)| Some((name.strip_prefix("histogram.")?, value))).collect()
}

fn histogram(metric: &str, bins: &[Bin]) -> Histogram {
    Histogram { metric: metric.to_owned(), bins: bins.to_vec() }
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
    let samples = samples(&[1e200, 1e200], 2);
    let (stats, not_finite) = Statistics::new(&Options::default()).of("t", &samples);
    assert_eq!(stats.get("sum_squares"), None);
    assert_eq!(stats.get("sum"), Some(2e200));
    assert_eq!(not_finite, 2, "sum_squares and sum_squares_90");
}

#[test]
fn a_threshold_that_is_there_twice_is_sent_once() {
    let twice = statistics(&[90.0, 50.0, 90.0], &[1.0, 2.0]);
    assert_eq!(twice, statistics(&[90.0, 50.0], &[1.0, 2.0]));
}

#[test]
fn names_of_thresholds_are_javascripts_numbers() {
    for (percent, stat) in [
        (99.9, "count_99_9"),
        (-99.9, "count_top99_9"),
        (50.0, "count_50"),
        (1e-7, "count_1etop7"),
        (-1e-7, "count_top1e-7"),
        (1e21, "count_1e+21"),
    ] {
        let names = statistics(&[percent], &[1.0]);
        assert!(names.get(stat).is_some(), "{percent}: {names:?}");
    }
}

#[test]
fn half_a_sample_is_rounded_up_and_less_is_not() {
    let statistics = |percent| statistics(&[percent], &[1.0, 2.0]);
    assert_eq!(statistics(25.0).get("count_25"), Some(1.0));
    assert_eq!(statistics(24.999_999_999_999_996).stats.len(), 9, "of no sample there is nothing");
}

#[test]
fn bins_take_what_is_below_their_limit_and_what_is_left_over_is_in_none() {
    let limits = [Bin::below(10.0), Bin::below(20.0), Bin::below(30.5)];
    let options = Options { histograms: vec![histogram("", &limits)], ..Options::default() };
    let stats = of(&options, "t", &[35.0, 5.0, 10.0, 15.0, 20.0, 30.5]);
    assert_eq!(bins(&stats), [("bin_10", 1.0), ("bin_20", 2.0), ("bin_30_5", 1.0)]);
    assert_eq!(names(&stats).len(), 14 + 3);
    assert_eq!(names(&stats)[13], "median", "bins come last");
    assert_eq!(bins(&of(&options, "t", &[])), [], "an idle timer has none");
}

#[test]
fn the_first_histogram_that_fits_the_name_holds_even_without_bins() {
    let all = [Bin::below(1.0), Bin::rest()];
    let histograms = vec![histogram("foo", &[]), histogram("", &all)];
    let options = Options { histograms, ..Options::default() };
    assert_eq!(bins(&of(&options, "x.foo.y", &[2.0])), []);
    assert_eq!(bins(&of(&options, "other", &[2.0])), [("bin_1", 0.0), ("bin_inf", 1.0)]);
    let some = Options { histograms: vec![histogram("foo", &all)], ..Options::default() };
    assert_eq!(bins(&of(&some, "other", &[2.0])), []);
}

#[test]
fn bins_in_a_strange_order_are_used_up_in_that_order() {
    let limits = [Bin::below(20.0), Bin::below(10.0), Bin::rest(), Bin::below(20.0)];
    let options = Options { histograms: vec![histogram("", &limits)], ..Options::default() };
    let stats = of(&options, "t", &[5.0, 15.0, 25.0]);
    assert_eq!(bins(&stats), [("bin_20", 0.0), ("bin_10", 0.0), ("bin_inf", 1.0)]);
}

#[test]
fn only_the_listed_statistics_are_made() {
    let only = |list: &[&str]| Options {
        percent_thresholds: vec![90.0, -10.0, 99.9, -99.9],
        timer_metrics: list.iter().map(|stat| (*stat).to_owned()).collect(),
        histograms: vec![histogram("", &[Bin::rest()])],
        ..Options::default()
    };
    let made = |list: &[&str], values: &[f64]| {
        let stats = of(&only(list), "t", values);
        names(&stats).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let two = [1.0, 2.0];
    assert_eq!(made(&["mean", "count_ps"], &two), ["count_ps", "mean"]);
    assert_eq!(made(&["mean", "count"], &[]), ["count"]);
    assert_eq!(made(&["upper_percent"], &two), ["upper_90"]);
    assert_eq!(made(&["lower_percent", "upper_90"], &[1.0]), ["lower_top10"]);
    assert_eq!(
        made(&["upper_99_percent", "lower_top99_percent"], &two),
        ["upper_99_9", "lower_top99_9"]
    );
    assert_eq!(made(&["histogram"], &two), ["histogram.bin_inf"]);
    assert_eq!(made(&["nothing"], &two), [""; 0]);
    assert_eq!(made(&[], &two).len(), 3 * 5 + 9 + 1, "of -10 there is no sample");
}

#[test]
fn of_a_sketch_ranks_are_right_to_a_hundredth_and_the_rest_to_the_last_digits() {
    let percent_thresholds = vec![90.0, 50.0, -10.0];
    let histograms = vec![histogram("", &[Bin::below(100.0), Bin::rest()])];
    let options = Options { percent_thresholds, histograms, ..Options::default() };
    let values: Vec<f64> = (1..=10_000).map(|n| f64::from(n) * 0.37).collect();
    let mut statistics = Statistics::new(&options);
    let (exact, _) = statistics.of("t", &samples(&values, usize::MAX));
    let (sketched, not_finite) = statistics.of("t", &samples(&values, 100));
    assert_eq!((names(&sketched), not_finite), (names(&exact), 0));
    for (stat, value) in &exact.stats {
        let error = (sketched.get(stat).unwrap() - value).abs() / value;
        let bound = match stat.as_str() {
            "count" | "count_ps" | "upper" | "lower" | "count_90" | "count_50" | "count_top10" => {
                0.0
            }
            "sum" | "sum_squares" | "mean" | "std" => 1e-9,
            stat if stat.starts_with("sum_squares") => 0.017,
            stat if stat.starts_with("histogram") => 0.02,
            _ => 1.0 / 128.0,
        };
        assert!(error <= bound, "{stat}: {value}, off by {error}");
    }
}
