//! Makes the calls of a row with a client of its own.

use std::time::Duration;

use statsd_client::{
    Aggregation, AlertType, Builder, Cardinality, Client, Dialect, Event, Priority, ServiceCheck,
    Status,
};

use super::notation::{Call, Context, Row, Value};
use super::sink::Sink;

/// Calls until one is kept: at a rate of 0.001 all of them are sampled out once in e^100 tests.
const TRIES_MAX: u32 = 100_000;

/// Why a row was not played.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The harness does not know what is meant.
    NotUnderstood(String),
    /// The client has no such thing.
    NotSayable(String),
}

use Trouble::{NotSayable, NotUnderstood};

/// What became of a row's calls.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) packets: Vec<Vec<u8>>,
    pub(crate) dropped: u64,
}

pub(crate) fn play(row: &Row) -> Result<Played, Trouble> {
    if row.is_macro {
        return Err(NotSayable("an attribute of a function".to_owned()));
    }
    let builder = Client::builder().flush_interval(Duration::from_secs(3_600));
    let (sink, builder) = settings(row, builder)?;
    let client = builder.build().map_err(|error| NotSayable(error.to_string()))?;
    let child = row.child.as_ref().map(|context| child(&client, context)).transpose()?;
    for call in &row.calls {
        let by = match (&child, call.by_child) {
            (Some(child), true) => child,
            (None, true) => return Err(NotUnderstood("whose child?".to_owned())),
            (_, false) => &client,
        };
        make(by, call)?;
    }
    let packets = sink.finish(&client);
    Ok(Played { packets, dropped: client.stats().dropped.total() })
}

fn settings(row: &Row, mut builder: Builder) -> Result<(Sink, Builder), Trouble> {
    let packs = row.calls.iter().any(|call| call.verb.starts_with("packed_"));
    let mut aggregates = packs;
    let mut dialect = implied_dialect(row);
    let mut sink = "capture";
    let mut max_packet = None;
    for (key, value) in &row.context {
        match (&**key, value) {
            ("dialect", value) => dialect = read_dialect(text(value)?)?,
            ("prefix", value) => builder = builder.prefix(text(value)?),
            ("tags", value) => {
                for (key, value) in tags(value)? {
                    builder = builder.tag(key, value);
                }
            }
            ("rate", value) => builder = builder.sample_rate(float(value)?),
            ("aggregation", value) => aggregates = text(value)? == "on",
            ("max_packet", value) => max_packet = Some(whole(value)?),
            ("container_id", value) => builder = builder.container_id(text(value)?),
            ("external_env", value) => builder = builder.external_env(text(value)?),
            ("cardinality", value) => builder = builder.cardinality(cardinality(value)?),
            ("sink", value) => sink = text(value)?,
            ("suffix", _) => return Err(NotSayable("a suffix of names".to_owned())),
            // Lines are always packed; that is no different on the wire for one of them.
            ("batching", _) => {}
            _ if row.is_choice() => {}
            (key, value) => return Err(NotUnderstood(format!("{key}={value:?}"))),
        }
    }
    let aggregation = if aggregates { Aggregation::On } else { Aggregation::Off };
    let builder = builder.dialect(dialect).aggregation(aggregation);
    let max_packet = max_packet.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    Sink::open(sink, max_packet, builder).ok_or_else(|| NotUnderstood(format!("sink {sink}")))
}

/// Where a row names none: the plain protocol, unless it cannot say what is called.
fn implied_dialect(row: &Row) -> Dialect {
    let beyond_plain = |call: &Call| {
        let is_kind = ["distribution", "histogram", "event", "service_check"]
            .iter()
            .any(|kind| call.verb.contains(kind));
        is_kind || call.named.contains_key("tags") || call.named.contains_key("timestamp")
    };
    let has_tags = row.context.contains_key("tags");
    if has_tags || row.calls.iter().any(beyond_plain) { Dialect::DogStatsd } else { Dialect::Etsy }
}

fn child(client: &Client, context: &Context) -> Result<Client, Trouble> {
    let mut child = client.child();
    for (key, value) in context {
        child = match &**key {
            "prefix" => child.prefix(text(value)?),
            "tags" => {
                tags(value)?.into_iter().fold(child, |child, (key, value)| child.tag(key, value))
            }
            "rate" => child.sample_rate(float(value)?),
            "suffix" => return Err(NotSayable("a suffix of names".to_owned())),
            key => return Err(NotUnderstood(format!("child {key}={value:?}"))),
        };
    }
    Ok(child.build())
}

