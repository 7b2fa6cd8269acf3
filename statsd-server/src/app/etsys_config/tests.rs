use super::*;

fn listed(text: &str, listening: &[Listening]) -> Vec<String> {
    let config = Config::parse(text).unwrap();
    let list = list(&config, listening, None);
    list.into_iter().map(|(key, value)| format!("{key}: {value}")).collect()
}

#[test]
fn the_default_is_short() {
    let at = "127.0.0.1:8125".parse().unwrap();
    assert_eq!(
        listed("", &[Listening::Udp(at), Listening::Tcp(at)]),
        [
            "flushInterval: 10000",
            "prefixStats: statsd",
            "deleteIdleStats: false",
            "percentThreshold > 0: 90",
            "address: 127.0.0.1",
            "port: 8125",
        ]
    );
}

#[test]
fn every_key_has_etsys_name() {
    let text = "data = 'off'\nflush_interval = '10500ms'\ndelete_counters = true\ndelete_timers = false\n\
         delete_sets = true\ndelete_gauges = true\ngauges_max_ttl = 5\nkey_name_sanitize = false\n\
         percent_threshold = [50, 99.9]\ncalculated_timer_metrics = ['mean', 'count']\n\
         backends = ['repeater', 'graphite']\ndebug = true\ndump_messages = true\n\
         health_status = 'down'\nautomatic_config_reload = false\ntitle = 'st'\n\
         [graphite]\nhost = 'carbon'\nport = 2013\nlegacy_namespace = false\nglobal_prefix = ''\n\
         prefix_counter = 'c'\nprefix_timer = 't'\nprefix_gauge = 'g'\nprefix_set = 's'\n\
         global_suffix = 'x'\nflush_counts = false\n\
         [repeater]\nto = ['[::1]:9125']\n[console]\nprettyprint = true\n\
         [[histogram]]\nmetric = 'db'\nbins = [0.5, inf]\n\
         [key_flush]\ninterval = '1m'\npercent = 50\nlog = '/k'\n[log]\nbackend = 'syslog'";
    let expected = "flushInterval: 10500|prefixStats: statsd|deleteIdleStats: false|\
         deleteCounters: true|deleteTimers: false|deleteSets: true|deleteGauges: true|\
         gaugesMaxTTL: 5|keyNameSanitize: false|percentThreshold > 0: 50|\
         percentThreshold > 1: 99.9|calculatedTimerMetrics > 0: mean|\
         calculatedTimerMetrics > 1: count|histogram > 0 > metric: db|\
         histogram > 0 > bins > 0: 0.5|histogram > 0 > bins > 1: inf|\
         backends > 0: ./backends/graphite|backends > 1: ./backends/repeater|\
         repeater > 0 > host: ::1|repeater > 0 > port: 9125|repeaterProtocol: udp4|\
         console > prettyprint: true|graphiteHost: carbon|graphitePort: 2013|\
         graphiteProtocol: text|graphite > legacyNamespace: false|graphite > globalPrefix: |\
         graphite > prefixCounter: c|graphite > prefixTimer: t|graphite > prefixGauge: g|\
         graphite > prefixSet: s|graphite > globalSuffix: x|flush_counts: false|\
         keyFlush > interval: 60000|keyFlush > percent: 50|keyFlush > log: /k|debug: true|\
         dumpMessages: true|healthStatus: down|automaticConfigReload: false|title: st|\
         log > backend: syslog|log > application: statsd|log > level: LOG_INFO";
    assert_eq!(listed(text, &[]), expected.split('|').collect::<Vec<_>>());
}

#[test]
fn several_places_are_a_list() {
    let udp = Listening::Udp("127.0.0.1:8125".parse().unwrap());
    let tcp = Listening::Tcp("[::1]:8125".parse().unwrap());
    let (stream, datagram) =
        (Listening::UnixStream("/s".into()), Listening::UnixDatagram("/d".into()));
    let listed = listed("", &[udp, tcp, stream, datagram]);
    assert_eq!(
        listed[4..],
        [
            "servers > 0 > server: ./servers/udp",
            "servers > 0 > address: 127.0.0.1",
            "servers > 0 > port: 8125",
            "servers > 1 > server: ./servers/tcp",
            "servers > 1 > address: ::1",
            "servers > 1 > port: 8125",
            "servers > 2 > server: ./servers/tcp",
            "servers > 2 > socket: /s",
            "servers > 3 > server: unix_datagram",
            "servers > 3 > socket: /d",
        ]
    );
}
