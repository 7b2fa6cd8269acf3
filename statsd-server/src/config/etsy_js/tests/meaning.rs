//! What keys mean, and what is said of them.

use super::*;

fn notes(text: &str) -> Vec<String> {
    loaded(text).notes.iter().map(|note| format!("{:?} {note}", note.kind)).collect()
}

/// The notes of an object's content, less the one that every file without `mgmt_address` has.
fn warnings(content: &str) -> Vec<String> {
    let notes = notes(&format!("{{ {content}, mgmt_address: '::' }}"));
    notes.iter().map(|note| note.strip_prefix("Warning ").unwrap_or(note).to_owned()).collect()
}

#[test]
fn an_empty_file_is_etsys_default_without_what_etsys_has_not() {
    let config = config("{}");
    assert_eq!(config.statsd[0].to_string(), "udp 0.0.0.0:8125");
    assert_eq!(config.admin.address(), Some("127.0.0.1:8126"));
    assert_eq!((config.http.address(), config.data.as_ref()), (None, None));
    assert_eq!((config.flush_interval.as_secs(), &*config.percent_threshold), (10, &[90.0][..]));
    assert!(!config.console.summary && config.graphite.legacy_namespace);
    assert!(!config.runs(Output::Graphite), "without a host etsy's drops what it has counted");
    let note =
        "Note line 1, column 1: without `mgmt_address` the admin console is for this machine";
    assert!(notes("{}")[0].starts_with(note));
}

#[test]
fn everything_is_taken() {
    let config = config(EVERYTHING);
    let places: Vec<String> = config.statsd.iter().map(ToString::to_string).collect();
    let unix = "unix /run/statsd.sock (mode 660)";
    assert_eq!(places, ["udp 0.0.0.0:8125", "tcp [::]:8125", unix, "udp [::]:8127"]);
    assert_eq!(config.title.as_deref(), Some("statsd-été 😀"));
    assert_eq!((config.health_status, config.debug), (Health::Down, false));
    assert_eq!(config.percent_threshold, [90.0, 99.9, -10.0]);
    assert_eq!(config.histogram[1].bins, [0.5, 50.0, 100.0, f64::INFINITY]);
    assert!(config.delete_idle_stats);
    // `null` is not `undefined`: it says no.
    assert_eq!((config.delete_gauges, config.delete_timers), (None, Some(false)));
    assert_eq!(config.gauges_max_ttl.get(), 2);
    assert_eq!(config.key_flush.interval.unwrap().as_secs(), 60);
    assert_eq!(config.graphite.address().as_deref(), Some("graphite.example.com:2003"));
    assert_eq!((&*config.graphite.prefix_set, config.graphite.legacy_namespace), ("", false));
    assert_eq!(config.repeater.to, ["10.10.10.10:8125", "[::1]:8125"]);
    for output in [Output::Graphite, Output::Console, Output::Repeater] {
        assert!(config.runs(output), "{output:?}");
    }
}

#[test]
fn defaults_are_what_etsys_takes_for_false() {
    let config =
        config("{ port: 0, address: '', flushInterval: 0, percentThreshold: 0, graphitePort: 0 }");
    assert_eq!(config.statsd[0].to_string(), "udp 0.0.0.0:8125");
    assert_eq!((config.flush_interval.as_secs(), &*config.percent_threshold), (10, &[90.0][..]));
    assert_eq!(config.graphite.port, None);
}

#[test]
fn pickle_has_a_port_of_its_own() {
    let address = |text: &str| config(text).graphite.address();
    let text = "{ graphiteHost: 'h', graphitePort: 1, graphitePicklePort: 2";
    assert_eq!(address(&format!("{text} }}")).as_deref(), Some("h:1"));
    let pickle = format!("{text}, graphiteProtocol: 'pickle' }}");
    assert_eq!(address(&pickle).as_deref(), Some("h:2"));
    assert_eq!(config(&pickle).graphite.protocol, GraphiteProtocol::Pickle);
    assert_eq!(address("{ graphiteHost: 'h' }").as_deref(), Some("h:2003"));
}

#[test]
fn a_repeater_speaks_what_it_is_told() {
    let protocol =
        |name: &str| config(&format!("{{ repeaterProtocol: '{name}' }}")).repeater.protocol;
    assert_eq!(protocol("tcp"), RepeaterProtocol::Tcp);
    assert_eq!(protocol("udp6"), RepeaterProtocol::Udp6);
}

