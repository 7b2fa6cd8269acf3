//! The configuration as etsy's console lists it: a line for each of etsy's keys.
//!
//! etsy's lists what stands in the file. Here a few keys are always listed, and others where they
//! are not etsy's defaults; what etsy's prints as `[object Object]` is told (`histogram > 0 > metric`).

use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use crate::config::{Config, Health, LogBackend, Output};
use crate::receiver::Listening;

/// Every key and its value. The addresses are those in use, with the ports that the system chose.
pub(super) fn list(
    config: &Config,
    listening: &[Listening],
    admin: Option<SocketAddr>,
) -> Vec<(String, String)> {
    let mut list = List::default();
    list.numbers(config);
    list.timers(config);
    list.servers(listening);
    list.admin(admin);
    list.backends(config);
    list.graphite(config);
    list.process(config);
    list.0
}

/// The same for a relay, by the keys of etsy's proxy.
pub(super) fn list_relay(
    config: &Config,
    listening: &[Listening],
    admin: Option<SocketAddr>,
) -> Vec<(String, String)> {
    let mut list = List::default();
    for (at, node) in config.relay.nodes.iter().enumerate() {
        list.add(format!("nodes > {at} > host"), &node.host);
        list.add(format!("nodes > {at} > port"), node.port);
        list.add(format!("nodes > {at} > adminport"), node.adminport);
    }
    list.servers(listening);
    list.admin(admin);
    list.add("checkInterval", milliseconds(config.relay.check_interval));
    list.process(config);
    list.0
}

#[derive(Default)]
struct List(Vec<(String, String)>);

impl List {
    fn add(&mut self, key: impl Into<String>, value: impl fmt::Display) {
        self.0.push((key.into(), value.to_string()));
    }

    fn add_some<T: fmt::Display>(&mut self, key: &str, value: Option<T>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }

    fn add_unless<T: fmt::Display + PartialEq>(&mut self, key: &str, value: T, default: &T) {
        if value != *default {
            self.add(key, value);
        }
    }

    fn add_each<T: fmt::Display>(&mut self, key: &str, values: impl IntoIterator<Item = T>) {
        for (at, value) in values.into_iter().enumerate() {
            self.add(format!("{key} > {at}"), value);
        }
    }

    fn numbers(&mut self, config: &Config) {
        self.add("flushInterval", milliseconds(config.flush_interval));
        self.add("prefixStats", &config.prefix_stats);
        self.add("deleteIdleStats", config.delete_idle_stats);
        self.add_some("deleteCounters", config.delete_counters);
        self.add_some("deleteTimers", config.delete_timers);
        self.add_some("deleteSets", config.delete_sets);
        self.add_some("deleteGauges", config.delete_gauges);
        self.add_unless("gaugesMaxTTL", config.gauges_max_ttl.get(), &1);
        self.add_unless("keyNameSanitize", config.key_name_sanitize, &true);
    }

    fn timers(&mut self, config: &Config) {
        self.add_each("percentThreshold", &config.percent_threshold);
        self.add_each("calculatedTimerMetrics", config.calculated_timer_metrics.iter().flatten());
        for (at, histogram) in config.histogram.iter().enumerate() {
            let key = format!("histogram > {at}");
            self.add(format!("{key} > metric"), &histogram.metric);
            self.add_each(&format!("{key} > bins"), &histogram.bins);
        }
    }

    /// etsy's has a server of one kind at an address, or a list of such; ours may have two kinds at one.
    fn servers(&mut self, listening: &[Listening]) {
        let address = |listening: &Listening| listening.udp().or(listening.tcp());
        if let Some(first) = listening.first().and_then(address)
            && listening.iter().all(|other| address(other) == Some(first))
        {
            self.add("address", first.ip());
            self.add("port", first.port());
            return;
        }
        for (at, listening) in listening.iter().enumerate() {
            let key = format!("servers > {at}");
            let (server, place) = match listening {
                Listening::Udp(address) => ("./servers/udp", Ok(address)),
                Listening::Tcp(address) => ("./servers/tcp", Ok(address)),
                Listening::UnixStream(path) => ("./servers/tcp", Err(path)),
                // etsy's has none.
                Listening::UnixDatagram(path) => ("unix_datagram", Err(path)),
            };
            self.add(format!("{key} > server"), server);
            match place {
                Ok(address) => {
                    self.add(format!("{key} > address"), address.ip());
                    self.add(format!("{key} > port"), address.port());
                }
                Err(path) => self.add(format!("{key} > socket"), path.display()),
            }
        }
    }

