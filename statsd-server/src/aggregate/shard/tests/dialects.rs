//! Packets as clients of each dialect write them.

use std::time::Duration;

use statsd_client::{CaptureBackend, Client};

use super::*;

#[test]
fn tags_of_every_dialect_become_those_of_a_series() {
    for (dialect, packet) in [
        (Dialect::DogStatsd, "http.requests:1|c|#method:GET,code:200"),
        (Dialect::DogStatsd, "http.requests:1|c|@1|#method:GET,code:200|c:ci-3f|T17"),
        (Dialect::Influx, "http.requests,method=GET,code=200:1|c"),
        (Dialect::Graphite, "http.requests;method=GET;code=200:1|c"),
        (Dialect::SignalFx, "http.requests[method=GET,code=200]:1|c"),
        (Dialect::SignalFx, "[method=GET,code=200]http.requests:1|c"),
        (Dialect::Librato, "http.requests#method=GET,code=200:1|c"),
        // A series is known, and found again without a look at its tags.
        (Dialect::Etsy, "http.requests;method=GET;code=200:1|c"),
    ] {
        let mut shard = Shard::new(dialect);
        shard.record_packet(packet.as_bytes());
        shard.record_packet(packet.as_bytes());
        let sum = counter(&shard, "http.requests;method=GET;code=200");
        assert_eq!((sum, names(&shard)), (Some(2.0), 1), "{packet}");
    }
    let mut shard = Shard::new(Dialect::Okmeter);
    shard.record_packet(b"http.requests.method_is_GET.code_is_200:1|c");
    assert_eq!(counter(&shard, "http.requests.method_is_GET.code_is_200"), Some(1.0));
}

#[test]
fn raw_names_have_the_tags_of_their_dialect() {
    for (dialect, packet) in
        [(Dialect::Graphite, "a b;k=x y;l=w:1|c"), (Dialect::Influx, "a b,k=x y,l=w:1|c")]
    {
        let mut shard = Shard::new(dialect).sanitising(false);
        shard.record_packet(packet.as_bytes());
        assert_eq!(counter(&shard, "a b;k=x y;l=w"), Some(1.0), "{packet}");
    }
}

#[test]
fn what_the_sdk_sends_in_a_dialect_is_read_in_it() {
    for &dialect in Dialect::ALL {
        let (backend, captured) = CaptureBackend::new();
        let client = Client::builder().dialect(dialect).backend(backend).build().unwrap();
        let tagged = client.child().tag("plan", "pro").tag("region", "eu").build();
        tagged.count("orders", 3);
        tagged.gauge("queue", 17);
        tagged.timing("render", Duration::from_millis(250));
        tagged.set("visitors", "ada");
        assert!(client.flush(Duration::from_secs(5)));

        let mut shard = Shard::new(dialect);
        for line in captured.lines() {
            shard.record_packet(line.as_bytes());
        }
        let of = |name: &str| match dialect {
            Dialect::Etsy => format!("{name}.plan.pro.region.eu"),
            Dialect::Okmeter => format!("{name}.plan_is_pro.region_is_eu"),
            _ => format!("{name};plan=pro;region=eu"),
        };
        let lines = captured.lines();
        assert_eq!(shard.counts().bad_lines(), 0, "{lines:?}");
        assert_eq!(counter(&shard, &of("orders")), Some(3.0), "{lines:?}");
        assert_eq!(gauge(&shard, &of("queue")), &GaugeChange::Set(17.0));
        assert_eq!(samples(timer(&shard, &of("render"))), [250.0]);
        assert_eq!(set(&shard, &of("visitors")).len(), 1);
        assert_eq!(names(&shard), 4, "{lines:?}");
    }
}
