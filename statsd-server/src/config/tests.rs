use proptest::prelude::*;

use super::*;

fn error(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(Config::parse("").unwrap(), Config::default());
}

#[test]
fn every_flat_key_is_read() {
    let config = Config::parse(
        "statsd = '[::1]:9125'\nhttp = 'off'\ndata = '/var/lib/statsd'\nflush_interval = '1m'\n\
         percent_threshold = [50, 99.9, -10]\nprefix_stats = 'st'\ndelete_idle_stats = true\n\
         dialect = 'dogstatsd'\nstatsd_sockets = 4\nadmin = '[::1]:0'\ndelete_gauges = false\ngauges_max_ttl = 3\n\
         backends = ['console']\ncalculated_timer_metrics = ['mean']\nhealth_status = 'down'",
    )
    .unwrap();
    assert_eq!(config.statsd, [StatsdListen::UdpAndTcp("[::1]:9125".to_owned())]);
    assert_eq!(config.http, Listen::Off);
    assert_eq!(config.statsd_sockets, 4);
    assert_eq!(config.admin.address(), Some("[::1]:0"));
    assert_eq!(config.flush_interval, Duration::from_secs(60));
    assert_eq!(config.percent_threshold, [50.0, 99.9, -10.0]);
    assert_eq!(config.dialect, Dialect::Dogstatsd);
    assert_eq!((config.delete_idle_stats, config.delete_gauges), (true, Some(false)));
    assert_eq!((config.gauges_max_ttl.get(), config.health_status), (3, Health::Down));
    assert!(config.runs(Output::Console) && !config.runs(Output::Graphite));
    assert_eq!(config.calculated_timer_metrics.as_deref(), Some(&["mean".to_owned()][..]));
    assert_eq!(Config::parse("percent_threshold = 95").unwrap().percent_threshold, [95.0]);
    assert_eq!(Config::parse("data = 'off'").unwrap().data, None);
}

#[test]
fn every_dialect_has_a_name() {
    for (name, dialect) in [
        ("etsy", Dialect::Etsy),
        ("dogstatsd", Dialect::Dogstatsd),
        ("influx", Dialect::Influx),
        ("graphite", Dialect::Graphite),
        ("signalfx", Dialect::SignalFx),
        ("librato", Dialect::Librato),
        ("okmeter", Dialect::Okmeter),
    ] {
        let config = Config::parse(&format!("dialect = '{name}'")).unwrap();
        assert_eq!(config.dialect, dialect);
        assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
    }
    let wrong = error("dialect = 'telegraf'");
    assert!(wrong.contains("`telegraf`") && wrong.contains("influx, graphite"), "{wrong}");
}

#[test]
fn outputs_over_http_are_read_and_their_mistakes_named() {
    let text = "data = '/srv'\n[[http_output]]\nurl = 'http://influx:8086/write?db=x'\n\
        headers = { Authorization = 'Token t' }\n\
        [[http_output]]\nname = 'lines'\nurl = 'http://127.0.0.1/'\nformat = 'graphite'\ntimeout = '2s'";
    let config = Config::parse(text).unwrap();
    let [first, second] = &config.http_output[..] else { panic!("{config:?}") };
    assert_eq!((&*first.name, first.format), ("http", HttpOutputFormat::Influx));
    assert_eq!((second.format, second.timeout.as_secs()), (HttpOutputFormat::Graphite, 2));
    assert_eq!(config.http_spool(second).as_deref(), Some(Path::new("/srv/.spool/http-lines")));
    assert!(config.runs(Output::Http));
    assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
    for (text, message) in [
        ("url = 'https://a/'", "http_output.url: \"https://a/\": TLS is not in this version"),
        ("url = 'http://a:0/'", "http_output.url: \"http://a:0/\": it is not http://host"),
        ("url = 'http://a'\nname = 'A'", "http_output.name: \"A\" is not 1 to 32 of"),
        ("url = 'http://a'\nname = 'graphite'", "http_output.name: \"graphite\" is another"),
        ("url = 'http://a'\n[[http_output]]\nurl = 'http://b'", "http_output.name: \"http\" is"),
        ("url = 'http://a'\nheaders = { Host = 'b' }", "http_output.headers: Host is set"),
        ("url = 'http://a'\nheaders = { 'a b' = '' }", "http_output.headers: \"a b\" is no"),
        (
            "url = 'http://a'\nheaders = { A = \"\\r\\nB: c\" }",
            "http_output.headers: the value of A",
        ),
        ("url = 'http://a'\ntimeout = '0s'", "http_output.timeout: 0ns is not within"),
    ] {
        let error = error(&format!("[[http_output]]\n{text}"));
        assert!(error.contains(message), "{text}: {error}");
    }
}

