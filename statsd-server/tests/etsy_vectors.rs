//! What etsy/statsd sent to carbon, recorded, against what we send for the same packets: the same text.
//!
//! `golden/etsy/server-vectors.json` says in its `meta` how and from which version it was recorded.

#![expect(clippy::unwrap_used, reason = "a vector file that is not as expected fails the test")]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use statsd_client::protocol::Dialect;
use statsd_server::aggregate::{Bin, DeleteIdle, Histogram, Options, Shard, State, Ttl};
use statsd_server::backend::{
    Backend as _, GraphiteBackend, GraphiteOptions, Naming, NamingOptions,
};
use statsd_server::clock::SystemClock;

/// Cases in which we differ on purpose.
const DIFFERENT: [(&str, &str); 3] = [
    ("edge.timer_crlf_negative", "a carriage return does not make a negative timer valid"),
    ("rate.zero", "a rate of 0 is bad: it makes the count infinite"),
    ("rate.after_tags_swallowed", "a rate after the tags is a rate, not a part of the last tag"),
];

/// Malformed packets with which we differ on purpose: how our outcome begins, and why.
const DIFFERENT_PACKETS: [(&str, &str, &str); 17] = [
    ("foo:Infinity|ms", "1 lines, 1 bad: ", NOT_FINITE),
    ("foo:1e309|g", "1 lines, 1 bad: ", NOT_FINITE),
    ("'foo:' + '9'*5000 + '|g'", "1 lines, 1 bad: ", NOT_FINITE),
    ("foo:Infinity|g\nfoo:-Infinity|g", "2 lines, 2 bad: ", NOT_FINITE),
    ("foo:Infinity|ms\nfoo:1|ms", "2 lines, 1 bad: stats.timers.foo.count=1 ", NOT_FINITE),
    ("foo:1|c|@0x10", "1 lines, 1 bad: ", NOT_FINITE),
    ("foo:1|c|@ ", "1 lines, 1 bad: ", CRASH),
    ("foo:1|c|@\t", "1 lines, 1 bad: ", CRASH),
    ("foo:1|c|@\r", "1 lines, 1 bad: ", CRASH),
    ("foo:5|ms|@+1", "1 lines, 1 bad: ", CRASH),
    ("__proto__:x|s", "1 lines, 0 bad: stats.sets.__proto__.count=1", CRASH),
    ("constructor:1|ms", "1 lines, 0 bad: stats.timers.constructor.count=1 ", CRASH),
    ("constructor:x|s", "1 lines, 0 bad: stats.sets.constructor.count=1", CRASH),
    ("hasOwnProperty:1|ms", "1 lines, 0 bad: stats.timers.hasOwnProperty.count=1 ", CRASH),
    ("valueOf:x|s", "1 lines, 0 bad: stats.sets.valueOf.count=1", CRASH),
    (
        "toString:1|c",
        "1 lines, 0 bad: stats.counters.toString.count=1 ",
        "etsy breaks the line it sends",
    ),
    ("foo:__proto__|s", "1 lines, 0 bad: stats.sets.foo.count=1", "etsy loses the member"),
];
const NOT_FINITE: &str = "what is not finite would reach the store";
const CRASH: &str = "it ends etsy's process";

/// Name → value, as they were written.
type Metrics = BTreeMap<String, String>;

/// In every flush, but never twice the same.
const VOLATILE: [&str; 3] = [".timestamp_lag", ".graphiteStats.", ".processing_time"];

fn vectors() -> Value {
    serde_json::from_str(include_str!("golden/etsy/server-vectors.json")).unwrap()
}

/// A server whose clock is moved by hand, and the carbon that it sends its flushes to.
struct Server {
    shard: Shard,
    state: State,
    graphite: GraphiteBackend,
    carbon: TcpListener,
    timestamp: i64,
}

