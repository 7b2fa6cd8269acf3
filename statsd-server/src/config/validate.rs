//! The ranges of a configuration's values, whatever it was read from.

use std::path::Path;
use std::time::Duration;

use super::listen::is_address;
use super::{Carbon, Config, HttpOutput, Relay, RelayNode, StatsdListen, Store, Ttl};
use crate::http_url::HttpUrl;
use crate::limits::{
    AGGREGATION_INTERVALS_KNOWN_MAX, AGGREGATION_SECONDS_MAX, CACHE_POINTS_RANGE,
    CARBON_FRAME_BYTES_MAX, CARBON_IDLE_MAX, DELETE_AFTER_MIN, EXEC_WORDS_MAX, FLUSH_INTERVAL_MAX,
    FLUSH_INTERVAL_MIN, FLUSH_INTERVAL_UNSTORED_MIN, HISTOGRAM_BINS_MAX, HISTOGRAMS_MAX,
    HTTP_OUTPUT_HEADERS_MAX, HTTP_OUTPUTS_MAX, JOURNAL_BYTES_RANGE, JOURNAL_SYNC_RANGE,
    MIGRATIONS_PER_SECOND_MAX, OUTPUT_WAIT_MAX, OUTPUT_WAIT_MIN, PERCENT_THRESHOLDS_MAX,
    RELAY_NODES_MAX, REPEATER_TARGETS_MAX, SCHEMA_RULES_MAX, SET_MEMBERS_MAX, SPOOL_BYTES_MAX,
    STATSD_LISTENERS_MAX, TIMER_SAMPLES_MAX, UDP_SOCKETS_MAX, UNIX_PATH_MAX_BYTES,
    UPKEEP_LOOKS_PER_SECOND_MAX, WRITE_AFTER_MAX,
};

/// A value that is out of its range.
#[derive(Debug)]
pub(super) struct Wrong {
    /// As it is called in a TOML file, with its section.
    pub(super) key: &'static str,
    pub(super) message: String,
}

type Checked = Result<(), Wrong>;

fn wrong(key: &'static str, message: impl Into<String>) -> Checked {
    Err(Wrong { key, message: message.into() })
}

pub(super) fn check(config: &Config) -> Checked {
    flush_interval(config)?;
    at_most("statsd", config.statsd.len(), STATSD_LISTENERS_MAX)?;
    if !(1..=UDP_SOCKETS_MAX).contains(&config.statsd_sockets) {
        let message = format!("{} is not within 1 and {UDP_SOCKETS_MAX}", config.statsd_sockets);
        return wrong("statsd_sockets", message);
    }
    for listen in &config.statsd {
        if let StatsdListen::UnixDatagram(socket) | StatsdListen::UnixStream(socket) = listen {
            unix_path(&socket.path)?;
        }
    }
    if let Some(state) = &config.state
        && state.file_name().is_none()
    {
        return wrong("state", format!("{:?} is no file's path", state.display().to_string()));
    }
    let Ttl { counters, timers, sets, gauges } = &config.ttl;
    let times = [("counters", counters), ("timers", timers), ("sets", sets), ("gauges", gauges)];
    for (kind, ttl) in times {
        if ttl.is_some_and(|ttl| ttl.is_zero()) {
            return wrong("ttl", format!("{kind}: 0s would forget what is heard of"));
        }
    }
    carbon(&config.carbon)?;
    waiting(&config.store)?;
    self::timers(config)?;
    names(config)?;
    outputs(config)?;
    http_outputs(&config.http_output)?;
    relay(&config.relay)?;
    store(config)?;
    carbon_rules(config)?;
    let percent = config.key_flush.percent;
    if !(percent > 0.0 && percent <= 100.0) {
        return wrong("key_flush.percent", format!("{percent} is not above 0 and at most 100"));
    }
    let often = config.key_flush.interval;
    if often.is_some_and(|interval| interval < FLUSH_INTERVAL_UNSTORED_MIN) {
        return wrong("key_flush.interval", "it is shorter than 10ms");
    }
    Ok(())
}

