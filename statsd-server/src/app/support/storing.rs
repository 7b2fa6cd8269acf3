//! What this version does of the settings of carbon's doors and of the store.

use super::super::carbon::opens_doors;
use super::List;
use super::Support::{Done, NoEffect};
use crate::config::{Config, Upkeep};

impl List {
    /// Carbon's, of which none is open where its points would go nowhere.
    pub(super) fn doors(&mut self, config: &Config) {
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

    /// What series' files look like, and what becomes of them.
    pub(super) fn files(&mut self, config: &Config) {
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
    pub(super) fn rules(&mut self, config: &Config) {
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
    pub(super) fn store(&mut self, config: &Config) {
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
}
