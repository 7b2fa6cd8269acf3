use std::sync::Arc;
use std::thread;
use std::time::Duration;

use metrics::{counter, describe_counter, gauge, histogram, with_local_recorder};

use super::{Kept, MetricsRecorder};
use crate::backend::{CaptureBackend, Captured};
use crate::builder::Aggregation;
use crate::client::Client;
use crate::protocol::Dialect;

fn recorder() -> (MetricsRecorder, Captured) {
    recorder_in(Dialect::DogStatsd, Aggregation::On)
}

fn recorder_in(dialect: Dialect, aggregation: Aggregation) -> (MetricsRecorder, Captured) {
    let (backend, captured) = CaptureBackend::new();
    let builder = Client::builder().prefix("shop").dialect(dialect).aggregation(aggregation);
    let client =
        builder.flush_interval(Duration::from_secs(60)).backend(backend).build().expect("a client");
    (MetricsRecorder::new(client), captured)
}

/// What was sent since the last look, in order of the alphabet.
fn lines(recorder: &MetricsRecorder, captured: &Captured) -> Vec<String> {
    assert!(recorder.client.flush(Duration::from_secs(10)));
    let mut lines = captured.lines();
    captured.clear();
    lines.sort();
    lines
}

#[test]
fn a_counter_adds_up_over_macro_calls_and_kept_handles() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || {
        let kept = counter!("requests");
        let clone = kept.clone();
        kept.increment(2);
        clone.increment(3);
        counter!("requests").increment(1);
    });
    assert_eq!(lines(&recorder, &captured), ["shop.requests:6|c"]);
}

#[test]
fn labels_are_tags_and_one_without_a_value_is_bare() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || {
        let route = String::from("/cart");
        counter!("requests", "route" => route, "cached" => "").increment(1);
        gauge!("depth", "queue" => "mail").set(3);
        histogram!("size", "kind" => "png").record(81.5);
    });
    assert_eq!(
        lines(&recorder, &captured),
        [
            "shop.depth:3|g|#queue:mail",
            "shop.requests:1|c|#route:/cart,cached",
            "shop.size:81.5|d|#kind:png",
        ]
    );
}

#[test]
fn labels_in_another_order_are_the_same_counter() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || {
        counter!("requests", "a" => "1", "b" => "2").increment(1);
        counter!("requests", "b" => "2", "a" => "1").increment(1);
    });
    assert_eq!(lines(&recorder, &captured), ["shop.requests:2|c|#a:1,b:2"]);
}

#[test]
fn a_reading_adds_what_it_has_grown_by_since_the_one_before() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || counter!("accepted").absolute(7));
    assert_eq!(lines(&recorder, &captured), ["shop.accepted:7|c"]);
    with_local_recorder(&recorder, || {
        counter!("accepted").absolute(10);
        counter!("accepted").absolute(12);
    });
    assert_eq!(lines(&recorder, &captured), ["shop.accepted:5|c"]);
}

#[test]
fn a_reading_that_was_overtaken_takes_nothing_back() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || {
        for reading in [10, 4, 11] {
            counter!("accepted").absolute(reading);
        }
    });
    assert_eq!(lines(&recorder, &captured), ["shop.accepted:11|c"]);
}

#[test]
fn a_count_beyond_the_wire_s_numbers_is_the_largest_of_them() {
    let (recorder, captured) = recorder_in(Dialect::DogStatsd, Aggregation::Off);
    with_local_recorder(&recorder, || counter!("bytes").increment(u64::MAX));
    assert_eq!(lines(&recorder, &captured), ["shop.bytes:9223372036854775807|c"]);
}

#[test]
fn a_gauge_is_set_and_changed() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || {
        gauge!("depth").set(20.0);
        gauge!("depth").increment(2.5);
        gauge!("depth").decrement(4.0);
    });
    assert_eq!(lines(&recorder, &captured), ["shop.depth:18.5|g"]);
}

#[test]
fn a_histogram_is_a_distribution_of_every_value() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || {
        histogram!("size").record(81.5);
        histogram!("size").record_many(12, 2);
        histogram!("render").record(Duration::from_millis(1_500));
    });
    assert_eq!(lines(&recorder, &captured), ["shop.render:1.5|d", "shop.size:81.5:12:12|d"]);
}