fn carbon(carbon: &Carbon) -> Checked {
    if carbon.udp && carbon.address.address().is_none() {
        return wrong("carbon.udp", "there is no carbon.address to receive on");
    }
    if carbon.idle_timeout > CARBON_IDLE_MAX {
        let message = format!("{:?} is above a week; 0s is for ever", carbon.idle_timeout);
        return wrong("carbon.idle_timeout", message);
    }
    let bytes = carbon.frame_max_bytes;
    if !(1..=CARBON_FRAME_BYTES_MAX).contains(&bytes) {
        let message = format!("{bytes} is not within 1 and {CARBON_FRAME_BYTES_MAX}");
        return wrong("carbon.frame_max_bytes", message);
    }
    Ok(())
}

fn flush_interval(config: &Config) -> Checked {
    let interval = config.flush_interval;
    let (min, shown, why) = match config.data {
        Some(_) => (
            FLUSH_INTERVAL_MIN,
            "1s",
            "Whisper's finest step is one second (with data = \"off\" it may be 10ms)",
        ),
        None => (FLUSH_INTERVAL_UNSTORED_MIN, "10ms", "less leaves no time to send a flush"),
    };
    if (min..=FLUSH_INTERVAL_MAX).contains(&interval) {
        return Ok(());
    }
    let why = if interval < min { why } else { "what a stopped server loses must stay bearable" };
    wrong("flush_interval", format!("{interval:?} is not within {shown} and 1h: {why}"))
}

fn waiting(store: &Store) -> Checked {
    let Store { write_after, cache_max_points, journal_sync, journal_max_bytes, .. } = store;
    if *write_after > WRITE_AFTER_MAX {
        return wrong("store.write_after", format!("{write_after:?} is above 1h"));
    }
    if !CACHE_POINTS_RANGE.contains(cache_max_points) {
        let (least, most) = CACHE_POINTS_RANGE.into_inner();
        let message = format!("{cache_max_points} is not within {least} and {most}");
        return wrong("store.cache_max_points", message);
    }
    if !JOURNAL_SYNC_RANGE.contains(journal_sync) {
        let message = format!("{journal_sync:?} is not within 10ms and 60s");
        return wrong("store.journal_sync", message);
    }
    if !JOURNAL_BYTES_RANGE.contains(journal_max_bytes) {
        let (least, most) = JOURNAL_BYTES_RANGE.into_inner();
        let message = format!("{journal_max_bytes} is not within {least} and {most}");
        return wrong("store.journal_max_bytes", message);
    }
    Ok(())
}

fn timers(config: &Config) -> Checked {
    at_most("percent_threshold", config.percent_threshold.len(), PERCENT_THRESHOLDS_MAX)?;
    if let Some(threshold) = config.percent_threshold.iter().find(|percent| !percent.is_finite()) {
        return wrong("percent_threshold", format!("{threshold} is not a percentage"));
    }
    let bounds = [
        ("timer_samples_exact", config.timer_samples_exact, TIMER_SAMPLES_MAX),
        ("set_members_exact", config.set_members_exact, SET_MEMBERS_MAX),
    ];
    for (key, exact, max) in bounds {
        if !(1..=max).contains(&exact) {
            return wrong(key, format!("{exact} is not within 1 and {max}"));
        }
    }
    at_most("histogram", config.histogram.len(), HISTOGRAMS_MAX)?;
    for histogram in &config.histogram {
        at_most("histogram", histogram.bins.len(), HISTOGRAM_BINS_MAX)?;
        if histogram.bins.iter().any(|bin| bin.is_nan() || *bin == f64::NEG_INFINITY) {
            return wrong("histogram", "a bin's bound is a number or `inf`");
        }
    }
    Ok(())
}

/// What becomes part of every line that is sent must not be able to end one.
fn names(config: &Config) -> Checked {
    let graphite = &config.graphite;
    let parts = [
        ("prefix_stats", config.prefix_stats.as_str()),
        ("graphite.global_prefix", &graphite.global_prefix),
        ("graphite.prefix_counter", &graphite.prefix_counter),
        ("graphite.prefix_timer", &graphite.prefix_timer),
        ("graphite.prefix_gauge", &graphite.prefix_gauge),
        ("graphite.prefix_set", &graphite.prefix_set),
        ("graphite.global_suffix", graphite.global_suffix.as_deref().unwrap_or_default()),
    ];
    for (key, part) in parts {
        if part.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return wrong(key, format!("{part:?} has white space, which ends a name"));
        }
    }
    Ok(())
}

