//! What is left out is left out fairly: a server that divides by the rate sees the truth on average.

use statsd_client::Timer;

use super::*;

/// Rounds, each with draws of its own.
const SEEDS: u64 = 200;

const CALLS: u64 = 1_000;

/// Below it values are thinned.
const RESERVOIR: usize = 128;

#[test]
fn mixed_rates_over_a_small_reservoir_are_unbiased() {
    for dialect in [Dialect::Etsy, Dialect::DogStatsd] {
        let (mut calls, mut sums) = (Vec::new(), Vec::new());
        for seed in 1..=SEEDS {
            let (client, captured) = capture(|builder| {
                // Seeds that differ in one bit only begin with alike draws.
                let seed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
                builder.dialect(dialect).seed(seed).reservoir_size(RESERVOIR)
            });
            let timers = [1.0, 0.5, 0.1].map(|rate| Timer::new("t").sample_rate(rate).on(&client));
            for millis in 0..CALLS {
                for timer in &timers {
                    timer.record(Duration::from_millis(millis));
                }
            }
            assert!(client.flush(PATIENCE));
            let stats = client.stats();
            assert_adds_up(&stats);
            assert_eq!(stats.calls, 3 * CALLS);
            let (sum, count) = sums_of(&captured.packets(), dialect);
            calls.push(count);
            sums.push(sum);
        }
        let truth = 3.0 * CALLS as f64;
        assert_within_3_sigma(&calls, truth);
        assert_within_3_sigma(&sums, truth * (CALLS - 1) as f64 / 2.0);
    }
}

fn sums_of(packets: &[Vec<u8>], dialect: Dialect) -> (f64, f64) {
    sums(packets, dialect)["t"]
}

/// The mean of the rounds is off the truth by no more than three standard deviations of such a mean.
#[track_caller]
fn assert_within_3_sigma(rounds: &[f64], truth: f64) {
    let count = rounds.len() as f64;
    let mean = rounds.iter().sum::<f64>() / count;
    let squares = rounds.iter().map(|round| (round - mean).powi(2)).sum::<f64>();
    let sigma = (squares / (count - 1.0) / count).sqrt();
    assert!((mean - truth).abs() <= 3.0 * sigma, "{mean} for {truth}, sigma {sigma}");
    // And the rounds themselves are of use.
    assert!(sigma < truth / 100.0, "sigma {sigma} of {truth}");
}
