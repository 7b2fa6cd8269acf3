use super::*;

fn read(variables: &[(&str, &str)]) -> Result<Environment, Error> {
    Environment::read(|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn statsd_variables_come_before_datadogs() {
    let environment = read(&[
        ("STATSD_ADDR", "statsd:9125"),
        ("DD_AGENT_HOST", "agent"),
        ("STATSD_PREFIX", "shop"),
        ("STATSD_DEFAULT_TAGS", "env:production, bare"),
        ("DD_TAGS", "env:staging"),
        ("STATSD_SAMPLE_RATE", "0.5"),
        ("STATSD_IMPLEMENTATION", "datadog"),
    ])
    .unwrap();
    let tags = [("env", "production"), ("bare", "")];
    assert_eq!(
        environment,
        Environment {
            address: Some("statsd:9125".into()),
            prefix: Some("shop".into()),
            tags: tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
            sample_rate: Some(0.5),
            dialect: Some(Dialect::DogStatsd),
        }
    );
}

#[test]
fn an_empty_environment_says_nothing() {
    assert_eq!(read(&[]).unwrap(), Environment::default());
    assert_eq!(read(&[("STATSD_ADDR", ""), ("DD_TAGS", "")]).unwrap(), Environment::default());
}

#[test]
fn datadogs_host_and_port_make_an_address() {
    let address = |variables| read(variables).unwrap().address;
    assert_eq!(address(&[("DD_AGENT_HOST", "agent")]).as_deref(), Some("agent:8125"));
    let v6 = [("DD_AGENT_HOST", "::1"), ("DD_DOGSTATSD_PORT", "9125")];
    assert_eq!(address(&v6).as_deref(), Some("[::1]:9125"));
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
        let error = read(&[(name, value)]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Environment);
        assert!(error.to_string().contains(name), "{error}");
        assert!(error.to_string().contains(value), "{error}");
    }
}
