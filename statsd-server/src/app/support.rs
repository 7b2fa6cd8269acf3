//! What a configuration asks for, part by part, and whether this version does it: for `check`, and for
//! the log at the start.

use std::fmt;

use super::carbon::opens_doors;
use crate::config::{Config, FlushAlign, Health, HttpOutput, LogBackend, Output, Upkeep};
use crate::limits::{LOGGED_LINES_MAX, SPOOL_MEMORY_BYTES};

/// One thing that a configuration asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The key or section that asks for it.
    pub key: &'static str,
    /// What it comes to, in words.
    pub what: String,
    /// Whether it is done.
    pub support: Support,
}

/// Whether this version does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Support {
    /// Yes.
    Done,
    /// Not yet: it has no effect.
    Missing,
    /// It has no effect, and is not to have one.
    NoEffect,
}

impl fmt::Display for Support {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "",
            Self::Missing => "not in this version: no effect",
            Self::NoEffect => "no effect",
        })
    }
}

/// Everything that `config` asks for.
///
/// ```
/// use statsd_server::app::{Support, parts};
/// use statsd_server::config::Config;
///
/// let config = Config::parse("[repeater]\nto = ['127.0.0.1:9125']")?;
/// let repeater = parts(&config).into_iter().find(|part| part.key == "repeater").unwrap();
/// assert_eq!(repeater.what, "every packet to 127.0.0.1:9125");
/// assert_eq!(repeater.support, Support::Done);
/// # Ok::<(), statsd_server::config::ConfigError>(())
/// ```
pub fn parts(config: &Config) -> Vec<Part> {
    let mut list = List { parts: Vec::new(), default: Config::default() };
    list.listeners(config);
    if config.is_relay() {
        list.relay(config);
    } else {
        list.data(config);
        list.files(config);
        list.rules(config);
        list.numbers(config);
        list.outputs(config);
    }
    list.process(config);
    list.parts
}

struct List {
    parts: Vec<Part>,
    default: Config,
}

use Support::{Done, NoEffect};

impl List {
    fn add(&mut self, key: &'static str, support: Support, what: impl fmt::Display) {
        self.parts.push(Part { key, what: what.to_string(), support });
    }

    fn listeners(&mut self, config: &Config) {
        for listen in &config.statsd {
            self.add("statsd", Done, listen);
        }
        if config.statsd_sockets != self.default.statsd_sockets {
            let what = format_args!("{} a UDP address", config.statsd_sockets);
            self.add("statsd_sockets", Done, what);
        }
        if config.statsd.is_empty() {
            self.add("statsd", Done, "off");
        }
        if config.dialect != self.default.dialect {
            let what = format_args!("packets are read as {}", config.dialect);
            self.add("dialect", Done, what);
        }
        self.doors(config);
        self.add("http", Done, &config.http);
        self.add("admin", Done, &config.admin);
    }

    /// Carbon's, of which none is open where its points would go nowhere.
    fn doors(&mut self, config: &Config) {
        let carbon = &config.carbon;
        let support = if config.data.is_none() || config.is_relay() { NoEffect } else { Done };
        let doors = [
            ("carbon", &carbon.address, "lines over TCP"),
            ("pickle", &config.pickle, "pickles over TCP"),
            ("carbon.protobuf", &carbon.protobuf, "protobuf frames over TCP"),
            ("carbon.query", &carbon.query, "questions for points that wait to be written"),
        ];
        let mut is_open = false;
        for (key, listen, what) in doors {
            if let Some(address) = listen.address() {
                is_open = true;
                self.add(key, support, format_args!("{what} to {address}"));
            }
        }
        if carbon.udp {
            self.add("carbon.udp", support, "lines over UDP to the same port");
        }
        if !is_open {
            self.add("carbon", Done, "off");
        } else if support == Done {
            let idle = carbon.idle_timeout;
            if idle.is_zero() {
                self.add("carbon.idle_timeout", Done, "for ever");
            } else if idle != self.default.carbon.idle_timeout {
                self.add("carbon.idle_timeout", Done, format_args!("{idle:?}"));
            }
            if carbon.frame_max_bytes != self.default.carbon.frame_max_bytes {
                let what = format_args!("{} bytes", carbon.frame_max_bytes);
                self.add("carbon.frame_max_bytes", Done, what);
            }
        }
    }

