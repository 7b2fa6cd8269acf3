//! What the keys of a `config.js` mean: values → [`Config`].

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use super::keys::{Findings, Keys, Remark, number_of, whole};
use super::value::{Mistake, Node, Value};
use super::{outputs, proxy, servers};
use crate::config::{
    Carbon, Config, Console, Graphite, Health, Histogram, Listen, LogBackend, StatsdListen,
};

const MILLISECOND_NANOS: f64 = 1e6;

/// What runs with an empty `config.js`: etsy's defaults, and nothing that etsy's has not.
fn defaults() -> Config {
    Config {
        statsd: vec![StatsdListen::Udp("0.0.0.0:8125".to_owned())],
        http: Listen::Off,
        carbon: Carbon::off(),
        pickle: Listen::Off,
        data: None,
        console: Console { summary: false, ..Console::default() },
        // etsy's opens a connection a flush and waits for nobody; a carbon server that it works with need
        // not close its own side.
        graphite: Graphite { confirm: false, ..Graphite::default() },
        ..Config::default()
    }
}

/// The configuration, as far as it can be read, and everything there is to say about it.
pub(super) fn config(root: &Node, end: usize) -> (Config, Vec<Mistake>, Vec<Remark>) {
    let mut config = defaults();
    let mut findings = Findings::default();
    if root.entries().is_none() {
        let kind = root.value.kind();
        findings.mistake(root.at, format!("a configuration is an object, `{{ … }}`, not {kind}"));
    }
    let mut keys = Keys::new("", root.entries());
    let all = (&mut keys, &mut config, &mut findings);
    servers::read(all.0, all.1, all.2);
    outputs::read(all.0, all.1, all.2);
    flush(all.0, all.1, all.2);
    timers(all.0, all.1, all.2);
    idle(all.0, all.1, all.2);
    key_flush(all.0, all.1, all.2);
    process(all.0, all.1, all.2);
    proxy::read(all.0, all.1, all.2);
    keys.warn_of_others(&mut findings);
    let (mistakes, remarks) = findings.finish(end);
    (config, mistakes, remarks)
}

fn flush(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    if let Some(interval) = milliseconds("flushInterval", keys, findings) {
        config.flush_interval = interval;
    }
    if let Some(prefix) = keys.text("prefixStats", findings) {
        config.prefix_stats = prefix;
    }
    config.key_name_sanitize = keys.flag("keyNameSanitize", findings).unwrap_or(true);
    config.debug = keys.flag("debug", findings).unwrap_or(false);
    config.dump_messages = keys.flag("dumpMessages", findings).unwrap_or(false);
    config.automatic_config_reload = keys.flag("automaticConfigReload", findings).unwrap_or(true);
}

pub(super) fn milliseconds(
    key: &'static str,
    keys: &mut Keys<'_>,
    findings: &mut Findings,
) -> Option<Duration> {
    let millis = keys.number(key, findings)?;
    // By way of whole nanoseconds, so that 0.1 ms stays 0.1 ms.
    let seconds = (millis * MILLISECOND_NANOS).round() / 1e9;
    let duration = Duration::try_from_secs_f64(seconds).ok();
    if duration.is_none() {
        let at = keys.get(key).map_or(0, |node| node.at);
        findings.mistake(at, format!("`{key}` is {millis} ms, which is no time to wait"));
    }
    duration
}

fn timers(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    if let Some(node) = keys.get_true("percentThreshold") {
        let list = match &node.value {
            Value::List(list) => list.as_slice(),
            _ => std::slice::from_ref(node),
        };
        config.percent_threshold =
            list.iter().filter_map(|node| threshold(node, findings)).collect();
    }
    if let Some(node) = keys.get("calculatedTimerMetrics") {
        match &node.value {
            Value::List(list) => {
                let names = list.iter().map(|node| match &node.value {
                    Value::Text(name) => name.clone(),
                    other => {
                        let message =
                            format!("a name of a timer's metric is a text, not {}", other.kind());
                        findings.mistake(node.at, message);
                        String::new()
                    }
                });
                config.calculated_timer_metrics = Some(names.collect());
            }
            other if other.is_true() => {
                findings.warn(node.at, "`calculatedTimerMetrics` is no list: it has no effect");
            }
            _ => {}
        }
    }
    for (at, node) in keys.list("histogram", findings).into_iter().flatten().enumerate() {
        config.histogram.extend(histogram(at, node, findings));
    }
}

