use std::fmt;
use std::time::Duration;

use tracing::field::Empty;
use tracing::subscriber::with_default;
use tracing::{Dispatch, Span, info_span};
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry;

use super::{Kept, SpanTimes, VALUE_MAX_BYTES};
use crate::backend::{CaptureBackend, Captured};
use crate::client::Client;
use crate::protocol::{Dialect, parse};

struct Seen {
    client: Client,
    captured: Captured,
}

impl Seen {
    fn new() -> Self {
        let (backend, captured) = CaptureBackend::new();
        let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);
        let builder = builder.flush_interval(Duration::from_secs(60));
        Self { client: builder.build().expect("a client"), captured }
    }

    fn times(&self) -> SpanTimes {
        SpanTimes::new(self.client.clone())
    }

    /// The lines, each with its values written as `T`.
    fn lines(&self) -> Vec<String> {
        assert!(self.client.flush(Duration::from_secs(10)));
        let lines = self.captured.lines();
        let mut lines: Vec<_> = lines.iter().map(|line| without_times(line)).collect();
        lines.sort();
        lines
    }
}

/// `checkout:0.015:0.02|d|#a:b` → `checkout:T:T|d|#a:b`
fn without_times(line: &str) -> String {
    let (name, rest) = line.split_once(':').expect("a name");
    let (values, rest) = rest.split_once('|').expect("a type");
    let values = values.split(':').map(|value| {
        assert!(value.parse::<f64>().expect("a number") >= 0.0, "{line}");
        "T"
    });
    format!("{name}:{}|{rest}", values.collect::<Vec<_>>().join(":"))
}

/// What a layer sends of spans.
fn sent(of: impl FnOnce(SpanTimes) -> SpanTimes, spans: impl FnOnce()) -> Vec<String> {
    let seen = Seen::new();
    with_default(registry().with(of(seen.times())), spans);
    seen.lines()
}

#[test]
fn only_the_spans_asked_for_are_timed() {
    let lines = sent(
        |times| times.span("checkout").span("login"),
        || {
            info_span!("checkout").in_scope(|| info_span!("query").in_scope(|| ()));
            info_span!("login").in_scope(|| ());
        },
    );
    assert_eq!(lines, ["checkout:T|d", "login:T|d"]);
}

#[test]
fn all_spans_are_timed_on_request() {
    let lines = sent(SpanTimes::all_spans, || {
        info_span!("checkout").in_scope(|| info_span!("query").in_scope(|| ()));
    });
    assert_eq!(lines, ["checkout:T|d", "query:T|d"]);
}

#[test]
fn without_a_name_nothing_is_timed() {
    assert_eq!(sent(|times| times, || info_span!("checkout").in_scope(|| ())), [""; 0]);
}

#[test]
fn every_time_of_a_name_is_a_value() {
    let lines = sent(
        |times| times.span("query"),
        || {
            for _ in 0..3 {
                info_span!("query").in_scope(|| ());
            }
        },
    );
    assert_eq!(lines, ["query:T:T:T|d"]);
}

#[test]
fn a_span_that_is_entered_again_and_again_is_timed_once_and_where_it_closes() {
    let seen = Seen::new();
    with_default(registry().with(seen.times().span("task")), || {
        let span = info_span!("task");
        let other = span.clone();
        span.in_scope(|| ());
        span.in_scope(|| ());
        drop(span);
        assert_eq!(seen.lines(), [""; 0]);
        drop(other);
    });
    assert_eq!(seen.lines(), ["task:T|d"]);
}

#[test]
fn the_time_runs_from_the_first_entry_in_milliseconds() {
    let seen = Seen::new();
    let mut least = Duration::ZERO;
    with_default(registry().with(seen.times().span("task")), || {
        let span = info_span!("task");
        span.in_scope(|| ());
        let entered = std::time::Instant::now();
        span.in_scope(|| ());
        while least < Duration::from_millis(2) {
            least = entered.elapsed();
        }
    });
    assert!(seen.client.flush(Duration::from_secs(10)));
    let line = seen.captured.lines().remove(0);
    let value = line.strip_prefix("task:").and_then(|rest| rest.strip_suffix("|d"));
    let sent: f64 = value.expect("a time").parse().expect("a number");
    assert!(sent >= least.as_secs_f64() * 1e3, "{line} is below {least:?}");
}

#[test]
fn a_span_that_is_never_entered_is_not_sent() {
    assert_eq!(sent(SpanTimes::all_spans, || drop(info_span!("task"))), [""; 0]);
}

#[test]
fn chosen_fields_are_tags_in_the_order_they_were_asked_for() {
    let lines = sent(
        |times| times.span("checkout").field("region").field("items").field("paid").field("via"),
        || {
            let via = Some("card");
            info_span!("checkout", paid = true, user = 81, ?via, items = 3, region = "eu")
                .in_scope(|| ());
        },
    );
    assert_eq!(lines, ["checkout:T|d|#region:eu,items:3,paid:true,via:Some(\"card\")"]);
}

#[test]
fn a_field_that_a_span_does_not_have_is_no_tag() {
    let lines = sent(
        |times| times.all_spans().field("region").field("plan"),
        || {
            info_span!("checkout", plan = "pro", region = Empty).in_scope(|| ());
            info_span!("login").in_scope(|| ());
        },
    );
    assert_eq!(lines, ["checkout:T|d|#plan:pro", "login:T|d"]);
}