    /// In the place of everything that adds up and keeps.
    fn relay(&mut self, config: &Config) {
        for node in &config.relay.nodes {
            let (host, port, adminport) = (&node.host, node.port, node.adminport);
            let what = format_args!(
                "lines of its names to {host}:{port}, whose console is on {adminport}"
            );
            self.add("relay.nodes", Done, what);
        }
        let what = format_args!("every {:?}", config.relay.check_interval);
        self.add("relay.check_interval", Done, what);
        for (key, is_set) in [
            ("graphite", config.graphite.host.is_some()),
            ("repeater", !config.repeater.to.is_empty()),
            ("exec", !config.exec.command.is_empty()),
            ("http_output", !config.http_output.is_empty()),
            ("histogram", !config.histogram.is_empty()),
        ] {
            if is_set {
                self.add(key, NoEffect, "a relay adds nothing up and flushes nothing");
            }
        }
    }

    fn data(&mut self, config: &Config) {
        match &config.data {
            Some(folder) => self.add("data", Done, folder.display()),
            None => self.add("data", Done, "off"),
        }
        if config.data.is_some() {
            self.store(config);
        }
        match config.state_file() {
            Some(file) => self.add("state", Done, file.display()),
            None => self.add("state", Done, "off: gauges and names are forgotten at the end"),
        }
    }

    /// What series' files look like, and what becomes of them.
    fn files(&mut self, config: &Config) {
        let store = &config.store;
        if config.data.is_none() {
            let rules = !config.schema.is_empty() || !config.aggregation.is_empty();
            if rules || *store != self.default.store {
                self.add("store", NoEffect, "nothing is stored");
            }
            return;
        }
        for schema in &config.schema {
            let (pattern, retentions) = (&schema.pattern, &schema.retentions);
            self.add("schema", Done, format_args!("{pattern} is kept at {retentions}"));
        }
        for rule in &config.aggregation {
            let method =
                rule.method.map_or("by the name".to_owned(), |method| method.0.to_string());
            self.add("aggregation", Done, format_args!("{} is aggregated: {method}", rule.pattern));
        }
        for (key, file) in
            [("store.schemas", &store.schemas), ("store.aggregation", &store.aggregation)]
        {
            if let Some(file) = file {
                self.add(key, Done, file.display());
            }
        }
        self.upkeep(config);
    }

    /// What is done to files that exist.
    fn upkeep(&mut self, config: &Config) {
        let store = &config.store;
        let has_rules = !config.schema.is_empty()
            || !config.aggregation.is_empty()
            || store.schemas.is_some()
            || store.aggregation.is_some();
        if has_rules {
            let what = match store.migrate {
                Upkeep::Off => "files that are not as the rules say stay as they are".to_owned(),
                Upkeep::DryRun => "files that are not as the rules say are counted".to_owned(),
                Upkeep::On => format!(
                    "files that are not as the rules say are migrated, {} a second at most",
                    store.migrations_per_second
                ),
            };
            self.add("store.migrate", Done, what);
        }
        let of_rule = config.schema.iter().find_map(|schema| schema.delete_after);
        if let Some(after) = store.delete_after.or(of_rule) {
            let done = match store.expire {
                Upkeep::Off => "nothing is done to series that are not written",
                Upkeep::DryRun => "are counted",
                Upkeep::On => "go to the trash",
            };
            let what = if store.expire == Upkeep::Off {
                done.to_owned()
            } else {
                format!("series not written for {after:?}, or as their rule says, {done}")
            };
            self.add("store.delete_after", Done, what);
        }
        if store.trash_after != self.default.store.trash_after {
            let what = format_args!("deleted files are kept for {:?}", store.trash_after);
            self.add("store.trash_after", Done, what);
        }
        if store.delete_over_http {
            self.add("store.delete_over_http", Done, "whoever reaches `http` may delete series");
        }
    }