impl Server {
    fn new(config: &Value) -> Self {
        let text = |value: &Value, default: &str| value.as_str().unwrap_or(default).to_owned();
        let prefix_stats = text(&config["prefixStats"], "statsd");
        let flag = |key: &str| config[key].as_bool();
        let sanitise = flag("keyNameSanitize").unwrap_or(true);
        let graphite = &config["graphite"];
        let naming = NamingOptions {
            legacy: graphite["legacyNamespace"].as_bool().unwrap_or(true),
            global_prefix: text(&graphite["globalPrefix"], "stats"),
            prefix_counter: text(&graphite["prefixCounter"], "counters"),
            prefix_timer: text(&graphite["prefixTimer"], "timers"),
            prefix_gauge: text(&graphite["prefixGauge"], "gauges"),
            prefix_set: text(&graphite["prefixSet"], "sets"),
            global_suffix: graphite["globalSuffix"].as_str().map(str::to_owned),
            prefix_stats: prefix_stats.clone(),
            flush_counts: flag("flush_counts").unwrap_or(true),
            raw_names: !sanitise,
        };
        let options = Options {
            interval: Duration::from_millis(config["flushInterval"].as_u64().unwrap_or(200)),
            percent_thresholds: thresholds(&config["percentThreshold"]),
            timer_metrics: serde_json::from_value(config["calculatedTimerMetrics"].clone())
                .unwrap_or_default(),
            histograms: histograms(&config["histogram"]),
            prefix_stats,
            delete_idle: DeleteIdle::of(
                flag("deleteIdleStats").unwrap_or(false),
                flag("deleteCounters"),
                flag("deleteTimers"),
                flag("deleteSets"),
                flag("deleteGauges"),
            ),
            // etsy takes whole numbers above 1.
            gauges_max_ttl: config["gaugesMaxTTL"]
                .as_u64()
                .and_then(|ttl| ttl.try_into().ok())
                .unwrap_or(1),
            ttl: Ttl::default(),
            keep_raw: false,
        };
        let carbon = TcpListener::bind("127.0.0.1:0").unwrap();
        let graphite = GraphiteBackend::start(
            GraphiteOptions::new(carbon.local_addr().unwrap().to_string()),
            Naming::new(&naming),
            Arc::new(SystemClock),
            Arc::default(),
        );
        let mut server = Self {
            shard: Shard::new(Dialect::Etsy).sanitising(sanitise),
            state: State::new(options),
            graphite: graphite.unwrap(),
            carbon,
            timestamp: 0,
        };
        // As when it was recorded: `timestamp_lag` is there from the second flush on.
        server.flush();
        server.flush();
        server
    }

    fn flush(&mut self) -> Metrics {
        self.timestamp += 1;
        self.state.absorb(&mut self.shard.take());
        let snapshot = self.state.snapshot(self.timestamp);
        self.graphite.flush(&snapshot).unwrap();
        let mut text = String::new();
        self.carbon.accept().unwrap().0.read_to_string(&mut text).unwrap();
        let mut metrics = Metrics::new();
        for line in text.lines() {
            let [name, value, timestamp] = line.split(' ').collect::<Vec<_>>()[..] else {
                panic!("{line:?} is not a name, a value and a time");
            };
            if !VOLATILE.iter().any(|part| name.contains(part)) {
                assert_eq!(timestamp, self.timestamp.to_string());
                let before = metrics.insert(name.to_owned(), value.to_owned());
                assert_eq!(before, None, "{name} is sent twice");
            }
        }
        metrics
    }
}

fn thresholds(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(list) => list.iter().flat_map(thresholds).collect(),
        Value::String(text) => vec![text.parse().unwrap()],
        Value::Number(number) => vec![number.as_f64().unwrap()],
        _ => Options::default().percent_thresholds,
    }
}

fn histograms(config: &Value) -> Vec<Histogram> {
    let bin = |bin: &Value| match bin {
        Value::Number(limit) => Bin::below(limit.as_f64().unwrap()),
        Value::String(text) if text == "inf" => Bin::rest(),
        other => panic!("no bin: {other}"),
    };
    let histogram = |entry: &Value| Histogram {
        metric: entry["metric"].as_str().unwrap().to_owned(),
        bins: entry["bins"].as_array().unwrap().iter().map(bin).collect(),
    };
    config.as_array().into_iter().flatten().map(histogram).collect()
}

fn packet_bytes(packet: &Value) -> Vec<u8> {
    match packet {
        Value::String(text) => text.clone().into_bytes(),
        _ => serde_json::from_value(packet["bytes"].clone()).unwrap(),
    }
}

fn expected(metrics: &Value) -> Metrics {
    serde_json::from_value(metrics.clone()).unwrap()
}

