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
        "statsd = '[::1]:9125'\nhttp = 'off'\nadmin = '[::1]:9126'\ndata = '/var/lib/statsd'\nflush_interval = '1m'\n\
         percent_threshold = [50, 99.9, -10]\nprefix_stats = 'st'\ndelete_idle_stats = true\n\
         dialect = 'dogstatsd'",
    )
    .unwrap();
    assert_eq!(config.statsd.address(), Some("[::1]:9125"));
    assert_eq!(config.http, Listen::Off);
    assert_eq!(config.admin.address(), Some("[::1]:9126"));
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