#[test]
fn a_histogram_stays_one_on_request() {
    let (recorder, captured) = recorder();
    let recorder = recorder.histograms();
    with_local_recorder(&recorder, || histogram!("size").record(81.5));
    assert_eq!(lines(&recorder, &captured), ["shop.size:81.5|h"]);
}

#[test]
fn no_name_and_no_label_makes_a_second_metric() {
    let (recorder, captured) = recorder_in(Dialect::Etsy, Aggregation::On);
    with_local_recorder(&recorder, || {
        counter!("a|c\nb:1", "k:\n" => "v|g\nx:1").increment(1);
    });
    assert_eq!(lines(&recorder, &captured), ["shop.a_c_b_1.k__.v_g_x_1:1|c"]);
}

#[test]
fn what_is_not_a_number_is_dropped_and_counted() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || {
        gauge!("depth").set(f64::NAN);
        gauge!("depth").increment(f64::INFINITY);
        histogram!("size").record(f64::NEG_INFINITY);
    });
    assert_eq!(lines(&recorder, &captured), [""; 0]);
    assert_eq!(recorder.client.stats().dropped.not_finite, 3);
}

#[test]
fn a_description_sends_nothing() {
    let (recorder, captured) = recorder();
    with_local_recorder(&recorder, || describe_counter!("requests", "answered"));
    assert_eq!(lines(&recorder, &captured), [""; 0]);
    assert_eq!(recorder.client.stats().calls, 0);
}

#[test]
fn counters_beyond_the_room_count_all_the_same() {
    let (recorder, captured) = recorder();
    let recorder = MetricsRecorder { counters: Kept::with_buckets(1), ..recorder };
    with_local_recorder(&recorder, || {
        for _ in 0..2 {
            for name in 0..10 {
                counter!(format!("n{name}")).increment(1);
            }
        }
    });
    let expected: Vec<_> = (0..10).map(|name| format!("shop.n{name}:2|c")).collect();
    assert_eq!(lines(&recorder, &captured), expected);
    assert_eq!(recorder.handles_refused(), 4);
}

#[test]
fn a_reading_beyond_the_room_is_not_added_at_every_call() {
    let (recorder, captured) = recorder();
    let recorder = MetricsRecorder { counters: Kept::with_buckets(0), ..recorder };
    with_local_recorder(&recorder, || {
        counter!("accepted").absolute(1_000);
        counter!("accepted").absolute(1_001);
        // A handle that is kept knows the readings before.
        let kept = counter!("accepted");
        kept.absolute(1_002);
        kept.absolute(1_005);
    });
    assert_eq!(lines(&recorder, &captured), ["shop.accepted:3|c"]);
}

#[test]
fn gauges_and_histograms_beyond_the_room_are_sent_all_the_same() {
    let (recorder, captured) = recorder();
    let (gauges, histograms) = (Kept::with_buckets(0), Kept::with_buckets(0));
    let recorder = MetricsRecorder { gauges, histograms, ..recorder };
    with_local_recorder(&recorder, || {
        gauge!("depth").set(2);
        gauge!("depth").increment(1);
        histogram!("size").record(1);
        histogram!("size").record(2);
    });
    assert_eq!(lines(&recorder, &captured), ["shop.depth:3|g", "shop.size:1:2|d"]);
    assert_eq!(recorder.handles_refused(), 4);
}

#[test]
fn threads_that_count_by_macro_lose_nothing() {
    let (recorder, captured) = recorder();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                with_local_recorder(&recorder, || {
                    for reading in 1..=1_000 {
                        counter!("requests", "route" => "/").increment(1);
                        counter!("accepted").absolute(reading);
                    }
                });
            });
        }
    });
    // A call whose name is being resolved by another thread at that moment travels alone.
    let lines = lines(&recorder, &captured);
    let sum = |name: &str, tags: &str| -> u64 {
        let values = lines.iter().filter_map(|line| line.strip_prefix(name)?.strip_suffix(tags));
        values.map(|value| value.parse::<u64>().expect("a count")).sum()
    };
    assert_eq!(sum("shop.accepted:", "|c"), 1_000);
    assert_eq!(sum("shop.requests:", "|c|#route:/"), 4_000);
}

#[test]
fn a_shared_recorder_says_what_it_refused() {
    let (recorder, captured) = recorder();
    let recorder = Arc::new(recorder);
    with_local_recorder(&Arc::clone(&recorder), || counter!("requests").increment(1));
    assert_eq!(lines(&recorder, &captured), ["shop.requests:1|c"]);
    assert_eq!(recorder.handles_refused(), 0);
}