/// The first flush that is not as recorded.
fn difference(case: &Value) -> Option<String> {
    let mut server = Server::new(&case["config"]);
    for flush in case["flushes"].as_array().unwrap() {
        for packet in flush["packets"].as_array().unwrap() {
            server.shard.record_packet(&packet_bytes(packet));
        }
        let (ours, etsys) = (server.flush(), expected(&flush["expect"]));
        if ours != etsys {
            return Some(format!("{}: we send {ours:#?}\netsy sends {etsys:#?}", case["name"]));
        }
    }
    None
}

#[test]
fn every_recorded_case_yields_etsys_numbers() {
    let vectors = vectors();
    let cases = vectors["cases"].as_array().unwrap();
    let mut compared = 0;
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let different = DIFFERENT.iter().any(|(different, _)| *different == name);
        if different {
            assert!(difference(case).is_some(), "{name} is listed, and yet as recorded");
            continue;
        }
        if let Some(difference) = difference(case) {
            panic!("{difference}");
        }
        compared += 1;
    }
    assert_eq!((compared, cases.len()), (59 - DIFFERENT.len(), 59));
}

/// What a packet came to: `2 lines, 1 bad: stats.gauges.foo=5`.
fn outcome(lines: &str, bad: &str, metrics: &Metrics) -> String {
    let metrics: Vec<_> = metrics.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{lines} lines, {bad} bad: {}", metrics.join(" "))
}

fn our_outcome(packet: &[u8]) -> String {
    let mut server = Server::new(&serde_json::json!({ "graphite": { "legacyNamespace": false } }));
    server.shard.record_packet(packet);
    let mut metrics = server.flush();
    let own = |name| metrics[&format!("stats.counters.statsd.{name}.count")].clone();
    let (lines, bad) = (own("metrics_received"), own("bad_lines_seen"));
    metrics.retain(|name, _| !name.contains("statsd."));
    outcome(&lines, &bad, &metrics)
}

fn etsys_outcome(etsy: &Value) -> String {
    if !etsy["lines"].is_number() {
        return etsy["outcome"].as_str().unwrap().to_owned();
    }
    let (lines, bad) = (etsy["lines"].to_string(), etsy["bad_lines_seen"].to_string());
    match etsy.get("metrics") {
        Some(metrics) => outcome(&lines, &bad, &expected(metrics)),
        None => format!("{} metrics", etsy["metrics_emitted"]),
    }
}

#[test]
fn every_malformed_packet_has_etsys_outcome_or_a_better_one() {
    let vectors = vectors();
    let cases = vectors["malformed"].as_array().unwrap();
    let mut different = 0;
    for case in cases {
        let packet =
            case.get("packet").map_or_else(|| generated(&case["packet_gen"]), packet_bytes);
        let (ours, etsys) = (our_outcome(&packet), etsys_outcome(&case["etsy"]));
        let text = case.get("packet").unwrap_or(&case["packet_gen"]).as_str().unwrap_or_default();
        if let Some((_, begins, why)) =
            DIFFERENT_PACKETS.iter().find(|(packet, ..)| *packet == text)
        {
            assert_ne!(ours, etsys, "{text:?} is listed ({why}), and yet as recorded");
            assert!(ours.starts_with(begins), "{text:?} ({why}) came to {ours}");
            different += 1;
        } else if case["etsy"].get("metrics_emitted").is_some() {
            // Too long to be recorded; how many there are was.
            let metrics = ours.split_whitespace().filter(|word| word.contains('=')).count();
            assert_eq!(format!("{metrics} metrics"), etsys, "{case}");
        } else {
            assert_eq!(ours, etsys, "{case}");
        }
    }
    assert_eq!((different, cases.len()), (DIFFERENT_PACKETS.len(), 85));
}

/// The packets that are written as a Python expression.
fn generated(expression: &Value) -> Vec<u8> {
    match expression.as_str().unwrap() {
        "'foo:' + '9'*5000 + '|g'" => format!("foo:{}|g", "9".repeat(5_000)).into_bytes(),
        "'foo:1|c|#' + ','.join('t%d:v'%i for i in range(2000))" => {
            let tags: Vec<_> = (0..2_000).map(|i| format!("t{i}:v")).collect();
            format!("foo:1|c|#{}", tags.join(",")).into_bytes()
        }
        other => panic!("no such expression: {other}"),
    }
}
