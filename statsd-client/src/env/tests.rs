use super::*;

fn fill_from(builder: Builder, variables: &[(&str, &str)]) -> Result<Builder, Error> {
    fill(builder, |name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn statsd_variables_come_before_datadogs() {
    let builder = fill_from(
        Builder::new(),
        &[
            ("STATSD_ADDR", "statsd:9125"),
            ("DD_AGENT_HOST", "agent"),
            ("STATSD_PREFIX", "shop"),
            ("STATSD_DEFAULT_TAGS", "env:production, bare"),
            ("DD_TAGS", "env:staging"),
            ("STATSD_SAMPLE_RATE", "0.5"),
            ("STATSD_IMPLEMENTATION", "datadog"),
        ],
    )
    .unwrap();
    assert_eq!(builder.address.as_deref(), Some("statsd:9125"));
    assert_eq!(builder.prefix.as_deref(), Some("shop"));
    let tags = [("env", "production"), ("bare", "")];
    assert_eq!(builder.tags, tags.map(|(k, v)| (k.to_owned(), v.to_owned())));
    assert_eq!(builder.sample_rate, Some(0.5));
    assert_eq!(builder.dialect, Some(Dialect::DogStatsd));
}

#[test]
fn what_code_says_holds() {
    let builder = Builder::new().address("here:1").tag("env", "test").prefix("mine");
    let variables =
        [("STATSD_ADDR", "there:2"), ("STATSD_DEFAULT_TAGS", "env:x"), ("STATSD_PREFIX", "theirs")];
    let builder = fill_from(builder, &variables).unwrap();
    assert_eq!(builder.address.as_deref(), Some("here:1"));
    assert_eq!(builder.tags, [("env".to_owned(), "test".to_owned())]);
    assert_eq!(builder.prefix.as_deref(), Some("mine"));
}

#[test]
fn datadogs_host_and_port_make_an_address() {
    let address = |variables| fill_from(Builder::new(), variables).unwrap().address;
    assert_eq!(address(&[("DD_AGENT_HOST", "agent")]).as_deref(), Some("agent:8125"));
    let v6 = [("DD_AGENT_HOST", "::1"), ("DD_DOGSTATSD_PORT", "9125")];
    assert_eq!(address(&v6).as_deref(), Some("[::1]:9125"));
    assert_eq!(address(&[("STATSD_ADDR", "")]), None);
}

#[test]
fn a_bad_value_is_an_error_that_names_the_variable() {
    for (name, value) in [
        ("STATSD_ADDR", "localhost"),
        ("STATSD_ADDR", "localhost:none"),
        ("STATSD_SAMPLE_RATE", "often"),
        ("STATSD_SAMPLE_RATE", "NaN"),
        ("STATSD_SAMPLE_RATE", "2"),
        ("STATSD_IMPLEMENTATION", "prometheus"),
    ] {
        let error = fill_from(Builder::new(), &[(name, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Environment);
        assert!(error.to_string().contains(name), "{error}");
        assert!(error.to_string().contains(value), "{error}");
    }
}