/// Makes one call, again and again until it is kept.
fn make(client: &Client, call: &Call) -> Result<(), Trouble> {
    let mut with_tags = client.child();
    let is_metric = !matches!(&*call.verb, "event" | "service_check" | "tags_section");
    for (key, value) in &call.named {
        match &**key {
            "tags" if is_metric => {
                for (key, value) in tags(value)? {
                    with_tags = with_tags.tag(key, value);
                }
            }
            "rate" => with_tags = with_tags.sample_rate(float(value)?),
            "timestamp" => {}
            _ if !is_metric => {}
            key => return Err(NotUnderstood(format!("{key}={value:?}"))),
        }
    }
    if call.verb == "tags_section" {
        for (key, value) in tags(argument(call, 0)?)? {
            with_tags = with_tags.tag(key, value);
        }
    }
    let client = with_tags.build();
    for _ in 0..TRIES_MAX {
        let before = client.stats().sampled_out;
        call_once(&client, call)?;
        if client.stats().sampled_out == before {
            return Ok(());
        }
    }
    Err(NotSayable("a call that is kept".to_owned()))
}

fn call_once(client: &Client, call: &Call) -> Result<(), Trouble> {
    let verb = &*call.verb;
    match verb {
        "flush" => return Ok(()),
        "raw line" => return Err(NotSayable("a line that the caller has rendered".to_owned())),
        "tags_section" => {
            client.count("x", 1);
            return Ok(());
        }
        "event" => {
            client.event(&event(call)?);
            return Ok(());
        }
        "service_check" => {
            client.service_check(&service_check(call)?);
            return Ok(());
        }
        _ => {}
    }
    for name in names(argument(call, 0)?)? {
        metric(client, verb, name, call)?;
    }
    Ok(())
}

fn metric(client: &Client, verb: &str, name: &str, call: &Call) -> Result<(), Trouble> {
    let value = || argument(call, 1);
    let at = call.named.get("timestamp").map(whole).transpose()?;
    // A time before 1970 is none.
    let at = at.map(|seconds| u64::try_from(seconds).unwrap_or(0));
    match verb {
        "count" | "increment" | "incr" | "decrement" | "decr" => {
            let n = if call.args.len() > 1 { whole(value()?)? } else { 1 };
            match (at, verb) {
                (Some(at), "count") => client.count_at(name, n, at),
                (None, "decrement" | "decr") if n == 1 => client.decrement(name),
                (None, "decrement" | "decr") => client.count(name, -n),
                (None, "increment" | "incr") if n == 1 => client.increment(name),
                (None, _) => client.count(name, n),
                (Some(_), _) => return Err(NotUnderstood(format!("{verb} with a timestamp"))),
            }
        }
        "gauge" => match at {
            Some(at) => client.gauge_at(name, float(value()?)?, at),
            None => client.gauge(name, float(value()?)?),
        },
        "gauge_delta" => client.gauge_delta(name, float(value()?)?),
        "timing" | "timing_block" => client.timing(name, duration(value()?)?),
        "set" => client.set(name, text(value()?)?),
        "meter" | "mark" => client.meter(name, whole(value()?)?),
        "histogram" | "histogram_block" => match float(value()?) {
            Ok(value) => client.histogram(name, value),
            Err(_) => client.histogram(name, duration(value()?)?),
        },
        "distribution" | "distribution_block" | "timing-as-distribution" => match float(value()?) {
            Ok(value) => client.distribution(name, value),
            Err(_) => client.distribution(name, duration(value()?)?),
        },
        "packed_timing" | "packed_histogram" | "packed_distribution" => {
            let Value::List(values) = value()? else {
                return Err(NotUnderstood("packed values are a list".to_owned()));
            };
            for value in values {
                match verb {
                    "packed_timing" => client.timing(name, duration(value)?),
                    "packed_histogram" => client.histogram(name, float(value)?),
                    _ => client.distribution(name, float(value)?),
                }
            }
        }
        verb => return Err(NotUnderstood(format!("the call {verb}"))),
    }
    Ok(())
}

fn event(call: &Call) -> Result<Event, Trouble> {
    let title = text(argument(call, 0)?)?;
    let body = call.args.get(1).map_or(Ok(title), text)?;
    let mut event = Event::new(title, body);
    for (key, value) in &call.named {
        event = match &**key {
            "timestamp" | "date_happened" => event.timestamp(seconds(value)?),
            "hostname" => event.hostname(text(value)?),
            "aggregation_key" => event.aggregation_key(text(value)?),
            "source" | "source_type" | "source_type_name" => event.source_type(text(value)?),
            "priority" => event.priority(match text(value)? {
                "normal" => Priority::Normal,
                "low" => Priority::Low,
                other => return Err(NotSayable(format!("priority {other}"))),
            }),
            "alert" | "alert_type" => event.alert_type(match text(value)? {
                "info" => AlertType::Info,
                "warning" => AlertType::Warning,
                "error" => AlertType::Error,
                "success" => AlertType::Success,
                other => return Err(NotSayable(format!("alert type {other}"))),
            }),
            "cardinality" => event.cardinality(cardinality(value)?),
            "tags" => {
                tags(value)?.into_iter().fold(event, |event, (key, value)| event.tag(key, value))
            }
            key => return Err(NotUnderstood(format!("event {key}={value:?}"))),
        };
    }
    Ok(event)
}

