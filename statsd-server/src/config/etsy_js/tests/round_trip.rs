//! A `config.js`, converted, means the same.

use super::*;

/// A key with a value of its kind, as it stands in a file.
fn entry() -> impl Strategy<Value = String> {
    let text = || "[a-zA-Z0-9_.-]{0,8}".prop_map(|text| format!("'{text}'"));
    let flag = || prop_oneof![Just("true"), Just("false"), Just("undefined"), Just("0")];
    let number = || {
        prop_oneof![
            (1_u32..65_536).prop_map(|n| n.to_string()),
            (0.1..1e6_f64).prop_map(|n| n.to_string()),
            (1_u32..65_536).prop_map(|n| format!("'{n}'")),
        ]
    };
    let port = || (1_u32..65_536).prop_map(|n| n.to_string());
    let key = |keys: &'static [&'static str]| prop::sample::select(keys);
    let pair = |(key, value): (&str, String)| format!("{key}: {value}");
    let server = (key(&["udp", "tcp", "./servers/tcp"]), port(), any::<bool>()).prop_map(
        |(server, port, is_unix)| {
            let socket = if is_unix { "socket: '/run/s', socket_mod: 0o620," } else { "" };
            format!("{{ server: '{server}', {socket} port: {port} }}")
        },
    );
    let list = |of: BoxedStrategy<String>| {
        prop::collection::vec(of, 0..4).prop_map(|list| format!("[{}]", list.join(", ")))
    };
    let bins = list(prop_oneof![number().boxed(), Just("'inf'".to_owned()).boxed()].boxed());
    let histogram =
        (text(), bins).prop_map(|(metric, bins)| format!("{{ metric: {metric}, bins: {bins} }}"));
    let prefix = (key(&["globalPrefix", "prefixCounter", "globalSuffix"]), text()).prop_map(pair);
    let graphite = (flag(), prefix).prop_map(|(legacy, prefix)| {
        format!("graphite: {{ legacyNamespace: {legacy}, {prefix} }}")
    });
    let target = (key(&["h", "10.0.0.1", "::1"]), port())
        .prop_map(|(host, port)| format!("{{ host: '{host}', port: {port} }}"));
    let backend = key(&["'./backends/graphite'", "'./backends/console'", "'repeater'"]);
    let backend = backend.prop_map(str::to_owned);
    prop_oneof![
        (key(FLAGS), flag().prop_map(str::to_owned)).prop_map(pair),
        (key(&["title", "prefixStats", "graphiteHost", "mgmt_address", "address"]), text())
            .prop_map(pair),
        (key(&["port", "mgmt_port", "graphitePort", "graphitePicklePort"]), port()).prop_map(pair),
        (Just("flushInterval"), (10_u32..3_600_000).prop_map(|n| n.to_string())).prop_map(pair),
        (Just("flushInterval"), (10.0..1e5_f64).prop_map(|n| n.to_string())).prop_map(pair),
        (Just("percentThreshold"), list(number().boxed())).prop_map(pair),
        (Just("gaugesMaxTTL"), number()).prop_map(pair),
        (Just("servers"), list(server.boxed())).prop_map(pair),
        (Just("histogram"), list(histogram.boxed())).prop_map(pair),
        (Just("repeater"), list(target.boxed())).prop_map(pair),
        (Just("backends"), list(backend.boxed())).prop_map(pair),
        (Just("calculatedTimerMetrics"), list(text().boxed())).prop_map(pair),
        (
            Just("keyFlush"),
            (10_u32..9_999).prop_map(|n| format!("{{ interval: {n}, percent: 5.5 }}"))
        )
            .prop_map(pair),
        graphite,
        Just(
            "log: { backend: 'syslog' }, healthStatus: 'down', graphiteProtocol: 'pickle'"
                .to_owned()
        ),
        Just("console: { prettyprint: true }, repeaterProtocol: 'tcp'".to_owned()),
    ]
}

const FLAGS: &[&str] = &[
    "debug",
    "dumpMessages",
    "deleteIdleStats",
    "deleteCounters",
    "deleteTimers",
    "deleteSets",
    "deleteGauges",
    "flush_counts",
    "keyNameSanitize",
    "automaticConfigReload",
    "address_ipv6",
];

proptest! {
    #[test]
    fn what_is_converted_means_the_same(entries in prop::collection::vec(entry(), 0..12)) {
        let text = format!("{{ {} }}", entries.join(", "));
        // A combination that is refused has nothing to convert.
        if let Ok(loaded) = read(&text) {
            let toml = loaded.config.to_toml().unwrap();
            let again = Config::parse(&toml).unwrap_or_else(|error| panic!("{error} in\n{toml}"));
            prop_assert_eq!(again, loaded.config, "{}", toml);
        }
    }
}

#[test]
fn everything_survives_the_conversion() {
    let config = config(EVERYTHING);
    let toml = config.to_toml().unwrap();
    assert_eq!(Config::parse(&toml).unwrap(), config, "{toml}");
}
