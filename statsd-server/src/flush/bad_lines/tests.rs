use std::time::Duration;

use statsd_client::protocol::Dialect;

use super::*;
use crate::aggregate::{Lost, Shard};
use crate::limits::BAD_LINE_EXAMPLE_MAX_BYTES;

struct Bench {
    shard: Shard,
    log: BadLineLog,
    all: BadLines,
}

impl Bench {
    fn new() -> Self {
        let shard = Shard::new(Dialect::Etsy);
        Self { shard, log: BadLineLog::default(), all: BadLines::default() }
    }

    fn flush(&mut self, packet: &[u8], seconds: u64) -> Vec<String> {
        self.shard.record_packet(packet);
        let interval = self.shard.take();
        self.log.take(interval.counts(), &self.all, Duration::from_secs(seconds))
    }
}

#[test]
fn each_reason_is_logged_once_a_minute_with_its_number_and_an_example() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.flush(b"first\nsecond\na:x|c", 100),
        ["2 bad lines, missing type, such as `first`", "1 bad line, bad value, such as `a:x|c`"]
    );
    assert_eq!(bench.flush(b"third", 110), [""; 0]);
    assert_eq!(bench.flush(b"t:-1|ms", 120), ["1 bad line, negative timer, such as `t:-1|ms`"]);
    assert_eq!(bench.flush(b"fourth", 159), [""; 0]);
    let told = bench.flush(b"fine:1|c", 160);
    assert_eq!(told, ["2 bad lines, missing type, such as `fourth`"], "what waited for it");
    assert_eq!(bench.flush(b"", 300), [""; 0], "there is nothing to say");
}

#[test]
fn a_clock_that_is_set_back_silences_nobody() {
    let mut bench = Bench::new();
    assert_eq!(bench.flush(b"a", 1_000).len(), 1);
    assert_eq!(bench.flush(b"b", 10).len(), 1);
}

#[test]
fn at_the_end_nothing_waits_for_its_minute() {
    let mut bench = Bench::new();
    bench.flush(b"a", 100);
    bench.flush(b"b", 101);
    let rest = bench.log.rest(Duration::from_secs(102));
    assert_eq!(rest, ["1 bad line, missing type, such as `b`"]);
    assert_eq!(bench.log.rest(Duration::from_secs(102)), [""; 0]);
}

#[test]
fn the_reasons_add_up_to_all_bad_lines() {
    let mut bench = Bench::new();
    bench.shard.count_lost(Lost { lines_too_long: 3, ..Lost::default() });
    bench.shard.record_packet(b"k:1|c:x|c:2|ms:y\nk\nt:-1|ms");
    let bad = bench.shard.counts().bad_lines();
    let told = bench.flush(b"", 100);
    assert!(told.contains(&"3 bad lines, line too long".to_owned()), "{told:?}");
    assert_eq!((bench.all.all().iter().map(|bad| bad.lines).sum::<u64>(), bad), (7, 7));
}

#[test]
fn an_example_is_short_and_does_nothing_to_a_terminal() {
    let mut bench = Bench::new();
    let long = "n".repeat(3 * BAD_LINE_EXAMPLE_MAX_BYTES);
    let told = bench.flush(long.as_bytes(), 100);
    assert!(told[0].ends_with(&format!("`{}`", &long[..BAD_LINE_EXAMPLE_MAX_BYTES])));
    assert_eq!(
        bench.flush(b"caf\xc3\xa9 \x1b[31m\xff\x00\tx:x|c", 200),
        ["1 bad line, bad value, such as `café \\u{1b}[31m\\xff\\0\\tx:x|c`"]
    );
    assert_eq!(bench.all.all()[1].example.as_deref(), Some("café \\u{1b}[31m\\xff\\0\\tx:x|c"));
}