    /// What becomes of points that arrive as points.
    fn rules(&mut self, config: &Config) {
        let rules = &config.carbon_rules;
        let support = if opens_doors(config) { Done } else { NoEffect };
        for (key, file, what) in [
            ("carbon_rules.blacklist", &rules.blacklist, "names that are left out"),
            ("carbon_rules.whitelist", &rules.whitelist, "names that are taken, and no others"),
            ("carbon_rules.rewrite", &rules.rewrite, "what names are called"),
            ("carbon_rules.aggregation", &rules.aggregation, "what is made of several names"),
        ] {
            if let Some(file) = file {
                self.add(key, support, format_args!("{what}, by {}", file.display()));
            }
        }
        if rules.aggregation.is_some() {
            if rules.intervals != self.default.carbon_rules.intervals {
                let what = format_args!("{} are known behind the one at hand", rules.intervals);
                self.add("carbon_rules.intervals", support, what);
            }
            if let Some(often) = rules.write_back {
                let what = format_args!("aggregates are told every {often:?} at least");
                self.add("carbon_rules.write_back", support, what);
            }
            if !rules.forward_all {
                let what = "points go on only as what is made of them";
                self.add("carbon_rules.forward_all", support, what);
            }
        }
        let metrics = &config.carbon_metrics;
        if metrics.interval.is_zero() {
            self.add("carbon_metrics", support, "off");
        } else if *metrics != self.default.carbon_metrics {
            let (prefix, instance) = (&metrics.prefix, &metrics.instance);
            let what = format_args!("{prefix}.agents.HOST-{instance} every {:?}", metrics.interval);
            self.add("carbon_metrics", support, what);
        }
    }

    /// What becomes `store::StoreOptions`.
    fn store(&mut self, config: &Config) {
        let set = &config.store;
        let what = format_args!("points wait up to {:?} to be written together", set.write_after);
        self.add("store.write_after", Done, what);
        if set.cache_max_points != self.default.store.cache_max_points {
            let what = format_args!("{} points", set.cache_max_points);
            self.add("store.cache_max_points", Done, what);
        }
        if set.journal {
            let (sync, bytes) = (set.journal_sync, set.journal_max_bytes);
            let what = format_args!("synced every {sync:?}, at most {bytes} bytes");
            self.add("store.journal", Done, what);
        } else {
            self.add("store.journal", Done, "off: points that wait are lost by a crash");
        }
    }

    /// What becomes `aggregate::Options`.
    fn numbers(&mut self, config: &Config) {
        self.add("flush_interval", Done, format_args!("{:?}", config.flush_interval));
        if config.flush_align == FlushAlign::WallClock {
            self.add("flush_align", Done, "at multiples of the flush interval since the epoch");
        }
        self.add("percent_threshold", Done, joined(&config.percent_threshold));
        if config.timer_samples_exact != self.default.timer_samples_exact {
            let what = format_args!("{}, then a sketch", config.timer_samples_exact);
            self.add("timer_samples_exact", Done, what);
        }
        if config.set_members_exact != self.default.set_members_exact {
            let what = format_args!("{}, then an estimate", config.set_members_exact);
            self.add("set_members_exact", Done, what);
        }
        self.add("prefix_stats", Done, format_args!("{:?}", config.prefix_stats));
        let own = [
            ("counters", config.delete_counters),
            ("timers", config.delete_timers),
            ("sets", config.delete_sets),
            ("gauges", config.delete_gauges),
        ];
        let is_deleted = |own: &Option<bool>| own.unwrap_or(config.delete_idle_stats);
        let deleted: Vec<_> =
            own.iter().filter(|(_, own)| is_deleted(own)).map(|(kind, _)| *kind).collect();
        if !deleted.is_empty() {
            self.add("delete_idle_stats", Done, deleted.join(", "));
        }
        if config.gauges_max_ttl != self.default.gauges_max_ttl && deleted.contains(&"gauges") {
            self.add("gauges_max_ttl", Done, format_args!("{} flushes", config.gauges_max_ttl));
        }
        let ttl = &config.ttl;
        for (key, ttl) in [
            ("ttl.counters", ttl.counters),
            ("ttl.timers", ttl.timers),
            ("ttl.sets", ttl.sets),
            ("ttl.gauges", ttl.gauges),
        ] {
            if let Some(ttl) = ttl {
                self.add(key, Done, format_args!("forgotten after {ttl:?} of silence"));
            }
        }
        if let Some(metrics) = &config.calculated_timer_metrics {
            self.add("calculated_timer_metrics", Done, metrics.join(", "));
        }
        for histogram in &config.histogram {
            let (metric, bins) = (&histogram.metric, joined(&histogram.bins));
            let bins = if bins.is_empty() { "no bins".to_owned() } else { format!("at {bins}") };
            self.add("histogram", Done, format_args!("{metric:?} {bins}"));
        }
        if !config.key_name_sanitize {
            self.add("key_name_sanitize", Done, "off");
        }
    }

