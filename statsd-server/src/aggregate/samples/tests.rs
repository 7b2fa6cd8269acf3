use super::*;

fn samples(n: usize) -> Samples {
    let mut samples = Samples::default();
    (0..n).for_each(|value| samples.push(value as f64));
    samples
}

#[test]
fn samples_stay_in_their_order_over_many_blocks() {
    let all = samples(3 * BLOCK + 5);
    assert_eq!(all.len(), 3 * BLOCK + 5);
    assert!(all.iter().eq((0..3 * BLOCK + 5).map(|value| value as f64)));
}

#[test]
fn a_thousand_samples_take_little_more_than_eight_bytes_each() {
    for n in [1_000, 10_000] {
        let all = samples(n);
        let lists = all.full.capacity() * size_of::<Vec<f64>>();
        let held: usize = all.full.iter().chain([&all.open]).map(Vec::capacity).sum();
        let each = (lists + held * size_of::<f64>()) as f64 / n as f64;
        assert!(each <= if n == 10_000 { 8.5 } else { 9.0 }, "{each} bytes a sample");
    }
}

#[test]
fn appended_samples_come_behind() {
    let mut all = samples(0);
    all.append(&mut samples(3));
    let mut more = samples(2 * BLOCK);
    all.append(&mut more);
    assert!(more.is_empty() && more.iter().next().is_none());
    assert_eq!(all.len(), 2 * BLOCK + 3);
    let expected = (0..3).chain(0..2 * BLOCK).map(|value| value as f64);
    assert!(all.iter().eq(expected));
}

#[test]
fn timers_of_both_kinds_merge() {
    for (own, other) in [(1, 100), (100, 1), (100, 100)] {
        let timer = |exact_max| {
            let mut timer = TimerSamples::default();
            (1..=3).for_each(|value| timer.push(f64::from(value), exact_max));
            timer.count = 3.0;
            timer
        };
        let (mut all, mut more) = (timer(own), timer(other));
        all.append(&mut more, 4);
        assert_eq!((all.len(), all.count, all.samples.len()), (6, 6.0, 0));
        assert_eq!(all.sketch.unwrap().sums().0, 12.0);
        assert_eq!((more.len(), more.count), (0, 0.0));
    }
}