#[test]
fn every_section_is_read() {
    let config = Config::parse(SECTIONS).unwrap();
    assert_eq!(config.graphite.address().as_deref(), Some("carbon:2004"));
    assert_eq!(config.graphite.global_suffix.as_deref(), Some(""));
    let graphite = &config.graphite;
    assert_eq!((graphite.connect_timeout.as_secs(), graphite.write_timeout.as_secs()), (1, 2));
    assert_eq!((graphite.replay, graphite.spool_max_bytes), (Duration::ZERO, 1000));
    assert_eq!(config.graphite_spool().as_deref(), Some(Path::new("/var/spool/statsd")));
    assert!(!graphite.confirm && config.console.prettyprint && config.runs(Output::Exec));
    assert_eq!((config.exec.command.len(), config.exec.deadline.as_secs()), (2, 3));
    assert_eq!(config.histogram[0].bins, [0.5, 10.0, f64::INFINITY]);
    assert_eq!(config.key_flush.interval, Some(Duration::from_secs(60)));
    assert_eq!(config.repeater.protocol, RepeaterProtocol::Tcp);
    assert_eq!((config.store.write_after.as_secs(), config.store.journal), (30, false));
    assert!(config.runs(Output::Repeater) && config.runs(Output::Graphite));
    assert!(!config.runs(Output::Console) && !config.console.summary);
    let places: Vec<String> = config.statsd.iter().map(StatsdListen::to_string).collect();
    let unix = ["unix /run/statsd.sock (mode 660)", "unix datagrams /run/statsd.dgram"];
    assert_eq!(places, ["udp 0.0.0.0:8125", "tcp [::]:8125", unix[0], unix[1]]);
    assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
}

#[test]
fn a_relay_has_nodes() {
    let text = "[relay]\ncheck_interval = '1s'\n\
                [[relay.nodes]]\nhost = '10.0.0.1'\nport = 8125\nadminport = 8126\n\
                [[relay.nodes]]\nhost = '::1'\nport = 8125\nadminport = 8126";
    let config = Config::parse(text).unwrap();
    assert!(config.is_relay());
    assert_eq!(config.relay.check_interval, Duration::from_secs(1));
    assert_eq!(config.relay.nodes[0], RelayNode::new("10.0.0.1".to_owned(), 8125, 8126));
    assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
    let node = |node: &str| error(&format!("relay.nodes = [{node}]"));
    let good = "{ host = 'a', port = 1, adminport = 2 }";
    for (nodes, words) in [
        ("{ host = 'a', port = 1 }", "missing field `adminport`"),
        ("{ host = 'a', port = 1, adminport = 2, weight = 3 }", "unknown key `weight`"),
        ("{ host = 'a b', port = 1, adminport = 2 }", "relay.nodes: \"a b\" is not a host's name"),
        ("{ host = 'a:1', port = 1, adminport = 2 }", "relay.nodes: \"a:1\" is not a host's name"),
        ("{ host = '', port = 1, adminport = 2 }", "relay.nodes: \"\" is not a host's name"),
        ("{ host = 'a', port = 0, adminport = 2 }", "relay.nodes: a has port 0"),
        (&format!("{good}, {good}"), "relay.nodes: a:1 stands there twice"),
        (&[good; 257].join(", "), "relay.nodes: 257 are more than 256"),
    ] {
        assert!(node(nodes).contains(words), "{words}: {}", node(nodes));
    }
    let often = error("relay.check_interval = '0s'");
    assert!(often.contains("relay.check_interval: 0ns is not within 1ms and 1h"), "{often}");
}

