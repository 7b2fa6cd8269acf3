use std::sync::Mutex;
use std::time::Duration;

use super::*;
use crate::tap::Tap;

#[derive(Debug, Default)]
struct At(Mutex<u64>);

impl Clock for At {
    fn now(&self) -> Duration {
        Duration::from_secs(*self.0.lock().unwrap())
    }
}

/// What is logged of packets, each with the second in which it came.
fn logged(packets: &[(u64, &[u8])]) -> (Vec<String>, u64) {
    let (clock, telemetry) = (Arc::new(At::default()), Arc::new(Telemetry::default()));
    let entries = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&entries);
    let log = move |entry: &str| written.lock().unwrap().push(entry.to_owned());
    let mut messages = MessageLog::new(clock.clone(), Arc::clone(&telemetry), log);
    for (second, packet) in packets {
        *clock.0.lock().unwrap() = *second;
        messages.take(packet);
    }
    messages.tell_left_out();
    let entries = entries.lock().unwrap().clone();
    (entries, telemetry.lines_not_logged.get())
}

#[test]
fn every_line_is_logged_as_it_came_good_or_bad() {
    let (entries, left_out) = logged(&[(1, b"a:1|c\n\nbad"), (1, b"t\x1b:2|ms\n")]);
    assert_eq!(
        (entries, left_out),
        (vec!["a:1|c".into(), "bad".into(), "t\\u{1b}:2|ms".into()], 0)
    );
    let long = "n".repeat(LOGGED_LINE_MAX_BYTES + 1);
    let (entries, _) = logged(&[(1, long.as_bytes())]);
    assert_eq!(entries, [format!("{} …", &long[1..])]);
}

#[test]
fn what_is_too_much_in_a_second_is_counted() {
    let flood = "a:1|c\n".repeat(usize::try_from(LOGGED_LINES_MAX).unwrap() + 3);
    let (entries, left_out) =
        logged(&[(1, flood.as_bytes()), (2, b"b:1|c"), (2, flood.as_bytes())]);
    let max = usize::try_from(LOGGED_LINES_MAX).unwrap();
    assert_eq!(entries[max..max + 2], ["3 more lines in that second", "b:1|c"]);
    assert_eq!(entries.last().map(String::as_str), Some("4 more lines in that second"));
    assert_eq!((entries.len(), left_out), (2 * max + 2, 7));
}

#[test]
fn the_thread_ends_with_the_receivers() {
    let telemetry = Arc::new(Telemetry::default());
    let (tap, tapped) = Tap::default()
        .with_outlet(|telemetry| &telemetry.packets_not_logged, Arc::clone(&telemetry));
    let entries = Arc::new(Mutex::new(Vec::new()));
    let written = Arc::clone(&entries);
    let log = move |entry: &str| written.lock().unwrap().push(entry.to_owned());
    let thread = MessageLog::new(Arc::<At>::default(), telemetry, log).start(tapped).unwrap();
    tap.offer([&b"a:1|c"[..], b"b:1|c"].into_iter());
    drop(tap);
    thread.join().unwrap();
    assert_eq!(*entries.lock().unwrap(), ["a:1|c", "b:1|c"]);
}