fn service_check(call: &Call) -> Result<ServiceCheck, Trouble> {
    let status = match text(argument(call, 1)?)? {
        "ok" | "0" => Status::Ok,
        "warning" | "warn" | "1" => Status::Warning,
        "critical" | "2" => Status::Critical,
        "unknown" | "3" => Status::Unknown,
        other => return Err(NotSayable(format!("status {other}"))),
    };
    let mut check = ServiceCheck::new(text(argument(call, 0)?)?, status);
    for (key, value) in &call.named {
        check = match &**key {
            "timestamp" => check.timestamp(seconds(value)?),
            "hostname" => check.hostname(text(value)?),
            "message" => check.message(text(value)?),
            "cardinality" => check.cardinality(cardinality(value)?),
            "tags" => {
                tags(value)?.into_iter().fold(check, |check, (key, value)| check.tag(key, value))
            }
            key => return Err(NotUnderstood(format!("service check {key}={value:?}"))),
        };
    }
    Ok(check)
}

pub(crate) fn read_dialect(name: &str) -> Result<Dialect, Trouble> {
    Ok(match name {
        "statsd" | "etsy" => Dialect::Etsy,
        "dogstatsd" | "datadog" => Dialect::DogStatsd,
        "influx" | "telegraf" => Dialect::Influx,
        "graphite" => Dialect::Graphite,
        "signalfx" => Dialect::SignalFx,
        "librato" | "sysdig" => Dialect::Librato,
        "okmeter" => Dialect::Okmeter,
        other => return Err(NotUnderstood(format!("dialect {other}"))),
    })
}

fn cardinality(value: &Value) -> Result<Cardinality, Trouble> {
    Ok(match text(value)? {
        "none" => Cardinality::None,
        "low" => Cardinality::Low,
        "orchestrator" => Cardinality::Orchestrator,
        "high" => Cardinality::High,
        other => return Err(NotSayable(format!("cardinality {other}"))),
    })
}

fn argument(call: &Call, at: usize) -> Result<&Value, Trouble> {
    call.args.get(at).ok_or_else(|| NotUnderstood(format!("{} lacks argument {at}", call.verb)))
}

fn names(value: &Value) -> Result<Vec<&str>, Trouble> {
    match value {
        Value::List(names) => names.iter().map(text).collect(),
        name => Ok(vec![text(name)?]),
    }
}

/// A list of `key:value` and bare tags, or a map.
fn tags(value: &Value) -> Result<Vec<(&str, &str)>, Trouble> {
    match value {
        Value::List(tags) => tags
            .iter()
            .map(|tag| Ok(text(tag)?.split_once(':').unwrap_or((text(tag)?, ""))))
            .collect(),
        Value::Map(tags) => tags.iter().map(|(key, value)| Ok((&**key, text(value)?))).collect(),
        other => Err(NotUnderstood(format!("tags {other:?}"))),
    }
}

fn text(value: &Value) -> Result<&str, Trouble> {
    match value {
        Value::Text(text) | Value::Number(text) | Value::Word(text) => Ok(text),
        other => Err(NotUnderstood(format!("a text, not {other:?}"))),
    }
}

fn whole(value: &Value) -> Result<i64, Trouble> {
    let text = text(value)?;
    match (text.parse(), text.parse::<f64>()) {
        (Ok(whole), _) => Ok(whole),
        (Err(_), Ok(_)) => Err(NotSayable(format!("{text} where a whole number is counted"))),
        (Err(_), Err(_)) => Err(NotUnderstood(format!("a whole number, not {text}"))),
    }
}

fn seconds(value: &Value) -> Result<u64, Trouble> {
    Ok(u64::try_from(whole(value)?).unwrap_or(0))
}

fn float(value: &Value) -> Result<f64, Trouble> {
    let text = text(value)?;
    text.parse().map_err(|_| NotUnderstood(format!("a number, not {text}")))
}

/// A number with its unit, somewhere among other words; milliseconds where none is named.
fn duration(value: &Value) -> Result<Duration, Trouble> {
    let words = match value {
        Value::Phrase(words) => words.iter().map(text).collect::<Result<Vec<_>, _>>()?.concat(),
        value => text(value)?.to_owned(),
    };
    let lost = || NotUnderstood(format!("a duration, not {words}"));
    let number = words.trim_start_matches(|c: char| !c.is_ascii_digit());
    let unit = number.find(|c: char| c.is_alphabetic()).unwrap_or(number.len());
    let (number, unit) = number.split_at(unit);
    let number: f64 = number.parse().map_err(|_| lost())?;
    let nanos = match unit {
        "ns" => 1.0,
        "us" => 1e3,
        "" | "ms" => 1e6,
        "s" => 1e9,
        _ => return Err(lost()),
    };
    Ok(Duration::from_secs_f64(number * nanos / 1e9))
}