    /// What becomes backends, and their `NamingOptions`.
    fn outputs(&mut self, config: &Config) {
        let graphite = &config.graphite;
        let names = if graphite.legacy_namespace { "etsy's old names" } else { "etsy's new names" };
        self.add("graphite", Done, names);
        if !graphite.flush_counts {
            self.add("graphite.flush_counts", Done, "off: carbon gets rates alone");
        }
        if let Some(address) = graphite.address().filter(|_| config.runs(Output::Graphite)) {
            let protocol = format!("{:?}", graphite.protocol).to_lowercase();
            self.add("graphite", Done, format_args!("every flush to {address} as {protocol}"));
            self.spool(config);
        }
        if config.runs(Output::Repeater) {
            let to = config.repeater.to.join(", ");
            self.add("repeater", Done, format_args!("every packet to {to}"));
        }
        if config.runs(Output::Console) {
            let what = "every flush to standard output, as etsy's console prints it";
            self.add("backends", Done, what);
        }
        if config.runs(Output::Exec) {
            let command = config.exec.command.join(" ");
            self.add("exec", Done, format_args!("every flush to the command {command}"));
        }
        for output in config.http_output.iter().filter(|_| config.runs(Output::Http)) {
            let HttpOutput { name, url, .. } = output;
            let format = format!("{:?}", output.format).to_lowercase();
            let what = format_args!("{name}: every flush as {format} lines to {url}");
            self.add("http_output", Done, what);
        }
        let outputs =
            [Output::Graphite, Output::Console, Output::Repeater, Output::Exec, Output::Http];
        if config.data.is_none() && !outputs.iter().any(|output| config.runs(*output)) {
            self.add(
                "backends",
                Done,
                "none: what is counted goes to the live page, if there is one",
            );
        }
        if config.console.summary && !config.runs(Output::Console) {
            self.add("console.summary", Done, "a line a flush");
        }
    }

    /// What becomes of flushes while carbon is away.
    fn spool(&mut self, config: &Config) {
        let bytes = config.graphite.spool_max_bytes;
        if let Some(folder) = config.graphite_spool() {
            let folder = folder.display();
            self.add("graphite.spool", Done, format_args!("{folder}, at most {bytes} bytes"));
        } else {
            let bytes = bytes.min(SPOOL_MEMORY_BYTES);
            let what = format_args!("in memory, at most {bytes} bytes, lost at the end");
            self.add("graphite.spool", Done, what);
        }
    }

    fn process(&mut self, config: &Config) {
        if let Some(interval) = config.key_flush.interval {
            let percent = config.key_flush.percent;
            let log = config.key_flush.log.as_ref();
            let to = log.map_or("standard output".into(), |path| path.to_string_lossy());
            let what = format_args!("the busiest {percent} % of names to {to} every {interval:?}");
            self.add("key_flush", if config.is_relay() { NoEffect } else { Done }, what);
        }
        if config.debug {
            self.add("debug", Done, "the log at its finest");
        }
        if config.dump_messages {
            let what = format_args!("every line to the log, {LOGGED_LINES_MAX} a second at most");
            self.add("dump_messages", if config.is_relay() { NoEffect } else { Done }, what);
        }
        if config.health_status == Health::Down {
            self.add("health_status", Done, "down");
        }
        if config.automatic_config_reload {
            self.add("automatic_config_reload", Done, "when the file changes, and on SIGHUP");
        } else {
            self.add("automatic_config_reload", Done, "on SIGHUP alone");
        }
        if let Some(title) = &config.title {
            self.add("title", NoEffect, format_args!("{title:?}; a process keeps its name here"));
        }
        if config.log != self.default.log {
            let to = match config.log.backend {
                LogBackend::Stdout => "the terminal",
                LogBackend::Syslog => "the system's log",
            };
            let what = format!("to {to}; the log goes to standard error, STATSD_LOG says how much");
            self.add("log", NoEffect, what);
        }
    }
}

fn joined(numbers: &[f64]) -> String {
    let texts: Vec<String> = numbers.iter().map(f64::to_string).collect();
    texts.join(", ")
}
