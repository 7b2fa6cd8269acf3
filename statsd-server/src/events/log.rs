//! The newest events and service checks of the whole server.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::notices::{Event, Notices, ServiceCheck};

/// Keeps them for whoever asks. Clones are the same log.
///
/// ```
/// use statsd_server::events::{Event, EventLog, Notices, Wanted};
///
/// let mut notices = Notices::default();
/// notices.add_event(Event { what: "Deployed".into(), tags: vec!["env:prod".into()], ..Event::default() });
/// let log = EventLog::default();
/// log.add(notices, 1_340_000_000);
///
/// let wanted = Wanted { from: 1_339_999_000, until: 1_340_000_000, tags: vec!["env:prod"], any: false };
/// let found = log.find(&wanted);
/// assert_eq!((found[0].id, found[0].when, &*found[0].what), (1, Some(1_340_000_000), "Deployed"));
/// ```
#[derive(Debug, Clone, Default)]
pub struct EventLog(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    notices: Notices,
    /// Events that there ever were.
    events: u64,
}

/// Which events are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// The first second.
    pub from: i64,
    /// The last one.
    pub until: i64,
    /// Tags that they have; with none all are wanted.
    pub tags: Vec<&'a str>,
    /// Whether one of the tags is enough.
    pub any: bool,
}

impl Wanted<'_> {
    fn fits(&self, event: &Event) -> bool {
        let has = |tag: &&str| event.tags.iter().any(|own| own == tag);
        let is_tagged = match self.any {
            _ if self.tags.is_empty() => true,
            true => self.tags.iter().any(has),
            false => self.tags.iter().all(has),
        };
        is_tagged && event.when.is_some_and(|when| (self.from..=self.until).contains(&when))
    }
}

impl EventLog {
    /// Adds what an interval brought. What does not say when it happened has happened `now`. Yields
    /// how many events, and service checks, are no longer kept for that.
    pub fn add(&self, mut newer: Notices, now: i64) -> (u64, u64) {
        let mut kept = self.lock();
        kept.events = newer.stamp(kept.events + 1, now) - 1;
        let notices = &mut kept.notices;
        notices.append(newer);
        (
            std::mem::take(&mut notices.events_forgotten),
            std::mem::take(&mut notices.checks_forgotten),
        )
    }

    /// The events that are wanted, the oldest first.
    pub fn find(&self, wanted: &Wanted<'_>) -> Vec<Event> {
        let kept = self.lock();
        let mut found: Vec<_> =
            kept.notices.events().filter(|event| wanted.fits(event)).cloned().collect();
        drop(kept);
        found.sort_by_key(|event| event.when);
        found
    }

    /// The newest result of every service check, by name.
    pub fn checks(&self) -> Vec<ServiceCheck> {
        self.lock().notices.checks().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