fn threshold(node: &Node, findings: &mut Findings) -> Option<f64> {
    let Some(percent) = number_of(node) else {
        let message = format!("a percentage is a number, not {}", node.value.kind());
        findings.mistake(node.at, message);
        return None;
    };
    if percent == 0.0 || percent.abs() > 100.0 {
        findings.warn(node.at, format!("of {percent} percent of the samples little can be said"));
    }
    Some(percent)
}

fn histogram(at: usize, node: &Node, findings: &mut Findings) -> Option<Histogram> {
    let mut keys = Keys::new(format!("histogram[{at}]."), node.entries());
    let metric = keys.text("metric", findings);
    let bins = keys.list("bins", findings);
    keys.warn_of_others(findings);
    let (Some(metric), Some(bins)) = (metric, bins) else {
        findings
            .mistake(node.at, format!("`histogram[{at}]` wants a `metric` and a list of `bins`"));
        return None;
    };
    let bin = |node: &Node| match &node.value {
        Value::Text(text) if text == "inf" => Some(f64::INFINITY),
        Value::Number(number) if *number == f64::INFINITY => Some(f64::INFINITY),
        _ => number_of(node).or_else(|| {
            findings.mistake(node.at, "a bin's bound is a number or 'inf'");
            None
        }),
    };
    let bins = bins.iter().filter_map(bin).collect();
    Some(Histogram { metric, bins })
}

fn idle(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    config.delete_idle_stats = keys.flag("deleteIdleStats", findings).unwrap_or(false);
    config.delete_counters = keys.flag("deleteCounters", findings);
    config.delete_timers = keys.flag("deleteTimers", findings);
    config.delete_sets = keys.flag("deleteSets", findings);
    config.delete_gauges = keys.flag("deleteGauges", findings);
    if let Some(node) = keys.get_true("gaugesMaxTTL") {
        let ttl = match node.value {
            Value::Number(number) => whole(number).and_then(NonZeroU32::new),
            _ => None,
        };
        if ttl.is_none() {
            findings.warn(node.at, "`gaugesMaxTTL` is no whole number above 0: it counts as 1");
        }
        config.gauges_max_ttl = ttl.unwrap_or(NonZeroU32::MIN);
    }
}

fn key_flush(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    let mut section = keys.section("keyFlush", findings);
    config.key_flush.interval = milliseconds("interval", &mut section, findings);
    if let Some(percent) = section.number("percent", findings) {
        config.key_flush.percent = percent;
    }
    config.key_flush.log = section.some_text("log", findings).map(PathBuf::from);
    section.warn_of_others(findings);
}

/// What concerns the process and not its numbers.
fn process(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    config.title = keys.some_text("title", findings);
    if let Some(node) = keys.get_true("healthStatus") {
        match &node.value {
            Value::Text(text) if text == "up" => {}
            Value::Text(text) if text == "down" => config.health_status = Health::Down,
            _ => findings.mistake(node.at, "`healthStatus` is to be 'up' or 'down'"),
        }
    }
    let mut log = keys.section("log", findings);
    if let Some(node) = log.get_true("backend") {
        match &node.value {
            Value::Text(text) if text == "stdout" => {}
            Value::Text(text) if text == "syslog" => config.log.backend = LogBackend::Syslog,
            _ => findings.mistake(node.at, "`log.backend` is to be 'stdout' or 'syslog'"),
        }
    }
    if let Some(application) = log.some_text("application", findings) {
        config.log.application = application;
    }
    if let Some(level) = log.some_text("level", findings) {
        config.log.level = level;
    }
    log.warn_of_others(findings);
}
