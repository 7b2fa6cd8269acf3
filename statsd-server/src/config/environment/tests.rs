use super::*;

fn applied(values: &[(&str, &str)]) -> Result<Config, String> {
    let lookup = |name: &str| {
        let found = values.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let mut config = Config::default();
    Environment::read(lookup).apply(&mut config).map_err(|error| error.to_string())?;
    Ok(config)
}

#[test]
fn every_variable_sets_something() {
    let values = [
        ("STATSD_SERVER_STATSD", "0.0.0.0:9125"),
        ("STATSD_SERVER_CARBON", "0.0.0.0:2003"),
        ("STATSD_SERVER_PICKLE", "off"),
        ("STATSD_SERVER_HTTP", "off"),
        ("STATSD_SERVER_ADMIN", "127.0.0.1:0"),
        ("STATSD_SERVER_DATA", "off"),
        ("STATSD_SERVER_FLUSH_INTERVAL", "200ms"),
        ("STATSD_SERVER_GRAPHITE", "[::1]:2013"),
    ];
    let config = applied(&values).unwrap();
    assert_eq!(config.statsd, [StatsdListen::UdpAndTcp("0.0.0.0:9125".to_owned())]);
    assert_eq!(config.admin.address(), Some("127.0.0.1:0"));
    assert_eq!((config.data.as_ref(), config.flush_interval.as_millis()), (None, 200));
    assert_eq!(config.graphite.address().as_deref(), Some("[::1]:2013"));
    for (name, value) in values {
        assert_ne!(applied(&[(name, value)]).unwrap(), Config::default(), "{name}");
    }
    let file = Environment::read(|_| Some("a.js".to_owned())).file();
    assert_eq!(file, Some("a.js".into()));
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let set = [("STATSD_SERVER_PORT", "tcp://10.0.0.1:80"), ("STATSD_SERVER_HTTP", "")];
    assert_eq!(applied(&set).unwrap(), Config::default());
}

#[test]
fn an_error_names_the_variable() {
    assert_eq!(
        applied(&[("STATSD_SERVER_FLUSH_INTERVAL", "10")]).unwrap_err(),
        "STATSD_SERVER_FLUSH_INTERVAL: \"10\" has no unit: write 10s, 500ms, 5m or 1h"
    );
    assert_eq!(
        applied(&[("STATSD_SERVER_GRAPHITE", "carbon:x")]).unwrap_err(),
        "STATSD_SERVER_GRAPHITE: \"carbon:x\" is not `host:port`"
    );
}
