use std::cell::RefCell;
use std::collections::BTreeSet;

use super::*;
use crate::protocol::Cardinality;

const TABLE: &str = include_str!("variables.md");

type Variables<'a> = &'a [(&'a str, &'a str)];

fn fill_from(config: &mut Config, variables: Variables<'_>) -> Result<EnvironmentReport, Error> {
    fill(config, |name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned()).ok_or(VarError::NotPresent)
    })
}

fn read(variables: Variables<'_>) -> (Config, EnvironmentReport) {
    let mut config = Config::default();
    let report = fill_from(&mut config, variables).unwrap();
    (config, report)
}

fn config(variables: Variables<'_>) -> Config {
    read(variables).0
}

fn address(variables: Variables<'_>) -> Option<String> {
    config(variables).address
}

fn tags(tags: &[(&str, &str)]) -> Vec<(String, String)> {
    tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect()
}

#[test]
fn every_variable_of_statsd_instrument_sets_something() {
    let (config, report) = read(&[
        ("STATSD_ENV", "development"),
        ("STATSD_ADDR", "statsd:9125"),
        ("STATSD_IMPLEMENTATION", "datadog"),
        ("STATSD_SAMPLE_RATE", "0.5"),
        ("STATSD_PREFIX", "shop"),
        ("STATSD_DEFAULT_TAGS", "env:production, bare,at:a:b"),
        ("STATSD_MAX_PACKET_SIZE", "8192"),
        ("STATSD_BUFFER_CAPACITY", "5000"),
        ("STATSD_FLUSH_INTERVAL", "0.25"),
        ("STATSD_ENABLE_AGGREGATION", "No"),
        ("STATSD_AGGREGATION_MAX_CONTEXT_SIZE", "250"),
        ("STATSD_BATCH_STATISTICS_INTERVAL", "10"),
        ("STATSD_MUTE", "cron.*, debug.polls,"),
    ]);
    let expected = Config {
        output: Some(Output::Log),
        address: Some("statsd:9125".into()),
        dialect: Some(Dialect::DogStatsd),
        sample_rate: Some(0.5),
        prefix: Some("shop".into()),
        tags: tags(&[("env", "production"), ("bare", ""), ("at", "a:b")]),
        max_packet_size: Some(8192),
        max_queued_bytes: Some(5000 * 8192),
        flush_interval: Some(Duration::from_millis(250)),
        aggregation: Some(Aggregation::Off),
        max_contexts: Some(250),
        telemetry: Some("statsd_client".into()),
        mute: vec!["cron.*".into(), "debug.polls".into()],
        ..Config::default()
    };
    assert_eq!(config, expected);
    assert_eq!(report.used().len(), 13);
    assert_eq!(report.used()[..3], ["STATSD_ENV", "STATSD_ADDR", "STATSD_IMPLEMENTATION"]);
    assert_eq!(report.ignored(), [""; 0]);
}

#[test]
fn an_environment_of_datadogs_alone_talks_to_its_agent() {
    let (config, report) = read(&[
        ("DD_AGENT_HOST", "agent"),
        ("DD_ENTITY_ID", "pod-1"),
        ("DD_ENV", "production"),
        ("DD_SERVICE", "shop"),
        ("DD_VERSION", "1.2"),
        ("DD_TAGS", "env:other team:a"),
        ("DATADOG_TAGS", "team:b,region:eu"),
        ("DD_EXTERNAL_ENV", "it-false"),
        ("DD_CARDINALITY", "Low"),
        ("DATADOG_CARDINALITY", "high"),
    ]);
    let expected = Config {
        address: Some("agent:8125".into()),
        dialect: Some(Dialect::DogStatsd),
        tags: tags(&[
            ("dd.internal.entity_id", "pod-1"),
            ("env", "production"),
            ("service", "shop"),
            ("version", "1.2"),
            ("team", "a"),
            ("region", "eu"),
        ]),
        external_env: Some("it-false".into()),
        cardinality: Some(Cardinality::Low),
        origin_detection: Some(true),
        ..Config::default()
    };
    assert_eq!(config, expected);
    assert_eq!(report.ignored(), ["DATADOG_CARDINALITY"]);
}

