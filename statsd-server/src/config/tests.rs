use super::*;

fn error(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(Config::parse("").unwrap(), Config::default());
}

#[test]
fn every_key_is_read() {
    let config = Config::parse(
        "statsd = '[::1]:9125'\nhttp = 'off'\ndata = '/var/lib/statsd'\nflush_interval = '1m'\n\
         percent_threshold = [50, 99.9, -10]\nprefix_stats = 'st'\ndelete_idle_stats = true\n\
         dialect = 'dogstatsd'",
    )
    .unwrap();
    assert_eq!(config.statsd.address(), Some("[::1]:9125"));
    assert_eq!(config.http, Listen::Off);
    assert_eq!(config.flush_interval, Duration::from_secs(60));
    assert_eq!(config.percent_threshold, [50.0, 99.9, -10.0]);
    assert_eq!(config.dialect, Dialect::Dogstatsd);
}

#[test]
fn errors_name_the_line_and_the_thing() {
    assert_eq!(
        error("http = 'off'\nflush_intervl = '1s'"),
        "line 2: unknown key `flush_intervl`; did you mean `flush_interval`?"
    );
    assert!(
        error("colour = 1").starts_with("line 1: unknown key `colour`; known are statsd, http")
    );
    assert_eq!(
        error("\nflush_interval = '10'"),
        "line 2: \"10\" has no unit: write 10s, 500ms, 5m or 1h"
    );
    assert_eq!(error("statsd = '8125'"), "line 1: \"8125\" is neither `host:port` nor `off`");
    assert_eq!(
        error("flush_interval = '200ms'"),
        "flush_interval: 200ms is not within 1s and 1h: Whisper's finest step is one second"
    );
    assert_eq!(
        error("percent_threshold = [0]"),
        "percent_threshold: 0 is not within -100 and 100, without 0"
    );
}

#[test]
fn errors_of_a_file_name_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("statsd.toml");
    let missing = Config::read(&path).unwrap_err().to_string();
    assert!(missing.contains("statsd.toml"), "{missing}");
    fs_err::write(&path, "\n\nhtp = 'off'").unwrap();
    let unknown = Config::read(&path).unwrap_err().to_string();
    assert!(
        unknown.ends_with("statsd.toml:3: unknown key `htp`; did you mean `http`?"),
        "{unknown}"
    );
}

#[test]
fn outputs_are_tables() {
    let config = Config::parse(
        "[graphite]\naddress = 'carbon:2004'\nprotocol = 'pickle'\nflush_counts = false\n\
         confirm = false\nreplay = '0s'\nconnect_timeout = '1s'\nwrite_timeout = '2s'\nspool = '/var/spool/s'\n\
         spool_max_bytes = 1000\n[repeater]\naddresses = ['[::1]:8125', 'b:8125']\nprotocol = 'tcp'\n\
         [console]\nprettyprint = true\n[exec]\ncommand = ['sink', '-v']\ndeadline = '3s'",
    )
    .unwrap();
    let graphite = config.graphite.unwrap();
    assert_eq!(graphite.protocol, outputs::GraphiteProtocol::Pickle);
    assert_eq!((graphite.connect_timeout.as_secs(), graphite.write_timeout.as_secs()), (1, 2));
    assert_eq!(config.repeater.unwrap().protocol, outputs::RepeaterProtocol::Tcp);
    assert!(config.console.unwrap().prettyprint);
    assert_eq!(config.exec.unwrap().command, ["sink", "-v"]);
    for (text, message) in [
        ("[graphite]\naddress = 'carbon'", "graphite.address: \"carbon\" is not `host:port`"),
        (
            "[graphite]\naddress = 'carbon:2003'\nwrite_timeout = '0s'",
            "graphite.write_timeout: it must be above 0",
        ),
        ("[repeater]\naddresses = []", "repeater.addresses: there is none; leave the table out"),
        ("[exec]\ncommand = []", "exec.command: it names no program"),
        ("[graphite]\nadress = 'a:1'", "line 2: unknown key `adress`; did you mean `address`?"),
    ] {
        assert_eq!(error(text), message);
    }
}
