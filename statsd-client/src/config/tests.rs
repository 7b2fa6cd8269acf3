use super::*;

fn every_word_is_read_back<T: Word + std::fmt::Debug>() {
    for &(word, value) in T::WORDS {
        assert_eq!(T::from_word(&word.to_uppercase()), Some(value));
        let written = value.word().and_then(T::from_word);
        assert_eq!(written, Some(value), "{word}");
    }
    assert_eq!(T::from_word("something else"), None);
}

#[test]
fn words_are_read_whatever_their_case() {
    every_word_is_read_back::<bool>();
    every_word_is_read_back::<Aggregation>();
    every_word_is_read_back::<Output>();
    every_word_is_read_back::<Dialect>();
    every_word_is_read_back::<Cardinality>();
}

#[test]
fn a_builder_overrides_what_it_started_from() {
    let config = Config {
        prefix: Some("theirs".into()),
        tags: vec![("env".into(), "production".into())],
        max_packet_size: Some(8_192),
        ..Config::default()
    };
    let builder = config.builder().prefix("ours").tag("env", "test");
    assert_eq!(builder.settings.prefix.as_deref(), Some("ours"));
    assert_eq!(builder.settings.tags.last(), Some(&("env".into(), "test".into())));
    assert_eq!(builder.settings.max_packet_size, Some(8_192));
}

#[cfg(feature = "serde")]
mod files {
    use super::*;

    const EVERYTHING: &str = r#"{
        "address": "unix:///run/statsd.sock",
        "output": "log",
        "dialect": "dogstatsd",
        "prefix": "shop",
        "tags": {"region": "eu", "env": "production"},
        "sample_rate": 0.5,
        "aggregation": "off",
        "flush_interval": "200ms",
        "max_packet_size": 8192,
        "max_queued_bytes": 1048576,
        "when_full": {"block": "5ms"},
        "max_contexts": 1000,
        "reservoir_size": 512,
        "seed": 18446744073709551615,
        "telemetry": "statsd_client",
        "mute": ["cron.*", "debug.polls"],
        "container_id": "in-7",
        "external_env": "it-false",
        "cardinality": "orchestrator",
        "origin_detection": false
    }"#;

    fn read(text: &str) -> Result<Config, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn every_setting_is_read_and_written_back() {
        let config = read(EVERYTHING).unwrap();
        let expected = Config {
            address: Some("unix:///run/statsd.sock".into()),
            output: Some(Output::Log),
            dialect: Some(Dialect::DogStatsd),
            prefix: Some("shop".into()),
            tags: vec![("region".into(), "eu".into()), ("env".into(), "production".into())],
            sample_rate: Some(0.5),
            aggregation: Some(Aggregation::Off),
            flush_interval: Some(Duration::from_millis(200)),
            max_packet_size: Some(8_192),
            max_queued_bytes: Some(1_048_576),
            when_full: Some(WhenFull::Block(Duration::from_millis(5))),
            max_contexts: Some(1_000),
            reservoir_size: Some(512),
            seed: Some(u64::MAX),
            telemetry: Some("statsd_client".into()),
            mute: vec!["cron.*".into(), "debug.polls".into()],
            container_id: Some("in-7".into()),
            external_env: Some("it-false".into()),
            cardinality: Some(Cardinality::Orchestrator),
            origin_detection: Some(false),
        };
        assert_eq!(config, expected);
        let written = serde_json::to_string(&config).unwrap();
        let squeezed: String = EVERYTHING.chars().filter(|c| !c.is_whitespace()).collect();
        assert_eq!(written, squeezed);
        assert_eq!(read(&written).unwrap(), config);
    }

    #[test]
    fn what_is_left_out_is_open() {
        assert_eq!(read("{}").unwrap(), Config::default());
        assert_eq!(serde_json::to_string(&Config::default()).unwrap(), "{}");
        assert_eq!(
            read(r#"{"dialect": null, "flush_interval": null}"#).unwrap(),
            Config::default()
        );
    }

    #[test]
    fn durations_are_texts_or_seconds_and_exact() {
        let duration = |text: &str| {
            read(&format!(r#"{{"flush_interval": {text}}}"#)).map(|config| config.flush_interval)
        };
        for (text, expected) in [
            (r#""200ms""#, Duration::from_millis(200)),
            (r#""200 ms""#, Duration::from_millis(200)),
            (r#""1.5s""#, Duration::from_millis(1_500)),
            (r#""30us""#, Duration::from_micros(30)),
            (r#""7ns""#, Duration::from_nanos(7)),
            ("2", Duration::from_secs(2)),
            ("0.25", Duration::from_millis(250)),
        ] {
            assert_eq!(duration(text).unwrap(), Some(expected), "{text}");
        }
        for text in [
            r#""200""#,
            r#""ms""#,
            r#""-1s""#,
            r#""1.2.3s""#,
            r#""5 years""#,
            r#""99999999999999999999999999999999999999999s""#,
            "-1",
            "-0.5",
            "1e300",
            "true",
        ] {
            let error = duration(text).unwrap_err();
            assert!(error.contains("200ms"), "{error}");
        }
        for exact in [Duration::ZERO, Duration::MAX, Duration::new(1, 1), Duration::from_secs(60)] {
            let config = Config { flush_interval: Some(exact), ..Config::default() };
            let written = serde_json::to_string(&config).unwrap();
            assert_eq!(read(&written).unwrap(), config, "{written}");
        }
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (text, named) in [
            (r#"{"adress": "a:1"}"#, "`adress`"),
            (r#"{"dialect": "prometheus"}"#, "one of statsd, etsy, dogstatsd"),
            (r#"{"output": 1}"#, "string"),
            (r#"{"when_full": "wait"}"#, "`wait`"),
            (r#"{"tags": ["a:b"]}"#, "a table of tags"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(named) && error.contains("line 1"), "{error}");
        }
        let policy = |text| read(text).unwrap().when_full;
        assert_eq!(policy(r#"{"when_full": "drop_oldest"}"#), Some(WhenFull::DropOldest));
        assert_eq!(policy(r#"{"when_full": "drop_newest"}"#), Some(WhenFull::DropNewest));
    }
}