fn outputs(config: &Config) -> Checked {
    if let Some(host) = config.graphite.host.as_ref().filter(|host| !is_host(host)) {
        return wrong("graphite.host", format!("{host:?} is not a host's name or address"));
    }
    if config.graphite.port == Some(0) {
        return wrong("graphite.port", "0 is nobody's port");
    }
    wait("graphite.connect_timeout", config.graphite.connect_timeout)?;
    wait("graphite.write_timeout", config.graphite.write_timeout)?;
    if config.graphite.replay > OUTPUT_WAIT_MAX {
        return wrong("graphite.replay", format!("{:?} is above 1h", config.graphite.replay));
    }
    let spool_bytes = config.graphite.spool_max_bytes;
    if !(1..=SPOOL_BYTES_MAX).contains(&spool_bytes) {
        let message = format!("{spool_bytes} is not within 1 and {SPOOL_BYTES_MAX}");
        return wrong("graphite.spool_max_bytes", message);
    }
    at_most("repeater.to", config.repeater.to.len(), REPEATER_TARGETS_MAX)?;
    for target in &config.repeater.to {
        if !is_address(target) || target.ends_with(":0") {
            return wrong("repeater.to", format!("{target:?} is not `host:port`"));
        }
    }
    command(&config.exec.command)?;
    wait("exec.deadline", config.exec.deadline)
}

fn http_outputs(outputs: &[HttpOutput]) -> Checked {
    at_most("http_output", outputs.len(), HTTP_OUTPUTS_MAX)?;
    for (at, output) in outputs.iter().enumerate() {
        let HttpOutput { name, url, headers, connect_timeout, timeout, spool_max_bytes, .. } =
            output;
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c);
        if name.is_empty() || name.len() > 32 || !name.chars().all(is_plain) {
            let message = format!("{name:?} is not 1 to 32 of a-z, 0-9, _ and -");
            return wrong("http_output.name", message);
        }
        if outputs[..at].iter().any(|other| other.name == *name) || TAKEN_NAMES.contains(&&**name) {
            return wrong("http_output.name", format!("{name:?} is another output's"));
        }
        if let Err(error) = HttpUrl::read(url) {
            return wrong("http_output.url", format!("{url:?}: {error}"));
        }
        at_most("http_output.headers", headers.len(), HTTP_OUTPUT_HEADERS_MAX)?;
        for (header, value) in headers {
            let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
            if header.is_empty() || !header.chars().all(is_token) {
                return wrong("http_output.headers", format!("{header:?} is no header's name"));
            }
            if OWN_HEADERS.iter().any(|own| header.eq_ignore_ascii_case(own)) {
                return wrong(
                    "http_output.headers",
                    format!("{header} is set by the server itself"),
                );
            }
            if value.contains(|c: char| c.is_control()) {
                let message = format!("the value of {header} has a control character");
                return wrong("http_output.headers", message);
            }
        }
        wait("http_output.connect_timeout", *connect_timeout)?;
        wait("http_output.timeout", *timeout)?;
        if !(1..=SPOOL_BYTES_MAX).contains(spool_max_bytes) {
            let message = format!("{spool_max_bytes} is not within 1 and {SPOOL_BYTES_MAX}");
            return wrong("http_output.spool_max_bytes", message);
        }
    }
    Ok(())
}

/// What other outputs are called in `/status`.
const TAKEN_NAMES: [&str; 6] = ["graphite", "store", "live", "console", "dump", "exec"];

/// What every request says already.
const OWN_HEADERS: [&str; 4] = ["host", "content-length", "connection", "transfer-encoding"];

fn relay(relay: &Relay) -> Checked {
    at_most("relay.nodes", relay.nodes.len(), RELAY_NODES_MAX)?;
    for (at, node) in relay.nodes.iter().enumerate() {
        let RelayNode { host, port, adminport } = node;
        if !is_host(host) {
            return wrong("relay.nodes", format!("{host:?} is not a host's name or address"));
        }
        if *port == 0 || *adminport == 0 {
            return wrong("relay.nodes", format!("{host} has port 0, which is nobody's"));
        }
        let is_same = |other: &RelayNode| other.host == *host && other.port == *port;
        if relay.nodes[..at].iter().any(is_same) {
            return wrong("relay.nodes", format!("{host}:{port} stands there twice"));
        }
    }
    wait("relay.check_interval", relay.check_interval)
}

