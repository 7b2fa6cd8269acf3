use std::env;
use std::fmt::Write as _;
use std::process::Command;

use super::*;
use crate::aggregate::{Named, Raw, TimerStats};

const NOON: i64 = 1_700_049_600;

fn named<T>(name: &str, value: T) -> (String, T) {
    (name.to_owned(), value)
}

fn snapshot() -> Snapshot {
    let stats = vec![named("std", 0.5), named("histogram.bin_1", 2.0)];
    let samples = First { values: vec![1.0, 2.0, 3.0], total: 3 };
    let members = First { values: vec![b"x".to_vec(), b"y'z".to_vec()], total: 2 };
    Snapshot {
        timestamp: NOON,
        interval: 10.0,
        counters: Named::from([("a", 1.0), ("b.c", 2.0)]),
        timers: Named::from([("t", TimerStats { stats })]),
        raw: Some(Raw {
            samples: Named::from([("t", samples)]),
            members: Named::from([("s", members)]),
        }),
        ..Snapshot::default()
    }
}

fn text(snapshot: &Snapshot, pretty: bool) -> String {
    let mut out = Vec::new();
    DumpBackend::new(&mut out, pretty, TimeZone::UTC, vec![90.0]).flush(snapshot).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_flush_is_printed_as_etsy_does_on_node() {
    assert_eq!(
        text(&snapshot(), false),
        "Flushing stats at  Wed Nov 15 2023 12:00:00 GMT+0000 (Coordinated Universal Time)\n\
         {\n  \
           counters: { a: 1, 'b.c': 2 },\n  \
           timers: { t: [ 1, 2, 3 ] },\n  \
           gauges: {},\n  \
           timer_data: { t: { std: 0.5, histogram: [Object] } },\n  \
           counter_rates: { a: 0.1, 'b.c': 0.2 },\n  \
           sets: { s: [ 'x', \"y'z\" ] },\n  \
           pctThreshold: [ 90 ]\n\
         }\n"
    );
}

#[test]
fn prettyprint_has_colours_and_goes_deeper() {
    let text = text(&snapshot(), true);
    let yellow = |n: &str| format!("\x1b[33m{n}\x1b[39m");
    let counters =
        format!("  counters: {{ a: {}, \x1b[32m'b.c'\x1b[39m: {} }},", yellow("1"), yellow("2"));
    assert!(text.contains(&counters), "{text}");
    let data = format!("{{ std: {}, histogram: {{ bin_1: {} }} }}", yellow("0.5"), yellow("2"));
    assert!(text.contains(&data), "{text}");
}

#[test]
fn without_raw_values_the_rest_is_printed() {
    let text = text(&Snapshot { timestamp: NOON, interval: 1.0, ..Snapshot::default() }, false);
    assert!(text.ends_with("\n{\n  counters: {},\n  timers: {},\n  gauges: {},\n  timer_data: {},\n  counter_rates: {},\n  sets: {},\n  pctThreshold: [ 90 ]\n}\n"), "{text}");
}

#[test]
fn a_time_zone_has_its_offset_and_name() {
    let zone = TimeZone::fixed(jiff::tz::offset(-3));
    let backend = DumpBackend::new(Vec::new(), false, zone, Vec::new());
    assert!(
        javascript_date(NOON, &backend.time_zone)
            .starts_with("Wed Nov 15 2023 09:00:00 GMT-0300 (")
    );
}

#[test]
fn long_arrays_stand_in_columns_and_are_cut() {
    let values = (0..100).map(|n| f64::from(n) * 1.5).collect();
    let samples = Named::from([("k", First { values, total: 120 })]);
    let raw = Some(Raw { samples, members: Named::default() });
    let text =
        text(&Snapshot { timestamp: NOON, interval: 1.0, raw, ..Snapshot::default() }, false);
    let rows: Vec<_> = text.lines().skip_while(|line| !line.contains("k: [")).collect();
    assert_eq!(rows[0], "    k: [");
    assert_eq!(rows[1], "        0,   1.5,   3,   4.5,   6,   7.5,   9,  10.5,  12,  13.5,");
    assert_eq!(rows[10], "      135, 136.5, 138, 139.5, 141, 142.5, 144, 145.5, 147, 148.5,");
    assert_eq!(rows[11..14], ["      ... 20 more items", "    ]", "  },"]);
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides).unwrap()
    }

    fn value(&mut self, level: usize) -> Value<'static> {
        const KEYS: [&str; 8] =
            ["a", "b.c", "statsd.packets_received", "x-y", "_", "9", "", "__proto__"];
        match self.roll(if level < 4 { 8 } else { 4 }) {
            0 => Value::Text(
                ["", "x", "it's", "a \"b\" 'c'", "tab\t", "ü\u{7f}"][self.roll(6)].into(),
            ),
            1..=3 => Value::Number([0.0, -0.0, 1.5, -17.0, 1e21, 1e-7, 123_456.789][self.roll(7)]),
            4 | 5 => {
                let values = self.roll(130);
                let same = self.value(4);
                let values: Vec<_> = (0..values)
                    .map(|_| if level.is_multiple_of(2) { self.value(4) } else { same.clone() })
                    .collect();
                Value::array(values.clone().into_iter(), values.len())
            }
            _ => {
                let entries = self.roll(7);
                let from = self.roll(8);
                Value::object((0..entries).map(|i| {
                    // JavaScript would put whole numbers first.
                    let key = KEYS[(from + i) % 8];
                    (if key == "9" { "9x" } else { key }, self.value(level + 1))
                }))
            }
        }
    }
}

/// The value as an expression.
fn javascript(value: &Value<'_>, out: &mut String) {
    match value {
        Value::Number(n) => write!(out, "{n:e}").unwrap(),
        Value::Text(text) => out.push_str(&serde_json::to_string(text).unwrap()),
        Value::Object(entries) => {
            out.push('{');
            for (key, value) in entries {
                write!(out, "[{}]:", serde_json::to_string(key).unwrap()).unwrap();
                javascript(value, out);
                out.push(',');
            }
            out.push('}');
        }
        Value::Array(values, more) => {
            out.push('[');
            for value in values.iter().chain(values.iter().take(*more)) {
                javascript(value, out);
                out.push(',');
            }
            out.push(']');
        }
    }
}

#[test]
fn node_prints_the_same() {
    let Some(node) = env::var_os("STATSD_NODE") else { return };
    let mut dice = Dice(1);
    let mut script = String::new();
    let mut ours = String::new();
    for _ in 0..300 {
        let entries: Vec<_> = ["p", "q", "r"].map(|key| (key, dice.value(1))).into();
        let value = Value::Object(entries);
        script.push_str("for (const o of [");
        javascript(&value, &mut script);
        script.push_str("]) { console.log(o); console.log(require('util').inspect(o, {depth: 5, colors: true})); }\n");
        for inspect in [Inspect::default(), Inspect { depth: 5, colours: true }] {
            writeln!(ours, "{}", inspect.text(&value)).unwrap();
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("print.js");
    std::fs::write(&file, script).unwrap();
    let theirs = Command::new(node).arg(file).output().unwrap();
    let theirs = String::from_utf8(theirs.stdout).unwrap();
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(ours.len(), theirs.len());
}
