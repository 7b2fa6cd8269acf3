//! An event: something that happened, with a title and a text (DogStatsD).

use std::fmt;

use crate::protocol::Cardinality;

use super::fields::{
    Defaults, EVENT_MAX_BYTES, EventError, Fields, Rendered, legal, push_field, shorten,
};

/// Something that happened and that people should see beside their graphs. DogStatsD only.
///
/// Building one allocates; nothing is checked before it is sent. What would break the line is then
/// rewritten, and a text over the limit (8 KiB, or the packet) is shortened.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{AlertType, CaptureBackend, Client, Dialect, Event};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build()?;
/// let event = Event::new("Deployed", "v1.2\nby ada").alert_type(AlertType::Success).tag("env", "prod");
/// client.event(&event);
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["_e{8,12}:Deployed|v1.2\\nby ada|t:success|#env:prod"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    title: String,
    text: String,
    aggregation_key: String,
    source_type: String,
    priority: Option<Priority>,
    alert_type: Option<AlertType>,
    fields: Fields,
}

/// How much an [`Event`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Priority {
    /// The server's default.
    Normal,
    /// Hidden where only the important is shown.
    Low,
}

/// What sort of news an [`Event`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertType {
    /// The server's default.
    Info,
    /// Something to look at.
    Warning,
    /// Something failed.
    Error,
    /// Something is well again.
    Success,
}

impl Event {
    /// An event. Without a title it is not sent; a text may hold line breaks.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            text: text.into(),
            aggregation_key: String::new(),
            source_type: String::new(),
            priority: None,
            alert_type: None,
            fields: Fields::default(),
        }
    }

    /// When it happened, in Unix seconds. Without it, or with 0, when it arrived.
    #[must_use]
    pub fn timestamp(mut self, unix_seconds: u64) -> Self {
        self.fields.timestamp = unix_seconds;
        self
    }

    /// Where it happened, instead of the agent's host.
    #[must_use]
    pub fn hostname(mut self, hostname: impl Into<String>) -> Self {
        self.fields.hostname = hostname.into();
        self
    }

    /// Events with the same key are shown as one.
    #[must_use]
    pub fn aggregation_key(mut self, key: impl Into<String>) -> Self {
        self.aggregation_key = key.into();
        self
    }

    /// How much it matters.
    #[must_use]
    pub fn priority(mut self, priority: Priority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// What it comes from, by the names that Datadog knows: `nagios`, `git`.
    #[must_use]
    pub fn source_type(mut self, source_type: impl Into<String>) -> Self {
        self.source_type = source_type.into();
        self
    }

    /// What sort of news it is.
    #[must_use]
    pub fn alert_type(mut self, alert_type: AlertType) -> Self {
        self.alert_type = Some(alert_type);
        self
    }

    /// Adds a tag, which overrides the client's own of that key. An empty value makes a bare tag.
    #[must_use]
    pub fn tag(mut self, key: impl Into<String>, value: impl fmt::Display) -> Self {
        self.fields.tags.push((key.into(), value.to_string()));
        self
    }

    /// How many tags the agent adds, instead of what the client says.
    #[must_use]
    pub fn cardinality(mut self, cardinality: Cardinality) -> Self {
        self.fields.cardinality = Some(cardinality);
        self
    }
}

impl Rendered for Event {
    fn name(&self) -> &str {
        &self.title
    }

    fn tags(&self) -> &[(String, String)] {
        &self.fields.tags
    }

    fn render(
        &self,
        defaults: &Defaults<'_>,
        max_bytes: usize,
        out: &mut Vec<u8>,
    ) -> Result<bool, EventError> {
        let mut legal = legal();
        let title = legal.prose(&self.title);
        if title.is_empty() {
            return Err(EventError::Unnamed);
        }
        let mut fields = self.fields.time_and_host(&mut legal);
        push_field(&mut fields, "|k:", &legal.field(&self.aggregation_key));
        push_field(&mut fields, "|p:", self.priority.map_or("", Priority::as_str));
        push_field(&mut fields, "|s:", &legal.field(&self.source_type));
        push_field(&mut fields, "|t:", self.alert_type.map_or("", AlertType::as_str));
        fields.push_str(&self.fields.tags(defaults, &mut legal));
        fields.push_str(&self.fields.origin(defaults, &mut legal));

        // The text is shortened before its length is written, so that the two agree.
        let mut text = legal.prose(&self.text);
        let around = header(&title, &text).len() + title.len() + "|".len() + fields.len();
        let room = max_bytes.min(EVENT_MAX_BYTES).checked_sub(around);
        let shortened = shorten(&mut text, room.ok_or(EventError::TooLong)?);
        for part in [&header(&title, &text), &title, "|", &text, &fields] {
            out.extend_from_slice(part.as_bytes());
        }
        Ok(legal.rewritten || shortened)
    }
}

impl Priority {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Low => "low",
        }
    }
}

impl AlertType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Success => "success",
        }
    }
}

/// The lengths are those of the escaped texts, in bytes.
fn header(title: &str, text: &str) -> String {
    format!("_e{{{},{}}}:", title.len(), text.len())
}

#[cfg(test)]
mod tests;