#[test]
fn code_comes_before_statsd_variables_and_these_before_datadogs() {
    let mut config =
        Config { prefix: Some("ours".into()), tags: tags(&[("env", "test")]), ..Config::default() };
    let report = fill_from(
        &mut config,
        &[
            ("STATSD_ADDR", "statsd:9125"),
            ("STATSD_IMPLEMENTATION", "dogstatsd"),
            ("STATSD_PREFIX", "theirs"),
            ("STATSD_DEFAULT_TAGS", "env:production,region:eu"),
            ("DD_AGENT_HOST", "agent"),
            ("DD_ENV", "staging"),
            ("DD_TAGS", "region:us,team:a"),
        ],
    );
    assert_eq!(config.prefix.as_deref(), Some("ours"));
    assert_eq!(config.address.as_deref(), Some("statsd:9125"));
    assert_eq!(config.tags, tags(&[("env", "test"), ("region", "eu"), ("team", "a")]));
    let report = report.unwrap();
    let used = ["STATSD_ADDR", "STATSD_IMPLEMENTATION", "STATSD_DEFAULT_TAGS", "DD_TAGS"];
    assert_eq!(report.used(), used);
    assert_eq!(report.ignored(), ["STATSD_PREFIX", "DD_ENV", "DD_AGENT_HOST"]);
}

#[test]
fn a_plain_server_named_elsewhere_gets_nothing_of_datadogs() {
    let datadog = [("DD_AGENT_HOST", "agent"), ("DD_ENV", "prod"), ("DD_ENTITY_ID", "pod")];
    let (from_statsd, report) = read(&[&[("STATSD_ADDR", "statsd:8125")][..], &datadog].concat());
    assert_eq!(report.ignored(), ["DD_AGENT_HOST", "DD_ENTITY_ID", "DD_ENV"]);
    let mut from_code = Config { address: Some("statsd:8125".into()), ..Config::default() };
    fill_from(&mut from_code, &datadog).unwrap();
    for config in [from_statsd, from_code] {
        let plain = Config { address: Some("statsd:8125".into()), ..Config::default() };
        assert_eq!(config, plain);
    }
    let named = config(&[&[("STATSD_IMPLEMENTATION", "statsd")][..], &datadog].concat());
    assert_eq!(
        (named.address.as_deref(), named.dialect),
        (Some("agent:8125"), Some(Dialect::Etsy))
    );
    assert_eq!(named.tags, []);
}

#[test]
fn an_empty_environment_says_nothing() {
    assert_eq!(read(&[]), (Config::default(), EnvironmentReport::default()));
    let empty = [("STATSD_ADDR", ""), ("STATSD_SOCKET_PATH", ""), ("DD_TAGS", "")];
    assert_eq!(read(&empty), (Config::default(), EnvironmentReport::default()));
}

#[test]
fn the_stage_chooses_the_output() {
    let output = |variables: Variables<'_>| config(variables).output;
    assert_eq!(output(&[("STATSD_ENV", "production")]), None);
    assert_eq!(output(&[("STATSD_ENV", "staging")]), None);
    assert_eq!(output(&[("STATSD_ENV", "test")]), Some(Output::Capture));
    assert_eq!(output(&[("STATSD_ENV", "development")]), Some(Output::Log));
    let disabled = ("DD_DOGSTATSD_DISABLE", "true");
    assert_eq!(output(&[disabled]), Some(Output::Null));
    assert_eq!(output(&[("STATSD_ENV", "production"), disabled]), Some(Output::Null));
    assert_eq!(output(&[("STATSD_ENV", "test"), disabled]), Some(Output::Capture));
    assert_eq!(output(&[("DD_DOGSTATSD_DISABLE", "0")]), None);

    let mut code = Config { output: Some(Output::Send), ..Config::default() };
    let report = fill_from(&mut code, &[("STATSD_ENV", "test")]).unwrap();
    assert_eq!((code.output, report.ignored()), (Some(Output::Send), &["STATSD_ENV"][..]));
}

