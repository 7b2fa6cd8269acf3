#![allow(unused)]

use statsd_client::{count, distribution, gauge, histogram, measure, set};

fn main() {
    let rate = 0.1;
    count!("orders", sample_rate = 0);
    count!("orders", 2, sample_rate = 1.5);
    histogram!("size", 1, sample_rate = 10, tags(plan = rate));
    measure!("cron", { 1 }, sample_rate = -0.1);
}

fn not_constant(rate: f64) {
    distribution!("size", 81.5, sample_rate = rate);
}