const SECTIONS: &str = r#"
[[statsd]]
address = "0.0.0.0:8125"
[[statsd]]
protocol = "tcp"
address = "[::]:8125"
[[statsd]]
protocol = "unix_stream"
path = "/run/statsd.sock"
mode = "660"
[[statsd]]
protocol = "unix_datagram"
path = "/run/statsd.dgram"
[graphite]
host = "carbon"
protocol = "pickle"
legacy_namespace = false
global_prefix = ""
global_suffix = ""
flush_counts = false
confirm = false
connect_timeout = "1s"
write_timeout = "2s"
replay = "0s"
spool = "/var/spool/statsd"
spool_max_bytes = 1000
[store]
write_after = "30s"
journal = false
cache_max_points = 20000
[repeater]
to = ["a:1", "[::1]:2"]
protocol = "tcp"
[console]
summary = false
prettyprint = true
[exec]
command = ["sink", "-v"]
deadline = "3s"
[[histogram]]
metric = ""
bins = [0.5, 10, inf]
[key_flush]
interval = "1m"
log = "/var/log/keys"
[log]
backend = "syslog"
"#;

#[test]
fn places_are_an_address_or_a_list() {
    let places = |text: &str| Config::parse(text).unwrap().statsd.len();
    assert_eq!(places("statsd = 'off'"), 0);
    assert_eq!(places("statsd = []"), 0);
    assert_eq!(
        places("statsd = ['127.0.0.1:0', { protocol = 'tcp', address = '127.0.0.1:0' }]"),
        2
    );
    assert_eq!(
        error("http = 'off'\n[[statsd]]\nprotocol = 'udp'\naddres = '127.0.0.1:0'"),
        "line 4: unknown key `addres`; did you mean `address`?"
    );
    assert_eq!(
        error("[[statsd]]\nprotocol = 'unix'\npath = '/a'"),
        "line 2: unknown value `unix`; known are udp_and_tcp, udp, tcp, unix_datagram, unix_stream"
    );
    assert_eq!(
        error("[[statsd]]\nprotocol = 'unix_stream'\npath = '/a'\nmode = '888'"),
        "line 4: \"888\" are not permissions: write \"660\", at most \"777\""
    );
    let error = error("[[statsd]]\nprotocol = 'tcp'\npath = '/a'");
    assert!(error.ends_with("udp and tcp have an `address`, and nothing else"), "{error}");
}

#[test]
fn without_a_store_the_interval_may_be_short() {
    let interval = |text: &str| Config::parse(text).map(|config| config.flush_interval.as_millis());
    assert_eq!(interval("data = 'off'\nflush_interval = '10ms'").unwrap(), 10);
    assert_eq!(
        error("data = 'off'\nflush_interval = '9ms'"),
        "flush_interval: 9ms is not within 10ms and 1h: less leaves no time to send a flush"
    );
}

