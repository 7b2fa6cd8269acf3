//! More names than the server keeps, whoever makes them up: they are refused and counted, memory stays
//! within its bound, and what was there before is counted on.

use std::env;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::TcpStream;

use statsd_server::limits::CONTEXTS_MAX;

use super::alone;
use super::server::{Server, connect, count, until};

/// The bound that the issue sets.
const MEMORY_MAX_BYTES: u64 = 512 << 20;

const OLD: usize = 100;

/// Contexts of the server itself, for which there is always room.
const OWN: usize = 10;

/// Rounds of new names, with a line for every old name after each.
const ROUNDS: usize = 20;

/// Sends `names` new ones in all rounds together, and the old ones before, among and after them.
fn explode(stream: &mut TcpStream, names: usize) {
    let mut text = String::new();
    add_old(&mut text);
    for round in 0..ROUNDS {
        for name in 0..names / ROUNDS {
            let _infallible = writeln!(text, "new.{round}.requests.{name}:1|c");
            if text.len() > 1 << 16 {
                stream.write_all(text.as_bytes()).unwrap();
                text.clear();
            }
        }
        add_old(&mut text);
    }
    stream.write_all(text.as_bytes()).unwrap();
}

/// A change of every old gauge. They add up over all flushes.
fn add_old(text: &mut String) {
    for old in 0..OLD {
        let _infallible = writeln!(text, "old.{old}:+1|g");
    }
}

/// How many new names come: `STATSD_NAMES`, or as few as a binary that is not optimised reads at once. CI
/// says ten million, with a release.
fn wanted() -> usize {
    env::var("STATSD_NAMES").map_or(20_000, |names| names.parse().unwrap())
}

#[test]
fn names_beyond_the_bound_are_refused_and_counted_and_old_ones_added_up() {
    let _alone = alone();
    let names = wanted();
    let server = Server::configured("data = 'off'\n[console]\nsummary = false\n");
    explode(&mut connect(server.statsd_tcp()), names);

    let lines = (names / ROUNDS * ROUNDS + (ROUNDS + 1) * OLD) as u64;
    let status = until("every line", || {
        let status = server.status();
        (count(&status, "lines") == lines).then_some(status)
    });
    assert_eq!(count(&status, "bad_lines"), 0);
    let refused = count(&status, "contexts_over_limit");
    let kept = status["contexts"].as_u64().unwrap();
    println!("{names} names: {kept} contexts kept, {refused} samples refused");
    assert_eq!(refused > 0, names > CONTEXTS_MAX, "{status:#}");
    assert!(kept <= (CONTEXTS_MAX + OWN) as u64, "{status:#}");
    assert!(kept + refused >= (names + OLD) as u64, "a name is kept or refused: {status:#}");
    assert_eq!(status["first_nodes"][0]["node"], "new", "and who brings them is named");

    let gauges = server.console("gauges");
    for old in 0..OLD {
        let line = format!("'old.{old}': {}", ROUNDS + 1);
        assert!(gauges.contains(&line), "{line} is not in {gauges}");
    }
    if let Some(peak) = server.memory_peak() {
        println!("{} MiB of memory at most", peak >> 20);
        assert!(peak < MEMORY_MAX_BYTES, "{peak} bytes of memory");
    }
    server.stop();
}
