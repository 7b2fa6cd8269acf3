//! Calls whose line is rendered by the caller, because they are rare and nothing of them is added up:
//! events, service checks, and numbers with a time.

use crate::child::Child;
use crate::metric::{Defaults, Event, EventError, ServiceCheck};
use crate::pipeline::{Shared, Target, with_entry};
use crate::protocol::{MetricType, Number};

/// Whom such a call is for.
pub(crate) struct Addressee<'a, T> {
    pub(crate) target: &'a T,
    pub(crate) shared: &'a Shared,
    pub(crate) child: Option<&'a Child>,
}

impl<T: Target> Addressee<'_, T> {
    /// Records a number with its time.
    pub(crate) fn record_at(&self, kind: MetricType, name: &str, number: Number<'_>, time: u64) {
        let wording = &self.shared.registry.wording;
        let is_finite = !matches!(number, Number::Float(value) if !value.is_finite());
        let tags = self.child.map_or(&[][..], |child| &child.tags);
        let tags = tags.iter().map(|(key, value)| (&**key, &**value)).collect();
        let prefix = self.child.map_or("", |child| &child.prefix);
        with_entry(self.target, |entry| {
            if !wording.dialect.has_events() {
                entry.dropped().unsupported.add_one();
            } else if !is_finite {
                entry.dropped().not_finite.add_one();
            } else if name.is_empty() {
                entry.dropped().bad_name.add_one();
            } else if self.is_muted(&joined(prefix, name)) {
                entry.drop_muted();
            } else {
                let frame = wording.frame(kind, &joined(prefix, name), tags, 1.0);
                let mut line = Vec::new();
                frame.write_at(&mut line, number, time);
                entry.record_line(&line);
            }
        });
    }

    /// Records an event. It is switched off by its title, which no prefix stands before.
    pub(crate) fn record_event(&self, event: &Event) {
        let is_muted = self.shared.registry.mutes.has("", event.title());
        self.record_rendered(is_muted, |defaults, limit, out| event.render(defaults, limit, out));
    }

    /// Records a service check.
    pub(crate) fn record_check(&self, check: &ServiceCheck) {
        let prefix = self.child.map_or("", |child| &child.prefix);
        let is_muted = !check.name().is_empty() && self.is_muted(&joined(prefix, check.name()));
        self.record_rendered(is_muted, |defaults, limit, out| check.render(defaults, limit, out));
    }

    fn is_muted(&self, name: &str) -> bool {
        let registry = &self.shared.registry;
        registry.mutes.has(&registry.wording.prefix, name)
    }

    fn record_rendered(
        &self,
        is_muted: bool,
        render: impl FnOnce(&Defaults<'_>, usize, &mut Vec<u8>) -> Result<bool, EventError>,
    ) {
        let wording = &self.shared.registry.wording;
        let mut line = Vec::new();
        let has_events = wording.dialect.has_events();
        let rendered = (has_events && !is_muted).then(|| {
            let prefix = joined(&wording.prefix, self.child.map_or("", |child| &child.prefix));
            let own = self.child.map_or(&[][..], |child| &child.tags);
            // A child's tag overrides one of the client it came from.
            let is_own = |(tag, _): &&(String, String)| own.iter().any(|(key, _)| key == tag);
            let above = wording.tags.iter().filter(|tag| !is_own(tag));
            let tags: Vec<_> = above.chain(own).cloned().collect();
            let defaults = Defaults { prefix: &prefix, tags: &tags, origin: &wording.origin };
            render(&defaults, self.shared.packet_size, &mut line)
        });
        with_entry(self.target, |entry| match rendered {
            Some(Ok(_rewritten)) => entry.record_line(&line),
            None if has_events => entry.drop_muted(),
            None => entry.dropped().unsupported.add_one(),
            Some(Err(EventError::Unnamed)) => entry.dropped().bad_name.add_one(),
            Some(Err(EventError::TooLong)) => entry.dropped().too_long.add_one(),
        });
    }
}

fn joined(prefix: &str, name: &str) -> String {
    let dot = if prefix.is_empty() || name.is_empty() { "" } else { "." };
    format!("{prefix}{dot}{name}")
}
