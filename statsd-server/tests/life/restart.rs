//! Gauges and names outlive the process.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::server::{Server, command, until};

fn holds(path: &Path, text: &str) -> bool {
    let bytes = fs::read(path).unwrap_or_default();
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn start(data: &Path, interval: &str) -> Server {
    Server::start(&["--data", data.to_str().unwrap(), "--flush-interval", interval])
}

#[test]
fn a_stop_and_a_start_lose_no_gauge_and_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), "1h");
    server.send("depth:17|g\nusers.new:3|c\nrender:5|ms\nvisitors:a|s\nload:0.1|g");
    until("the packet", || server.gauges().contains("depth: 17").then_some(()));
    let (code, log) = server.end("-TERM");
    assert_eq!((code, &*log), (Some(0), ""));

    let server = start(folder.path(), "1h");
    let gauges = server.gauges();
    assert!(gauges.contains("depth: 17") && gauges.contains("load: 0.1"), "{gauges}");
    assert!(server.counters().contains("'users.new': 0"), "{}", server.counters());
    assert!(server.console("timers").contains("render: []"));
    assert_eq!(server.number("/counts/names_restored"), 8);
    server.send("depth:+5|g\nload:-0.1|g");
    until("the deltas", || server.gauges().contains("depth: 22").then_some(()));
    assert_eq!(server.end("-INT"), (Some(0), String::new()), "the run before it ended in order");

    let server = start(folder.path(), "1h");
    assert!(server.gauges().contains("depth: 22"), "{}", server.gauges());
}

#[test]
fn a_kill_loses_the_open_interval_at_most_and_the_next_start_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".state");
    let server = start(folder.path(), "1s");
    server.send("depth:17|g\nusers.new:3|c");
    until("a flush", || holds(&file, "depth").then_some(()));
    server.send("depth:18|g");
    server.end("-KILL");

    let server = start(folder.path(), "1h");
    server.logged("the last run did not end in order: what StatsD's clients sent after ");
    server.logged(", at most 1s, is lost");
    let gauges = server.gauges();
    assert!(gauges.contains("depth: 17") || gauges.contains("depth: 18"), "{gauges}");
    assert!(server.counters().contains("'users.new': 0"), "{}", server.counters());
    assert_eq!(server.number("/counts/unclean_ends"), 1);
    server.end("-KILL");

    let server = start(folder.path(), "1h");
    // It had not flushed, and so had not replaced the file.
    server.logged(", at most 1s, is lost");
    assert!(server.gauges().contains(&gauges), "nothing is forgotten by that");
}

#[test]
fn a_file_that_cannot_be_read_is_moved_aside_and_the_server_starts() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".state");
    let server = start(folder.path(), "1h");
    server.send("depth:17|g");
    until("the packet", || server.gauges().contains("depth").then_some(()));
    server.end("-TERM");
    let good = fs::read(&file).unwrap();
    let mut newer = good.clone();
    newer[8] = 9;
    let mut corrupt = good.clone();
    let middle = good.len() / 2;
    corrupt[middle] ^= 1;
    for (bytes, why) in [
        (&corrupt, "it is damaged"),
        (&good[..good.len() - 3].to_vec(), "it is damaged"),
        (&b"#!/bin/sh\n".to_vec(), "it is not a state file of this server"),
        (&newer, "it was written by a newer version of this server, in format 9"),
    ] {
        fs::write(&file, bytes).unwrap();
        let server = start(folder.path(), "1h");
        let aside = folder.path().join(".state.unreadable");
        server.logged(why);
        server.logged(aside.to_str().unwrap());
        assert_eq!(fs::read(&aside).unwrap(), *bytes);
        assert!(!server.gauges().contains("depth"));
        let (code, _) = server.end("-TERM");
        assert_eq!(code, Some(0));
    }
}

#[test]
fn where_no_file_can_be_written_that_is_counted_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state");
    let config = folder.path().join("statsd.toml");
    let text = format!("data = 'off'\nflush_interval = '20ms'\nstate = '{}'", file.display());
    fs::write(&config, text).unwrap();
    let arguments = ["--config", config.to_str().unwrap()];
    // No file may grow: to the server that is a full disk.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"";
    let inner = command(&arguments);
    let mut limited = Command::new("sh");
    limited.args(["-c", script]).arg(inner.get_program()).args(inner.get_args());
    let server = Server::from(&mut limited);
    server.send("depth:17|g");
    until("the packet", || server.gauges().contains("depth: 17").then_some(()));
    until("a failure", || (server.number("/backends/state/errors") > 1).then_some(()));
    assert_eq!(server.number("/counts/unclean_ends"), 0);
    let (code, log) = server.end("-TERM");
    assert_eq!(code, Some(0));
    assert!(log.contains("cannot write state file"), "{log}");
    assert!(log.contains("the state is not kept for the next run"), "{log}");

    // With room on the disk it is kept, where nothing else is stored.
    let server = Server::start(&arguments);
    server.send("depth:17|g");
    until("a flush", || holds(&file, "depth").then_some(()));
    assert_eq!(server.end("-TERM").0, Some(0));
    assert!(Server::start(&arguments).gauges().contains("depth: 17"));
}

#[test]
fn a_second_server_on_the_folder_or_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let state = folder.path().join("state");
    let (data, state) = (data.to_str().unwrap(), state.to_str().unwrap());
    let config = folder.path().join("statsd.toml");
    fs::write(&config, format!("state = '{state}'")).unwrap();
    let config = config.to_str().unwrap();
    let _first = Server::start(&["--data", data, "--config", config]);
    for (arguments, named) in [(["--data", data], data), (["--data", "off"], state)] {
        let output = command(&arguments).args(["--config", config]).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains(named) && said.contains("is in use by another server"), "{said}");
    }
}
