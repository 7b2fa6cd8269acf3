//! Calls whose line is rendered by the caller, because they are rare and nothing of them is added up:
//! events, service checks, and numbers with a time.

use crate::child::Child;
use crate::metric::{Defaults, Event, EventError, Key, Rendered, ServiceCheck};
use crate::pipeline::{
    Recorded, Said, Shared, Target, Told, Wording, is_watched, tell, with_entry,
};
use crate::protocol::{MetricType, Number};

/// Whom such a call is for.
pub(crate) struct Addressee<'a, T> {
    pub(crate) target: &'a T,
    /// `None`: nobody but a capture is there.
    pub(crate) shared: Option<&'a Shared>,
    pub(crate) child: Option<&'a Child>,
}

impl<T: Target> Addressee<'_, T> {
    /// Records a number with its time.
    pub(crate) fn record_at(&self, kind: MetricType, name: &str, number: Number<'_>, time: u64) {
        let tags = self.child_tags();
        let name_of_child = joined(self.child.map_or("", |child| &child.prefix), name);
        if is_watched() {
            let recorded = match number {
                Number::Integer(n) => Recorded::Count(n),
                Number::Float(value) | Number::Signed(value) => Recorded::Gauge(value),
                Number::Nanos(nanos) => Recorded::Nanos(nanos),
                Number::Text(member) => Recorded::Member(member),
            };
            let said = Said::Metric(kind, recorded);
            let (rate, time) = (Some(1.0), Some(time).filter(|&time| time != 0));
            let name = &name_of_child;
            return tell(
                self.target,
                &Told { said, name, is_prefixed: true, tags: &tags, rate, time },
            );
        }
        let Some(shared) = self.shared else { return };
        let wording = &shared.registry.wording;
        let is_finite = !matches!(number, Number::Float(value) if !value.is_finite());
        with_entry(self.target, |entry| {
            if !wording.dialect.has_events() {
                entry.dropped().unsupported.add_one();
            } else if !is_finite {
                entry.dropped().not_finite.add_one();
            } else if name.is_empty() {
                entry.dropped().bad_name.add_one();
            } else if is_muted(shared, &name_of_child) {
                entry.drop_muted();
            } else {
                let name = &name_of_child;
                let frame = wording.frame(&Key { kind, rate: 1.0, has_prefix: true, name, tags });
                let mut line = Vec::new();
                frame.write_at(&mut line, number, time);
                entry.record_line(&line);
            }
        });
    }

    /// Records an event. It is switched off by its title, which no prefix stands before.
    pub(crate) fn record_event(&self, event: &Event) {
        if is_watched() {
            return self.tell(event, true);
        }
        let Some(shared) = self.shared else { return };
        let is_muted = shared.registry.mutes.has("", event.name());
        self.record_rendered(shared, event, is_muted);
    }

    /// Records a service check.
    pub(crate) fn record_service_check(&self, check: &ServiceCheck) {
        if is_watched() {
            return self.tell(check, false);
        }
        let Some(shared) = self.shared else { return };
        let prefix = self.child.map_or("", |child| &child.prefix);
        let is_named = !check.name().is_empty();
        let is_muted = is_named && is_muted(shared, &joined(prefix, check.name()));
        self.record_rendered(shared, check, is_muted);
    }

    fn record_rendered(&self, shared: &Shared, sent: &impl Rendered, is_muted: bool) {
        let mut line = Vec::new();
        let has_events = shared.registry.wording.dialect.has_events();
        let rendered = (has_events && !is_muted)
            .then(|| self.render(sent, &shared.registry.wording, shared.packet_size, &mut line));
        with_entry(self.target, |entry| match rendered {
            Some(Ok(_rewritten)) => entry.record_line(&line),
            None if has_events => entry.drop_muted(),
            None => entry.dropped().unsupported.add_one(),
            Some(Err(EventError::Unnamed)) => entry.dropped().bad_name.add_one(),
            Some(Err(EventError::TooLong)) => entry.dropped().too_long.add_one(),
        });
    }

    /// Tells a capture, whatever the client's dialect is.
    fn tell(&self, sent: &impl Rendered, is_event: bool) {
        let nobody = Wording::default();
        let wording = self.shared.map_or(&nobody, |shared| &shared.registry.wording);
        let mut line = Vec::new();
        // What has no line is seen all the same.
        let _has_line = self.render(sent, wording, usize::MAX, &mut line);
        let line = String::from_utf8_lossy(&line);
        let prefix = self.child.filter(|_| !is_event).map_or("", |child| &child.prefix);
        let own = sent.tags().iter().map(|(key, value)| (&**key, &**value));
        let is_own = |tag: &str| sent.tags().iter().any(|(key, _)| key == tag);
        let mut tags = self.child_tags();
        tags.retain(|(tag, _)| !is_own(tag));
        tags.extend(own);
        let said = if is_event { Said::Event(&line) } else { Said::ServiceCheck(&line) };
        let (name, is_prefixed) = (&joined(prefix, sent.name()), !is_event);
        tell(
            self.target,
            &Told { said, name, is_prefixed, tags: &tags, rate: Some(1.0), time: None },
        );
    }

    fn render(
        &self,
        sent: &impl Rendered,
        wording: &Wording,
        packet_size: usize,
        line: &mut Vec<u8>,
    ) -> Result<bool, EventError> {
        let prefix = joined(&wording.prefix, self.child.map_or("", |child| &child.prefix));
        let own = self.child.map_or(&[][..], |child| &child.tags);
        // A child's tag overrides one of the client it came from.
        let is_own = |(tag, _): &&(String, String)| own.iter().any(|(key, _)| key == tag);
        let above = wording.tags.iter().filter(|tag| !is_own(tag));
        let tags: Vec<_> = above.chain(own).cloned().collect();
        let defaults = Defaults { prefix: &prefix, tags: &tags, origin: &wording.origin };
        sent.render(&defaults, packet_size, line)
    }

    fn child_tags(&self) -> Vec<(&str, &str)> {
        let tags = self.child.map_or(&[][..], |child| &child.tags);
        tags.iter().map(|(key, value)| (&**key, &**value)).collect()
    }
}

fn is_muted(shared: &Shared, name: &str) -> bool {
    shared.registry.mutes.has(&shared.registry.wording.prefix, name)
}

fn joined(prefix: &str, name: &str) -> String {
    let dot = if prefix.is_empty() || name.is_empty() { "" } else { "." };
    format!("{prefix}{dot}{name}")
}