#[test]
fn a_socket_comes_before_a_host_and_a_port() {
    let path = ("STATSD_SOCKET_PATH", "/run/statsd.sock");
    let statsd = ("STATSD_ADDR", "[::1]:8125");
    assert_eq!(address(&[path, statsd]).as_deref(), Some("unix:///run/statsd.sock"));
    assert_eq!(address(&[statsd]).as_deref(), Some("[::1]:8125"));

    let host = ("DD_AGENT_HOST", "agent");
    let socket = ("DD_DOGSTATSD_SOCKET", "/run/dsd.sock");
    let url = ("DD_DOGSTATSD_URL", "unixstream:///run/stream.sock");
    let (config, report) = read(&[host, socket, url]);
    assert_eq!(config.address.as_deref(), Some("unixstream:///run/stream.sock"));
    assert_eq!(report.used(), ["DD_DOGSTATSD_URL"]);
    assert_eq!(report.ignored(), ["DD_DOGSTATSD_SOCKET", "DD_AGENT_HOST"]);
    assert_eq!(address(&[host, socket]).as_deref(), Some("unix:///run/dsd.sock"));
}

#[test]
fn datadogs_host_and_port_make_an_address() {
    assert_eq!(address(&[("DD_AGENT_HOST", "agent")]).as_deref(), Some("agent:8125"));
    assert_eq!(address(&[("DD_DOGSTATSD_PORT", "9125")]).as_deref(), Some("127.0.0.1:9125"));
    for host in ["::1", "[::1]"] {
        let v6 = [("DD_AGENT_HOST", host), ("DD_DOGSTATSD_PORT", "9125")];
        assert_eq!(address(&v6).as_deref(), Some("[::1]:9125"));
    }
    assert_eq!(address(&[("DD_ENV", "production")]), None);
}

#[test]
fn a_url_of_datadogs_becomes_an_address() {
    for (url, expected) in [
        ("udp://agent:9125", "agent:9125"),
        ("udp://agent", "agent:8125"),
        ("udp://[::1]", "[::1]:8125"),
        ("udp://[::1]:9125/", "[::1]:9125"),
        ("unix:///run/dsd.sock", "unix:///run/dsd.sock"),
        ("unixgram:///run/dsd.sock", "unix:///run/dsd.sock"),
        ("unixstream:///run/dsd.sock", "unixstream:///run/dsd.sock"),
    ] {
        assert_eq!(address(&[("DD_DOGSTATSD_URL", url)]).as_deref(), Some(expected), "{url}");
    }
}

#[test]
fn origin_detection_follows_datadogs_variables() {
    let detects = |variables: Variables<'_>| config(variables).origin_detection;
    assert_eq!(detects(&[("STATSD_IMPLEMENTATION", "datadog")]), None);
    assert_eq!(detects(&[("DD_AGENT_HOST", "agent")]), Some(true));
    let off = ("DD_ORIGIN_DETECTION_ENABLED", "false");
    let (config, report) = read(&[("DD_EXTERNAL_ENV", "it-false"), off]);
    assert_eq!((config.origin_detection, config.external_env), (Some(false), None));
    assert_eq!(report.ignored(), ["DD_EXTERNAL_ENV"]);
    assert_eq!(detects(&[("STATSD_IMPLEMENTATION", "graphite"), ("DD_ENV", "prod")]), None);
}

#[test]
fn the_flush_interval_has_two_names() {
    let interval = |variables: Variables<'_>| config(variables).flush_interval;
    let (flush, aggregation) =
        (("STATSD_FLUSH_INTERVAL", "1"), ("STATSD_AGGREGATION_INTERVAL", "2.5"));
    assert_eq!(interval(&[flush, aggregation]), Some(Duration::from_secs(1)));
    assert_eq!(interval(&[aggregation]), Some(Duration::from_millis(2_500)));
}

#[test]
fn statistics_of_the_batches_are_off_at_0() {
    assert_eq!(config(&[("STATSD_BATCH_STATISTICS_INTERVAL", "0")]).telemetry, None);
    let prefix = config(&[("STATSD_BATCH_STATISTICS_INTERVAL", "0.5")]).telemetry;
    assert_eq!(prefix.as_deref(), Some("statsd_client"));
}