#[test]
fn a_field_may_be_recorded_late_and_anew() {
    let lines = sent(
        |times| times.span("checkout").field("outcome").field("region"),
        || {
            let span = info_span!("checkout", outcome = Empty, region = "eu");
            span.record("outcome", "open");
            span.in_scope(|| {
                Span::current().record("outcome", "paid");
            });
        },
    );
    assert_eq!(lines, ["checkout:T|d|#outcome:paid,region:eu"]);
}

#[test]
fn each_combination_of_values_is_a_series() {
    let lines = sent(
        |times| times.span("query").field("table"),
        || {
            for table in ["users", "orders", "users"] {
                info_span!("query", table).in_scope(|| ());
            }
        },
    );
    assert_eq!(lines, ["query:T:T|d|#table:users", "query:T|d|#table:orders"]);
}

#[test]
fn a_long_value_ends_at_a_character_and_is_counted() {
    let seen = Seen::new();
    let dispatch = Dispatch::new(registry().with(seen.times().span("a").field("text")));
    tracing::dispatcher::with_default(&dispatch, || {
        let text = format!("{}é and more", "x".repeat(VALUE_MAX_BYTES - 1));
        info_span!("a", text).in_scope(|| ());
        info_span!("a", text = "short").in_scope(|| ());
    });
    let long = "x".repeat(VALUE_MAX_BYTES - 1);
    assert_eq!(seen.lines(), ["a:T|d|#text:short".to_owned(), format!("a:T|d|#text:{long}")]);
    let times = dispatch.downcast_ref::<SpanTimes>().expect("the layer");
    assert_eq!(times.values_cut(), 1);
}

#[test]
fn values_of_other_spans_are_not_even_read() {
    struct Unread;
    impl fmt::Display for Unread {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("nobody asked for it")
        }
    }
    let lines = sent(
        |times| times.span("checkout").field("region"),
        || {
            info_span!("login", region = %Unread).in_scope(|| {
                Span::current().record("region", tracing::field::display(Unread));
            });
            info_span!("checkout", region = "eu", user = %Unread).in_scope(|| ());
        },
    );
    assert_eq!(lines, ["checkout:T|d|#region:eu"]);
}

#[test]
fn a_value_that_cannot_be_displayed_ends_where_it_failed() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("half")?;
            Err(fmt::Error)
        }
    }
    let lines = sent(
        |times| times.span("a").field("text"),
        || info_span!("a", text = %Broken).in_scope(|| ()),
    );
    assert_eq!(lines, ["a:T|d|#text:half"]);
}

#[test]
fn no_span_and_no_field_makes_a_second_metric() {
    let seen = Seen::new();
    with_default(registry().with(seen.times().all_spans().field("text")), || {
        info_span!("GET /cart:1|c\nx", text = "a|c\nb:1,c").in_scope(|| ());
    });
    assert_eq!(seen.lines(), ["GET_/cart_1_c_x:T|d|#text:a_c_b:1_c"]);
    let packet = seen.captured.packets().concat();
    assert_eq!(parse(&packet, Dialect::DogStatsd).count(), 1);
}

#[test]
fn two_layers_of_one_subscriber_each_send_their_own() {
    let (one, two) = (Seen::new(), Seen::new());
    let subscriber = registry()
        .with(one.times().span("checkout").field("region"))
        .with(two.times().all_spans().field("plan"));
    with_default(subscriber, || {
        info_span!("checkout", region = "eu", plan = "pro").in_scope(|| ());
        info_span!("login").in_scope(|| ());
    });
    assert_eq!(one.lines(), ["checkout:T|d|#region:eu"]);
    assert_eq!(two.lines(), ["checkout:T|d|#plan:pro", "login:T|d"]);
}

#[test]
fn a_filter_decides_which_spans_the_layer_sees() {
    let seen = Seen::new();
    let times = seen.times().all_spans();
    let outer = filter_fn(|metadata| metadata.name() != "query");
    with_default(registry().with(times.with_filter(outer)).with(LevelFilter::INFO), || {
        info_span!("checkout").in_scope(|| info_span!("query").in_scope(|| ()));
        tracing::debug_span!("render").in_scope(|| ());
    });
    assert_eq!(seen.lines(), ["checkout:T|d"]);
}

#[test]
fn spans_beyond_the_room_are_sent_all_the_same() {
    let seen = Seen::new();
    let times = seen.times().all_spans().field("n");
    let times = SpanTimes { distributions: Kept::with_buckets(1), ..times };
    let dispatch = Dispatch::new(registry().with(times));
    tracing::dispatcher::with_default(&dispatch, || {
        for n in 0..10 {
            info_span!("task", n).in_scope(|| ());
        }
    });
    let expected: Vec<_> = (0..10).map(|n| format!("task:T|d|#n:{n}")).collect();
    assert_eq!(seen.lines(), expected);
    assert_eq!(dispatch.downcast_ref::<SpanTimes>().expect("the layer").handles_refused(), 2);
}

#[test]
fn a_child_client_gives_spans_a_prefix_and_tags() {
    let seen = Seen::new();
    let child = seen.client.child().prefix("spans").tag("service", "shop").build();
    with_default(registry().with(SpanTimes::new(child).span("checkout").field("region")), || {
        info_span!("checkout", region = "eu").in_scope(|| ());
    });
    assert_eq!(seen.lines(), ["spans.checkout:T|d|#service:shop,region:eu"]);
}
