//! The newest events and service checks of some time. Pure.

use std::collections::{BTreeMap, VecDeque};

use statsd_client::protocol::{EventLine, ServiceCheckLine};

use crate::limits::{
    EVENTS_HELD_MAX_BYTES, EVENTS_MAX, SERVICE_CHECK_KEY_MAX_BYTES,
    SERVICE_CHECK_MESSAGE_MAX_BYTES, SERVICE_CHECKS_MAX,
};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// Its number in the log, from 1 on; 0 before it is there.
    pub id: u64,
    /// Its title.
    pub what: String,
    /// Its text.
    pub data: String,
    /// Unix seconds; in the log always there.
    pub when: Option<i64>,
    /// Its own, then `host:`, `aggregation_key:`, `priority:`, `source_type:` and `alert_type:`, where
    /// it has these. None has a blank.
    pub tags: Vec<String>,
}

/// What is known of something's health.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceCheck {
    /// What was checked.
    pub name: String,
    /// 0 ok, 1 warning, 2 critical, 3 unknown.
    pub status: u8,
    /// Why; cut at `SERVICE_CHECK_MESSAGE_MAX_BYTES`.
    pub message: String,
    /// Where; empty where it does not say.
    pub host: String,
    /// Unix seconds; in the log always there.
    pub when: Option<i64>,
    /// As in an [`Event`].
    pub tags: Vec<String>,
}

impl Event {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.what.len() + self.data.len() + tags_bytes(&self.tags)
    }
}

impl From<&EventLine<'_>> for Event {
    fn from(line: &EventLine<'_>) -> Self {
        let mut list = tags(line.tags);
        for (name, value) in [
            ("host", line.hostname),
            ("aggregation_key", line.aggregation_key),
            ("priority", line.priority),
            ("source_type", line.source_type),
            ("alert_type", line.alert_type),
        ] {
            list.extend(value.map(|value| format!("{name}:{}", tag(value))));
        }
        Self {
            id: 0,
            what: prose(line.title),
            data: prose(line.text),
            when: line.timestamp.and_then(|seconds| seconds.try_into().ok()),
            tags: list,
        }
    }
}

impl From<&ServiceCheckLine<'_>> for ServiceCheck {
    fn from(line: &ServiceCheckLine<'_>) -> Self {
        let mut message = prose(line.message.unwrap_or_default()).replace("m\\:", "m:");
        cut(&mut message, SERVICE_CHECK_MESSAGE_MAX_BYTES);
        Self {
            name: String::from_utf8_lossy(line.name).into_owned(),
            status: line.status,
            message,
            host: line.hostname.map(tag).unwrap_or_default(),
            when: line.timestamp.and_then(|seconds| seconds.try_into().ok()),
            tags: tags(line.tags),
        }
    }
}

/// The newest events, and of every service check the newest result. What is too much makes the oldest
/// leave, and is counted.
#[derive(Debug, Default)]
pub struct Notices {
    events: VecDeque<Event>,
    events_bytes: usize,
    /// By name, tags and host, with the number of its arrival.
    checks: BTreeMap<String, (u64, ServiceCheck)>,
    arrived: u64,
    /// Events that left to make room since this was last asked.
    pub events_forgotten: u64,
    /// Service checks that did, or that were not kept because their name and tags are too long.
    pub checks_forgotten: u64,
}

impl Notices {
    /// Takes an event as the newest.
    pub fn add_event(&mut self, event: Event) {
        self.events_bytes += event.bytes();
        self.events.push_back(event);
        while self.events.len() > EVENTS_MAX || self.events_bytes > EVENTS_HELD_MAX_BYTES {
            let Some(oldest) = self.events.pop_front() else { break };
            self.events_bytes -= oldest.bytes();
            self.events_forgotten += 1;
        }
    }

    /// Takes the newest result of a service check in the place of an older one.
    pub fn add_check(&mut self, check: ServiceCheck) {
        let key = format!("{}\n{}\n{}", check.name, check.host, check.tags.join(","));
        if key.len() > SERVICE_CHECK_KEY_MAX_BYTES {
            self.checks_forgotten += 1;
            return;
        }
        self.arrived += 1;
        self.checks.insert(key, (self.arrived, check));
        if self.checks.len() > SERVICE_CHECKS_MAX {
            let oldest = self.checks.iter().min_by_key(|(_, (arrived, _))| *arrived);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                self.checks.remove(&oldest);
                self.checks_forgotten += 1;
            }
        }
    }

    /// Takes over what is newer, in its order.
    pub fn append(&mut self, newer: Self) {
        for event in newer.events {
            self.add_event(event);
        }
        let mut checks: Vec<_> = newer.checks.into_values().collect();
        checks.sort_unstable_by_key(|(arrived, _)| *arrived);
        for (_, check) in checks {
            self.add_check(check);
        }
        self.events_forgotten += newer.events_forgotten;
        self.checks_forgotten += newer.checks_forgotten;
    }

    /// Gives all of it a time, where it has none, and events numbers from `id` on; yields the next one.
    pub(super) fn stamp(&mut self, mut id: u64, now: i64) -> u64 {
        for event in &mut self.events {
            event.id = id;
            event.when.get_or_insert(now);
            id += 1;
        }
        for (_, check) in self.checks.values_mut() {
            check.when.get_or_insert(now);
        }
        id
    }

    /// The events, the oldest arrival first.
    pub fn events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter()
    }

    /// The service checks, by name.
    pub fn checks(&self) -> impl Iterator<Item = &ServiceCheck> {
        self.checks.values().map(|(_, check)| check)
    }
}

/// A text in which line breaks were written as `\n`.
fn prose(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace("\\n", "\n")
}

/// Never inside of a character.
fn cut(text: &mut String, max_bytes: usize) {
    let mut end = text.len().min(max_bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
}

fn tags(list: Option<&[u8]>) -> Vec<String> {
    let tags = list.unwrap_or_default().split(|&byte| byte == b',');
    tags.filter(|tag| !tag.is_empty()).map(tag).collect()
}

/// Blanks separate tags where they are asked for.
fn tag(text: &[u8]) -> String {
    String::from_utf8_lossy(text).replace(char::is_whitespace, "_")
}

fn tags_bytes(tags: &[String]) -> usize {
    tags.iter().map(|tag| size_of::<String>() + tag.len()).sum()
}

#[cfg(test)]
mod tests;