#[test]
fn values_out_of_range_are_named() {
    for (text, words) in [
        ("prefix_stats = 'a b'", "prefix_stats: \"a b\" has white space, which ends a name"),
        ("[graphite]\nhost = 'a:1'", "graphite.host: \"a:1\" is not a host's name or address"),
        (
            "[graphite]\nwrite_timeout = '0s'",
            "graphite.write_timeout: 0ns is not within 1ms and 1h",
        ),
        ("[graphite]\nreplay = '2h'", "graphite.replay: 7200s is above 1h"),
        ("[store]\nwrite_after = '2h'", "store.write_after: 7200s is above 1h"),
        (
            "[store]\ncache_max_points = 9999",
            "store.cache_max_points: 9999 is not within 10000 and 1000000000",
        ),
        ("[store]\njournal_sync = '1ms'", "store.journal_sync: 1ms is not within 10ms and 60s"),
        (
            "[store]\njournal_max_bytes = 1",
            "store.journal_max_bytes: 1 is not within 16777216 and 1099511627776",
        ),
        (
            "[graphite]\nspool_max_bytes = 0",
            "graphite.spool_max_bytes: 0 is not within 1 and 1099511627776",
        ),
        ("[exec]\ncommand = ['', 'a']", "exec.command: it names no program"),
        ("[exec]\ncommand = ['a', \"\\u0000\"]", "exec.command: no program takes a word"),
        ("[exec]\ncomand = ['a']", "line 2: unknown key `comand`; did you mean `command`?"),
        ("[graphite]\nport = 0", "graphite.port: 0 is nobody's port"),
        (
            "[graphite]\nglobal_suffix = \"a\\nb\"",
            "graphite.global_suffix: \"a\\nb\" has white space",
        ),
        ("[repeater]\nto = ['a']", "repeater.to: \"a\" is not `host:port`"),
        (
            "[[histogram]]\nmetric = ''\nbins = [nan]",
            "histogram: a bin's bound is a number or `inf`",
        ),
        ("[key_flush]\npercent = 0", "key_flush.percent: 0 is not above 0 and at most 100"),
        (
            "[[statsd]]\nprotocol = 'unix_stream'\npath = ''",
            "statsd: \"\" is not the path of a socket",
        ),
    ] {
        let error = error(text);
        assert!(error.starts_with(words), "{error}");
    }
}

#[test]
fn errors_name_the_line_and_the_thing() {
    assert_eq!(
        error("http = 'off'\nflush_intervl = '1s'"),
        "line 2: unknown key `flush_intervl`; did you mean `flush_interval`?"
    );
    assert!(
        error("colour = 1")
            .starts_with("line 1: unknown key `colour`; known are statsd, statsd_sockets")
    );
    assert_eq!(
        error("\nflush_interval = '10'"),
        "line 2: \"10\" has no unit: write 10s, 500ms, 5m or 1h"
    );
    assert_eq!(error("statsd = '8125'"), "line 1: \"8125\" is neither `host:port` nor `off`");
    assert_eq!(
        error("flush_interval = '200ms'"),
        "flush_interval: 200ms is not within 1s and 1h: Whisper's finest step is one second (with \
         data = \"off\" it may be 10ms)"
    );
    assert_eq!(error("statsd_sockets = 0"), "statsd_sockets: 0 is not within 1 and 64");
    assert_eq!(error("percent_threshold = [nan]"), "percent_threshold: NaN is not a percentage");
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
fn a_file_has_a_known_name_and_a_bounded_length() {
    let folder = tempfile::tempdir().unwrap();
    let written = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs_err::write(&path, text).unwrap();
        Config::read(&path).map_err(|error| error.to_string())
    };
    assert_eq!(written("a.js", "{}").unwrap().http, Listen::Off);
    assert_eq!(written("a.json", "{\"port\": 1}").unwrap().statsd.len(), 1);
    let unnamed = written("statsd", "{}").unwrap_err();
    assert!(unnamed.contains("statsd: the name of a configuration ends in .toml"), "{unnamed}");
    let long = written("long.js", &" ".repeat(1 << 21)).unwrap_err();
    assert!(long.ends_with("long.js: it is longer than 1048576 bytes"), "{long}");
    let refused = written("b.js", "{\n  port: 1,\n  title: f()\n}").unwrap_err();
    assert!(refused.contains("b.js:3:10: `f(…)` is not called here"), "{refused}");
}