#[test]
fn unknown_keys_are_warned_of() {
    assert_eq!(
        warnings("graphService: 'g'"),
        ["line 1, column 3: unknown key `graphService`: it has no effect"]
    );
    assert_eq!(
        warnings("flushInterva: 1"),
        ["line 1, column 3: unknown key `flushInterva`; did you mean `flushInterval`?"]
    );
    assert_eq!(
        warnings("graphite: { legacynamespace: false }"),
        [
            "line 1, column 15: unknown key `graphite.legacynamespace`; did you mean `legacyNamespace`?"
        ]
    );
    assert_eq!(
        warnings("'a\\n\u{1b}[2Jb': 1"),
        ["line 1, column 3: unknown key `a\u{fffd}\u{fffd}[2Jb`: it has no effect"],
        "whatever a key holds, what is said of it stays one line"
    );
    let librato = warnings("librato: { email: /x/, token: [null, { a: 1 }] }");
    assert_eq!(librato, ["line 1, column 3: unknown key `librato`: it has no effect"]);
    assert_eq!(
        warnings("forkCount: 2"),
        ["line 1, column 14: `forkCount` is for etsy's proxy, which has `nodes`: it has no effect"]
    );
}

#[test]
fn what_is_too_loose_to_be_meant_is_warned_of() {
    for (content, words) in [
        ("debug: 'false'", "`debug` is a text, which counts as true"),
        ("flush_counts: 0", "`flush_counts` is a number, which counts as false"),
        ("gaugesMaxTTL: 1.5", "`gaugesMaxTTL` is no whole number above 0: it counts as 1"),
        ("calculatedTimerMetrics: 'mean'", "`calculatedTimerMetrics` is no list: it has no effect"),
        ("percentThreshold: [0]", "of 0 percent of the samples little can be said"),
        ("graphite: { globalPrefix: 'a' }", "`graphite.globalPrefix` has no effect without"),
        (
            "backends: [], graphiteHost: 'h'",
            "`graphiteHost` has no effect: `backends` does not name",
        ),
        (
            "repeater: [{ host: 'h', port: 1 }]",
            "`repeater` has no effect: `backends` does not name",
        ),
        ("socket: '/a'", "`socket` is for ./servers/tcp"),
        ("servers: [], port: 1", "`port` has no effect beside `servers`"),
    ] {
        let warnings = warnings(content);
        assert!(warnings.iter().any(|warning| warning.contains(words)), "{content}: {warnings:?}");
    }
}

#[test]
fn what_cannot_be_done_is_an_error_with_its_place_and_all_of_them_are_told() {
    for (content, words) in [
        (
            "backends: ['./backends/graphite', 'statsd-librato-backend']",
            "line 1, column 37: the backend \"statsd-librato-backend\" is a module for Node.js",
        ),
        (
            "server: './servers/http'",
            "line 1, column 11: the server \"http\" is a module for Node.js",
        ),
        (
            "repeater: [{ host: 'h' }]",
            "line 1, column 14: `repeater[0]` wants a `host` and a `port`",
        ),
        ("histogram: [{ bins: [1] }]", "line 1, column 15: `histogram[0]` wants a `metric`"),
        (
            "histogram: [{ metric: '', bins: ['x'] }]",
            "line 1, column 36: a bin's bound is a number",
        ),
        ("graphite: 'x'", "line 1, column 13: `graphite` is to be an object, not a text"),
        (
            "graphite: { prefixSet: null }",
            "line 1, column 26: `graphite.prefixSet` is to be a text, not null",
        ),
        ("servers: {}", "line 1, column 12: `servers` is to be a list, not an object"),
        ("servers: [1]", "line 1, column 13: `servers[0]` is to be an object, not a number"),
        ("socket_mod: '999'", "line 1, column 15: `socket_mod` is not a file's permissions"),
        (
            "graphiteProtocol: 'udp'",
            "line 1, column 21: `graphiteProtocol` is to be 'text' or 'pickle'",
        ),
        ("percentThreshold: ['a']", "line 1, column 22: a percentage is a number, not a text"),
        // Ranges hold for every format; the place is still the value's own.
        ("flushInterval: 5", "line 1, column 18: flush_interval: 5ms is not within 10ms and 1h"),
        (
            "graphite: { globalSuffix: 'a b' }",
            "line 1, column 29: graphite.global_suffix: \"a b\" has",
        ),
        ("graphiteHost: 'a b'", "line 1, column 17: graphite.host: \"a b\" is not a host"),
        ("keyFlush: { percent: 200 }", "line 1, column 24: key_flush.percent: 200 is not above"),
    ] {
        let error = error(&format!("{{ {content} }}"));
        assert!(error.starts_with(words), "{content}\n{error}");
    }
    assert_eq!(
        error("{\n  port: 'x',\n  healthStatus: 'sick'\n}"),
        "line 2, column 9: `port` is to be a finite number, not a text\n\
         line 3, column 17: `healthStatus` is to be 'up' or 'down'"
    );
}

#[test]
fn notes_are_bounded_and_the_rest_is_counted() {
    let keys: Vec<String> = (0..1_000).map(|n| format!("key{n}: 1")).collect();
    let notes = notes(&format!("{{ {} }}", keys.join(", ")));
    assert_eq!(notes.len(), 65);
    assert!(notes[64].ends_with(": 937 more mistakes and notes are left out"), "{}", notes[64]);
}