    fn admin(&mut self, admin: Option<SocketAddr>) {
        if let Some(admin) = admin {
            self.add("mgmt_address", admin.ip());
            self.add("mgmt_port", admin.port());
        }
    }

    fn backends(&mut self, config: &Config) {
        let known = [
            (Output::Graphite, "./backends/graphite"),
            (Output::Console, "./backends/console"),
            (Output::Repeater, "./backends/repeater"),
        ];
        let named = config.backends.as_ref();
        self.add_each(
            "backends",
            known
                .iter()
                .filter(|(output, _)| {
                    named.map_or_else(|| config.runs(*output), |named| named.contains(output))
                })
                .map(|(_, module)| module),
        );
        for (at, target) in config.repeater.to.iter().enumerate() {
            let (host, port) = target.rsplit_once(':').unwrap_or((target, ""));
            self.add(format!("repeater > {at} > host"), host.trim_matches(['[', ']']));
            self.add(format!("repeater > {at} > port"), port);
        }
        if !config.repeater.to.is_empty() {
            self.add("repeaterProtocol", lowercase(config.repeater.protocol));
        }
        self.add_unless("console > prettyprint", config.console.prettyprint, &false);
    }

    fn graphite(&mut self, config: &Config) {
        let (graphite, default) = (&config.graphite, Config::default().graphite);
        if let Some(host) = &graphite.host {
            self.add("graphiteHost", host);
            self.add_some("graphitePort", graphite.port);
            self.add("graphiteProtocol", lowercase(graphite.protocol));
        }
        self.add_unless("graphite > legacyNamespace", graphite.legacy_namespace, &true);
        for (key, text, default) in [
            ("globalPrefix", &graphite.global_prefix, &default.global_prefix),
            ("prefixCounter", &graphite.prefix_counter, &default.prefix_counter),
            ("prefixTimer", &graphite.prefix_timer, &default.prefix_timer),
            ("prefixGauge", &graphite.prefix_gauge, &default.prefix_gauge),
            ("prefixSet", &graphite.prefix_set, &default.prefix_set),
        ] {
            self.add_unless(&format!("graphite > {key}"), text, &default);
        }
        self.add_some("graphite > globalSuffix", graphite.global_suffix.as_ref());
        self.add_unless("flush_counts", graphite.flush_counts, &true);
    }

    fn process(&mut self, config: &Config) {
        if let Some(interval) = config.key_flush.interval {
            self.add("keyFlush > interval", milliseconds(interval));
            self.add("keyFlush > percent", config.key_flush.percent);
            let log = config.key_flush.log.as_deref();
            self.add_some("keyFlush > log", log.map(Path::display));
        }
        self.add_unless("debug", config.debug, &false);
        self.add_unless("dumpMessages", config.dump_messages, &false);
        if config.health_status == Health::Down {
            self.add("healthStatus", "down");
        }
        self.add_unless("automaticConfigReload", config.automatic_config_reload, &true);
        self.add_some("title", config.title.as_ref());
        if config.log.backend == LogBackend::Syslog {
            self.add("log > backend", "syslog");
            self.add("log > application", &config.log.application);
            self.add("log > level", &config.log.level);
        }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e6
}

/// etsy's word for one of the choices, which are called alike.
fn lowercase(choice: impl fmt::Debug) -> String {
    format!("{choice:?}").to_lowercase()
}

#[cfg(test)]
mod tests;
