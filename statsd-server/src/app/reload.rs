//! A running server is told a new configuration.

use std::sync::Arc;

use crate::admin::{Admin, Shown};
use crate::backend::Lane;
use crate::config::{Config, Health, Output, StorageRules};
use crate::flush::{Change, LaneChange};
use crate::http::HttpState;
use crate::receiver::Listening;

use super::outputs::SharedOut;
use super::{Addresses, App, AppError, aggregation, align, cannot, etsys_config, outputs, schemas};

/// What changes in a running server, by key or section. Everything else needs a restart.
const CHANGES: [&str; 24] = [
    "aggregation",
    "automatic_config_reload",
    "backends",
    "calculated_timer_metrics",
    "console",
    "debug",
    "delete_counters",
    "delete_gauges",
    "delete_idle_stats",
    "delete_sets",
    "delete_timers",
    "exec",
    "flush_align",
    "flush_interval",
    "gauges_max_ttl",
    "graphite",
    "health_status",
    "histogram",
    "http_output",
    "key_name_sanitize",
    "percent_threshold",
    "prefix_stats",
    "schema",
    "ttl",
];

/// Of `[store]`, and of what else changes key by key, those that change.
const CHANGING_KEYS: [&str; 9] = [
    "store.aggregation",
    "store.delete_after",
    "store.expire",
    "store.looks_per_second",
    "store.migrate",
    "store.migrations_per_second",
    "store.schemas",
    "store.trash_after",
    "store.write_after",
];

/// What has no effect at any time, so that nobody needs to be told.
const WITHOUT_EFFECT: [&str; 2] = ["log", "title"];

fn may_change(key: &str) -> bool {
    CHANGES.contains(&key) || CHANGING_KEYS.contains(&key)
}

/// Tells the running server a new configuration; made by [`App::reloader`].
#[derive(Debug)]
pub struct Reloader {
    /// What the server runs with.
    config: Config,
    /// The rules for series' files, those of carbon's files among them.
    rules: StorageRules,
    state: HttpState,
    admin: Arc<Admin>,
    out: Option<SharedOut>,
    listening: Vec<Listening>,
    addresses: Addresses,
    /// Whether names that were not cleaned may be known.
    has_raw_names: bool,
}

/// What became of a new configuration: keys, with their sections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reloaded {
    /// Those that hold now; the flush interval from the next flush on.
    pub changed: Vec<String>,
    /// Those that hold only after a restart.
    pub needs_restart: Vec<String>,
}

impl App {
    /// Whoever is to tell this server a new configuration while it runs.
    pub fn reloader(&self) -> Reloader {
        Reloader {
            config: self.config.clone(),
            // They were read before, or the server would not have started.
            rules: self.config.storage_rules().unwrap_or_default(),
            state: self.state.clone(),
            admin: Arc::clone(&self.console),
            out: self.out.clone(),
            listening: self.listening.clone(),
            addresses: self.addresses,
            has_raw_names: !self.config.key_name_sanitize,
        }
    }
}

impl Reloader {
    /// What the server runs with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Counts a configuration that was refused before it came here.
    pub fn count_refused(&self) {
        self.state.telemetry.reloads_refused.add(1);
    }

    /// Goes on with what can change in a running server; the rest is named in the answer. The open interval
    /// is not ended by it, and nothing of it is lost: outputs that are made anew take each flush that the
    /// ones before them did not. `None`: the server has ended.
    ///
    /// Names follow at once: `prefix_stats` takes the server's own metrics along, and a series of another
    /// name is another one.
    ///
    /// # Errors
    /// Together with what stays as it is, it makes no sense, or a thread cannot be started. Nothing has
    /// changed then.
    pub async fn reload(&mut self, next: &Config) -> Result<Option<Reloaded>, AppError> {
        let (config, keys) = self.config.take_from(next, may_change).map_err(AppError::Config)?;
        let mut reloaded = Reloaded::default();
        for (key, taken) in keys {
            if taken {
                reloaded.changed.push(key);
            } else if !WITHOUT_EFFECT.iter().any(|without| key.starts_with(without)) {
                reloaded.needs_restart.push(key);
            }
        }
        if config.runs(Output::Repeater) != self.config.runs(Output::Repeater) {
            reloaded.needs_restart.push("repeater".to_owned());
        }
        let rules = config.storage_rules().map_err(AppError::Config)?;
        // Of carbon's files the text may have changed where their names have not.
        let texts = [
            ("schema", "store.schemas", rules.schemas != self.rules.schemas),
            ("aggregation", "store.aggregation", rules.aggregations != self.rules.aggregations),
        ];
        for (key, file_key, has_changed) in texts {
            if has_changed && !reloaded.changed.iter().any(|it| it == key || it == file_key) {
                reloaded.changed.push(file_key.to_owned());
            }
        }
        if reloaded.changed.is_empty() {
            self.state.telemetry.reloads.add(1);
            return Ok(Some(reloaded));
        }
        let raw = self.has_raw_names || !config.key_name_sanitize;
        let change = Change {
            options: aggregation(&config),
            align: align(&config),
            sanitise: config.key_name_sanitize,
            lanes: self.lanes(&config, raw)?,
        };
        if self.admin.inquirer.change(change).await.is_none() {
            return Ok(None);
        }
        self.state.store.set_write_after(config.store.write_after);
        if config.health_status != self.config.health_status {
            self.admin.health.set(config.health_status == Health::Up);
        }
        if rules != self.rules || config.store != self.config.store {
            self.state.store.set_schemas(schemas::of_rules(&config, rules.clone()));
            self.state.store.set_upkeep(schemas::upkeep(&config));
        }
        self.rules = rules;
        self.admin.show(Shown {
            config: etsys_config::list(&config, &self.listening, self.addresses.admin),
            backends: outputs::facts(&config, &self.state),
        });
        self.config = config;
        self.has_raw_names = raw;
        // Who sees the count may rely on what it counts.
        self.state.telemetry.reloads.add(1);
        Ok(Some(reloaded))
    }

    /// Lanes that are made of the same settings stay.
    fn lanes(&self, config: &Config, raw: bool) -> Result<Vec<LaneChange>, AppError> {
        let out = self.out.as_ref();
        let former = outputs::plans(&self.config, self.has_raw_names, &self.state, out);
        let mut lanes = Vec::new();
        for plan in outputs::plans(config, raw, &self.state, out) {
            let name = plan.names[0];
            if former.iter().any(|old| old.names[0] == name && old.made_of == plan.made_of) {
                lanes.push(LaneChange::Keep(name));
                continue;
            }
            let telemetry = self.state.telemetry.clone();
            let lane = Lane::start_later(&plan.names, plan.make, telemetry);
            lanes.push(LaneChange::New(lane.map_err(cannot("start an output"))?));
        }
        // It is made of nothing that changes.
        lanes.push(LaneChange::Keep(super::kept::LANE));
        Ok(lanes)
    }
}
