use super::*;
use crate::aggregate::Named;

const NOON: i64 = 1_700_049_600;

fn line_of(telemetry: &Arc<Telemetry>, arrived: [u64; 3], snapshot: &Snapshot) -> String {
    let mut out = Vec::new();
    let mut console = ConsoleBackend::new(&mut out, Arc::clone(telemetry), TimeZone::UTC, "statsd");
    telemetry.packets.add(arrived[0]);
    telemetry.lines.add(arrived[1]);
    telemetry.bad_lines.add(arrived[2]);
    console.flush(snapshot).unwrap();
    String::from_utf8(out).unwrap()
}

fn counters(counters: &[(&str, f64)]) -> Snapshot {
    let counters = counters.iter().copied().collect();
    Snapshot { timestamp: NOON + 10, interval: 10.0, counters, ..Snapshot::default() }
}

fn timer(stats: &[(&str, f64)]) -> TimerStats {
    TimerStats { stats: stats.iter().map(|(stat, value)| ((*stat).to_owned(), *value)).collect() }
}

#[test]
fn a_line_says_what_arrived_and_what_was_busiest() {
    let mut snapshot = counters(&[("shop.orders", 42.0), ("shop.signups", 17.0)]);
    let stats = [("mean_90", 11.0), ("upper_90", 20.14), ("count", 9.0), ("mean", 12.34)];
    let idle = timer(&[("count_ps", 0.0), ("count", 0.0)]);
    snapshot.timers = Named::from([("shop.checkout", timer(&stats)), ("shop.idle", idle)]);
    assert_eq!(
        line_of(&Arc::default(), [31, 184, 0], &snapshot),
        "12:00:10     184 metrics in    31 packets · shop.orders 42 · shop.signups 17 \
         · shop.checkout 12.3 ms mean, 20.1 ms p90\n"
    );
}

#[test]
fn a_quiet_interval_is_a_short_line() {
    let snapshot = counters(&[("shop.orders", 0.0), ("statsd.packets_received", 3.0)]);
    let line = line_of(&Arc::default(), [0, 0, 0], &snapshot);
    assert_eq!(line, "12:00:10       0 metrics in     0 packets\n");
}

#[test]
fn singulars_and_bad_lines_keep_the_columns() {
    let line = line_of(&Arc::default(), [1, 1, 1], &counters(&[]));
    assert_eq!(line, "12:00:10       1 metric  in     1 packet  · 1 bad line\n");
}

#[test]
fn only_what_came_since_the_last_line_is_counted() {
    let telemetry = Arc::new(Telemetry::default());
    telemetry.lines.add(100);
    let mut out = Vec::new();
    let mut console =
        ConsoleBackend::new(&mut out, Arc::clone(&telemetry), TimeZone::UTC, "statsd");
    for lines in [7, 3] {
        telemetry.lines.add(lines);
        console.flush(&counters(&[])).unwrap();
    }
    let out = String::from_utf8(out).unwrap();
    let counts: Vec<_> = out.lines().map(|line| line.split_whitespace().nth(1).unwrap()).collect();
    assert_eq!(counts, ["7", "3"]);
}

#[test]
fn the_four_busiest_counters_are_named_the_first_by_name_where_they_are_equal() {
    let all = [("a", 1.0), ("b", 9.5), ("c", 1.0), ("d", 1e300), ("e", 1.0), ("f", 2.0)];
    let line = line_of(&Arc::default(), [1, 6, 0], &counters(&all));
    assert!(line.ends_with(" · d 1.0e300 · b 9.5 · f 2 · a 1\n"), "{line}");
}

#[test]
fn a_timer_of_nanoseconds_is_told_in_microseconds() {
    let mut snapshot = counters(&[]);
    let stats = [("count", 2.0), ("mean", 0.000_46), ("upper_90", 0.25)];
    snapshot.timers = Named::from([("a", timer(&stats))]);
    let line = line_of(&Arc::default(), [1, 2, 0], &snapshot);
    assert!(line.ends_with(" · a 0.5 µs mean, 0.2 ms p90\n"), "{line}");
}

#[test]
fn long_names_are_cut() {
    let name = "n".repeat(1_024);
    let line = line_of(&Arc::default(), [1, 1, 0], &counters(&[(&name, 1.0)]));
    assert!(line.ends_with(&format!("{}… 1\n", "n".repeat(48))), "{line}");
}

#[test]
fn an_error_of_the_writer_is_the_backends() {
    struct Closed;
    impl io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut console = ConsoleBackend::new(Closed, Arc::default(), TimeZone::UTC, "statsd");
    let error = console.flush(&counters(&[])).unwrap_err();
    assert!(error.to_string().starts_with("cannot write the line: "), "{error}");
}