#[test]
fn queued_packets_are_of_the_packet_size_that_holds() {
    let capacity = ("STATSD_BUFFER_CAPACITY", "10");
    assert_eq!(config(&[capacity]).max_queued_bytes, Some(14_320));
    let mut code = Config { max_packet_size: Some(100), ..Config::default() };
    fill_from(&mut code, &[capacity, ("STATSD_MAX_PACKET_SIZE", "8192")]).unwrap();
    assert_eq!(code.max_queued_bytes, Some(1_000));
}

#[test]
fn variables_without_a_meaning_are_reported() {
    let (config, report) = read(&[("STATSD_STRICT_MODE", "1"), ("DD_TELEMETRY_PORT", "1")]);
    assert_eq!(config, Config::default());
    assert_eq!(report.ignored(), ["STATSD_STRICT_MODE", "DD_TELEMETRY_PORT"]);
}

#[test]
fn a_bad_value_is_an_error_that_names_the_variable_the_value_and_what_is_wanted() {
    for (name, value, wanted) in [
        ("STATSD_ENV", "prod", "production"),
        ("STATSD_ADDR", "localhost", "host:port"),
        ("STATSD_ADDR", "localhost:none", "host:port"),
        ("STATSD_ADDR", "localhost:0", "host:port"),
        ("STATSD_ADDR", "localhost:65536", "host:port"),
        ("STATSD_ADDR", ":8125", "host:port"),
        ("STATSD_ADDR", "::1:8125", "[::1]:8125"),
        ("STATSD_ADDR", "[localhost]:8125", "[::1]:8125"),
        ("STATSD_ADDR", "a b:8125", "host:port"),
        ("STATSD_SOCKET_PATH", "statsd.sock", "an absolute path"),
        ("STATSD_IMPLEMENTATION", "prometheus", "telegraf"),
        ("STATSD_SAMPLE_RATE", "often", "0 to 1"),
        ("STATSD_SAMPLE_RATE", "NaN", "0 to 1"),
        ("STATSD_SAMPLE_RATE", "2", "0 to 1"),
        ("STATSD_MAX_PACKET_SIZE", "63", "64 to 65507"),
        ("STATSD_MAX_PACKET_SIZE", "65508", "64 to 65507"),
        ("STATSD_BUFFER_CAPACITY", "0", "a whole number from 1"),
        ("STATSD_BUFFER_CAPACITY", "18446744073709551615", "a whole number from 1"),
        ("STATSD_FLUSH_INTERVAL", "0", "from 0.001 to 86400"),
        ("STATSD_FLUSH_INTERVAL", "-1", "a number of seconds"),
        ("STATSD_FLUSH_INTERVAL", "inf", "a number of seconds"),
        ("STATSD_FLUSH_INTERVAL", "1e300", "a number of seconds"),
        ("STATSD_AGGREGATION_INTERVAL", "200ms", "a number of seconds"),
        ("STATSD_ENABLE_AGGREGATION", "maybe", "one of true, false"),
        ("STATSD_AGGREGATION_MAX_CONTEXT_SIZE", "0", "a whole number"),
        ("STATSD_BATCH_STATISTICS_INTERVAL", "-1", "0 for off"),
        ("STATSD_BATCH_STATISTICS_INTERVAL", "NaN", "0 for off"),
        ("DD_DOGSTATSD_URL", "agent:8125", "udp://host:port"),
        ("DD_DOGSTATSD_URL", "udp://agent:port", "udp://host:port"),
        ("DD_DOGSTATSD_URL", "udp://::1:8125", "udp://host:port"),
        ("DD_DOGSTATSD_URL", "unixstream://", "unixstream:///path"),
        ("DD_DOGSTATSD_URL", "npipe:dsd", "Windows pipes"),
        ("DD_AGENT_HOST", "http://agent", "a host name"),
        ("DD_DOGSTATSD_PORT", "0", "a port"),
        ("DD_DOGSTATSD_SOCKET", "dsd.sock", "an absolute path"),
        ("DD_DOGSTATSD_DISABLE", "perhaps", "one of true, false"),
        ("DD_ORIGIN_DETECTION_ENABLED", "perhaps", "one of true, false"),
        ("DD_CARDINALITY", "extreme", "orchestrator"),
        ("DATADOG_CARDINALITY", "extreme", "orchestrator"),
    ] {
        let error = fill_from(&mut Config::default(), &[(name, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Environment);
        let text = error.to_string();
        assert!(text.starts_with(&format!("{name} is {value:?}")), "{text}");
        assert!(text.contains(wanted), "{text}");
    }
    let pipe = fill_from(&mut Config::default(), &[("DD_DOGSTATSD_URL", r"\\.\pipe\dsd")]);
    assert!(pipe.unwrap_err().to_string().contains("Windows pipes"));
}

#[test]
fn a_statsd_variable_without_effect_is_checked_all_the_same() {
    let mut code = Config { sample_rate: Some(1.0), ..Config::default() };
    assert!(fill_from(&mut code, &[("STATSD_SAMPLE_RATE", "often")]).is_err());
    let unused = [("STATSD_ADDR", "statsd:8125"), ("DD_DOGSTATSD_URL", "npipe:dsd")];
    assert_eq!(address(&unused).as_deref(), Some("statsd:8125"));
}

#[test]
fn a_value_that_is_not_utf_8_is_an_error_that_names_the_variable() {
    let error = fill(&mut Config::default(), |name| match name {
        "STATSD_PREFIX" => Err(VarError::NotUnicode("shop".into())),
        _ => Err(VarError::NotPresent),
    });
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Environment);
    assert_eq!(error.to_string(), r#"STATSD_PREFIX is "shop", which is not UTF-8"#);
}

#[test]
fn tags_and_the_text_of_an_error_have_a_bound() {
    let list = |n: usize| (0..n).map(|n| format!("k{n}:v")).collect::<Vec<_>>().join(",");
    assert_eq!(config(&[("STATSD_DEFAULT_TAGS", &list(TAGS_MAX))]).tags.len(), TAGS_MAX);
    let many = list(TAGS_MAX + 1);
    let error = fill_from(&mut Config::default(), &[("STATSD_DEFAULT_TAGS", &many)]).unwrap_err();
    assert!(error.to_string().contains("STATSD_DEFAULT_TAGS"), "{error}");
    assert!(error.to_string().contains("128"), "{error}");

    let long = "9".repeat(100_000);
    let error = fill_from(&mut Config::default(), &[("STATSD_ENV", &long)]).unwrap_err();
    assert!(error.to_string().len() < 300);
}

#[test]
fn patterns_add_to_those_of_code_and_have_a_bound() {
    let code = || Config { mute: vec!["debug.*".into()], ..Config::default() };
    let fill_with = |text: &str| {
        let mut config = code();
        fill_from(&mut config, &[("STATSD_MUTE", text)]).map(|_| config.mute)
    };
    assert_eq!(fill_with("cron.*").unwrap(), ["debug.*", "cron.*"]);
    let many = |n: usize| (0..n).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(fill_with(&many(PATTERNS_MAX - 1)).unwrap().len(), PATTERNS_MAX);
    for refused in [many(PATTERNS_MAX), "x".repeat(PATTERN_MAX_BYTES + 1)] {
        let error = fill_with(&refused).unwrap_err();
        assert!(error.to_string().starts_with("STATSD_MUTE is"), "{error}");
    }
}

#[test]
fn every_variable_stands_once_in_the_table() {
    let asked = RefCell::new(BTreeSet::new());
    let mut config = Config { dialect: Some(Dialect::DogStatsd), ..Config::default() };
    fill(&mut config, |name| {
        asked.borrow_mut().insert(name.to_owned());
        Err(VarError::NotPresent)
    })
    .unwrap();
    let rows: Vec<&str> = TABLE.lines().filter(|line| line.starts_with("| `")).collect();
    let in_rows = rows.iter().flat_map(|row| row.split('|').nth(1).unwrap().split(','));
    let mut documented: Vec<String> =
        in_rows.map(|name| name.trim().trim_matches('`').to_owned()).collect();
    documented.sort();
    assert_eq!(documented, asked.into_inner().into_iter().collect::<Vec<_>>());
}