/// The sections of outputs, with some of their keys.
fn outputs() -> impl Strategy<Value = String> {
    let wait = || {
        prop_oneof![
            (1_u32..3_600_000).prop_map(|n| format!("'{n}ms'")),
            (0.001..3_600.0_f64).prop_map(|n| format!("'{n}s'")),
            (1_u32..=60).prop_map(|n| format!("'{n}m'")),
        ]
    };
    let flag = || any::<bool>().prop_map(|flag| flag.to_string());
    let text = || "[a-z /.-]{1,12}".prop_map(|text| format!("'{text}'"));
    let bytes = (1_u64..=1 << 40).prop_map(|bytes| bytes.to_string());
    let words =
        prop::collection::vec(text(), 0..4).prop_map(|list| format!("[{}]", list.join(",")));
    let keys = (
        prop::option::of(wait()),
        prop::option::of(wait()),
        prop::option::of(wait()),
        prop::option::of(wait()),
        prop::option::of(flag()),
        prop::option::of(flag()),
        prop::option::of(text()),
        prop::option::of(bytes),
        prop::option::of(words),
    );
    keys.prop_map(|(connect, write, replay, deadline, confirm, pretty, spool, bytes, command)| {
        let line = |key: &str, value: Option<String>| {
            value.map(|value| format!("{key} = {value}\n")).unwrap_or_default()
        };
        let parts = [
            "[graphite]\n".to_owned(),
            line("connect_timeout", connect),
            line("write_timeout", write),
            line("replay", replay),
            line("confirm", confirm),
            line("spool", spool),
            line("spool_max_bytes", bytes),
            "[console]\n".to_owned(),
            line("prettyprint", pretty),
            "[exec]\n".to_owned(),
            line("command", command),
            line("deadline", deadline),
        ];
        parts.concat()
    })
}

proptest! {
    #[test]
    fn outputs_that_are_written_are_read_as_the_same(text in outputs()) {
        let config = Config::parse(&text).unwrap();
        let toml = config.to_toml().unwrap();
        prop_assert_eq!(Config::parse(&toml).unwrap(), config, "{}", toml);
    }
}

#[test]
fn carbon_is_an_address_or_a_table() {
    let address = |text: &str| Config::parse(text).unwrap().carbon.address;
    assert_eq!(address("").address(), Some("127.0.0.1:2003"));
    assert_eq!(address("carbon = '[::]:0'").address(), Some("[::]:0"));
    assert_eq!(address("carbon = 'off'"), Listen::Off);
    let text = "pickle = 'off'\n[carbon]\naddress = '0.0.0.0:2003'\nudp = true\nquery = '127.0.0.1:7002'\n\
                protobuf = '127.0.0.1:2005'\nidle_timeout = '0s'\nframe_max_bytes = 16777216";
    let config = Config::parse(text).unwrap();
    assert!(config.carbon.udp && config.carbon.idle_timeout.is_zero());
    assert_eq!(config.carbon.query.address(), Some("127.0.0.1:7002"));
    assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
    for (text, expected) in [
        ("carbon = 5", "line 1: "),
        ("carbon = '2003'", "line 1: "),
        ("[carbon]\nadress = 'off'", "line 2: unknown key `adress`"),
        ("[carbon]\naddress = 'off'\nudp = true", "carbon.udp: there is no carbon.address"),
        ("[carbon]\nidle_timeout = '169h'", "carbon.idle_timeout: "),
        ("[carbon]\nframe_max_bytes = 0", "carbon.frame_max_bytes: 0 is not within 1 and 16777216"),
    ] {
        let error = Config::parse(text).unwrap_err().to_string();
        assert!(error.starts_with(expected), "{error}");
    }
    let etsys = etsy_js::read("{}").unwrap().config;
    assert_eq!((etsys.carbon.address, etsys.pickle), (Listen::Off, Listen::Off));
}
