//! Once a thread has met a name, no call allocates. The target is its own, because it counts every
//! allocation of the process.

use std::time::Duration;

use allocation_counter::measure;
use statsd_client::{
    Aggregation, Client, Counter, Distribution, Gauge, Histogram, NullBackend, Set, Timer, count,
    distribution, gauge, histogram, set, timing,
};

static JOBS: Counter = Counter::new("static.jobs");

struct Handles {
    counter: Counter,
    sampled: Counter,
    gauge: Gauge,
    timer: Timer,
    histogram: Histogram,
    distribution: Distribution,
    set: Set,
}

impl Handles {
    fn of(client: &Client) -> Self {
        Self {
            counter: Counter::new("c").tag("plan", "pro").on(client),
            sampled: Counter::new("sampled").sample_rate(0.5).on(client),
            gauge: Gauge::new("g").on(client),
            timer: Timer::new("t").on(client),
            histogram: Histogram::new("h").on(client),
            distribution: Distribution::new("d").on(client),
            set: Set::new("s").on(client),
        }
    }

    fn call(&self, client: &Client, n: u16) {
        let elapsed = Duration::from_micros(n.into());
        self.counter.increment();
        self.counter.add(2);
        self.sampled.increment();
        self.gauge.set(n);
        self.gauge.add(1);
        self.timer.record(elapsed);
        self.timer.measure(|| ());
        self.histogram.record(n);
        self.distribution.record(1.5);
        self.set.insert(n % 3);
        client.increment("name.c");
        client.gauge("name.g", n);
        client.timing("name.t", elapsed);
        client.distribution("name.d", n);
        client.set("name.s", "member");
        JOBS.increment();
        statsd_client::increment("free.c");
        let region = ["eu", "us"][usize::from(n % 2)];
        count!("macro.c");
        count!("macro.tagged", 2, tags(region = region, shard = n % 4));
        gauge!("macro.g", n, tags(region = region));
        timing!("macro.t", elapsed, tags(region = region));
        histogram!("macro.h", n);
        distribution!("macro.d", n, tags(region = region));
        set!("macro.s", n % 3);
    }
}

#[test]
fn no_call_allocates_once_its_name_was_met() {
    assert_eq!(measure(|| drop(Vec::<u8>::with_capacity(1))).count_total, 1, "it counts");
    for aggregation in [Aggregation::On, Aggregation::Off] {
        let client = Client::builder()
            .backend(NullBackend)
            .aggregation(aggregation)
            .flush_interval(Duration::from_secs(3_600))
            .build()
            .unwrap();
        let _flush_on_exit = statsd_client::install(client.clone());
        let handles = Handles::of(&client);
        // Twice as much as follows: every name, and every run that is written to, was there once.
        (0..80).for_each(|n| handles.call(&client, n));
        assert!(client.flush(Duration::from_secs(60)));
        let made = measure(|| (0..40).for_each(|n| handles.call(&client, n)));
        assert_eq!((made.count_total, made.bytes_total), (0, 0), "aggregation {aggregation:?}");

        // In a scope, too, whose calls find their words another way.
        client.scope(|| {
            (0..80).for_each(|n| handles.call(&client, n));
            assert!(client.flush(Duration::from_secs(60)));
            let made = measure(|| (0..40).for_each(|n| handles.call(&client, n)));
            assert_eq!((made.count_total, made.bytes_total), (0, 0), "in a scope, {aggregation:?}");
        });
        assert_eq!(client.stats().dropped.total(), 0);
    }
}