fn store(config: &Config) -> Checked {
    let store = &config.store;
    at_most("schema", config.schema.len(), SCHEMA_RULES_MAX)?;
    at_most("aggregation", config.aggregation.len(), SCHEMA_RULES_MAX)?;
    let rates = [
        ("store.migrations_per_second", store.migrations_per_second, MIGRATIONS_PER_SECOND_MAX),
        ("store.looks_per_second", store.looks_per_second, UPKEEP_LOOKS_PER_SECOND_MAX),
    ];
    for (key, rate, max) in rates {
        if !(1..=max).contains(&rate) {
            return wrong(key, format!("{rate} is not within 1 and {max}"));
        }
    }
    let of_rules = config.schema.iter().map(|rule| ("schema.delete_after", rule.delete_after));
    for (key, after) in of_rules.chain([("store.delete_after", store.delete_after)]) {
        if let Some(after) = after.filter(|after| *after < DELETE_AFTER_MIN) {
            let message = format!("{after:?} is less than an hour: points wait in memory so long");
            return wrong(key, message);
        }
    }
    Ok(())
}

fn carbon_rules(config: &Config) -> Checked {
    let day = Duration::from_secs(u64::from(AGGREGATION_SECONDS_MAX));
    let is_time = |time: Duration| (Duration::from_secs(1)..=day).contains(&time);
    let rules = &config.carbon_rules;
    if rules.intervals > AGGREGATION_INTERVALS_KNOWN_MAX {
        let message = format!("{} is above {AGGREGATION_INTERVALS_KNOWN_MAX}", rules.intervals);
        return wrong("carbon_rules.intervals", message);
    }
    if let Some(time) = rules.write_back.filter(|time| !is_time(*time)) {
        return wrong("carbon_rules.write_back", format!("{time:?} is not within 1s and 1d"));
    }
    let metrics = &config.carbon_metrics;
    if !metrics.interval.is_zero() && !is_time(metrics.interval) {
        let message = format!("{:?} is neither 0s nor within 1s and 1d", metrics.interval);
        return wrong("carbon_metrics.interval", message);
    }
    let parts = [
        ("carbon_metrics.prefix", &metrics.prefix, false),
        ("carbon_metrics.instance", &metrics.instance, true),
    ];
    for (key, part, may_be_empty) in parts {
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "/;".contains(c);
        if part.contains(is_odd) || (part.is_empty() && !may_be_empty) {
            return wrong(key, format!("{part:?} is no part of a name"));
        }
    }
    Ok(())
}

fn is_host(host: &str) -> bool {
    let is_ip6 = host.parse::<std::net::Ipv6Addr>().is_ok();
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || (c == ':' && !is_ip6);
    !host.is_empty() && !host.contains(is_odd)
}

fn command(words: &[String]) -> Checked {
    at_most("exec.command", words.len(), EXEC_WORDS_MAX)?;
    if words.first().is_some_and(String::is_empty) {
        return wrong("exec.command", "it names no program");
    }
    if words.iter().any(|word| word.contains('\0')) {
        return wrong("exec.command", "no program takes a word with a zero byte");
    }
    Ok(())
}

fn wait(key: &'static str, time: Duration) -> Checked {
    if (OUTPUT_WAIT_MIN..=OUTPUT_WAIT_MAX).contains(&time) {
        return Ok(());
    }
    wrong(key, format!("{time:?} is not within 1ms and 1h"))
}

fn unix_path(path: &Path) -> Checked {
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.is_empty() || bytes.len() > UNIX_PATH_MAX_BYTES || bytes.contains(&0) {
        let message = format!(
            "\"{}\" is not the path of a socket: 1 to {UNIX_PATH_MAX_BYTES} bytes",
            path.display()
        );
        return wrong("statsd", message);
    }
    Ok(())
}

fn at_most(key: &'static str, there_are: usize, max: usize) -> Checked {
    if there_are > max {
        return wrong(key, format!("{there_are} are more than {max}"));
    }
    Ok(())
}
