//! A service check: what is known of something else's health (DogStatsD).

use std::fmt;

use crate::protocol::Cardinality;

use super::fields::{
    Defaults, EVENT_MAX_BYTES, EventError, Fields, Rendered, legal, push_field, shorten,
};

/// What is known of a service's health at this moment. DogStatsD only.
///
/// Building one allocates; nothing is checked before it is sent. What would break the line is then
/// rewritten, and a message over the limit (8 KiB, or the packet) is shortened.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Dialect, ServiceCheck, Status};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().dialect(Dialect::DogStatsd).backend(backend).build()?;
/// let check = ServiceCheck::new("db.up", Status::Critical).message("refused").tag("replica", 2);
/// client.service_check(&check);
/// client.flush(Duration::from_secs(1));
/// assert_eq!(captured.lines(), ["_sc|db.up|2|#replica:2|m:refused"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCheck {
    name: String,
    status: Status,
    message: String,
    fields: Fields,
}

/// What a [`ServiceCheck`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// `0`
    Ok,
    /// `1`
    Warning,
    /// `2`
    Critical,
    /// `3`: it could not be found out.
    Unknown,
}

impl ServiceCheck {
    /// A check. Its name follows the rule for names of metrics, with the client's prefix.
    pub fn new(name: impl Into<String>, status: Status) -> Self {
        Self { name: name.into(), status, message: String::new(), fields: Fields::default() }
    }

    /// When it was found, in Unix seconds. Without it, or with 0, when it arrived.
    #[must_use]
    pub fn timestamp(mut self, unix_seconds: u64) -> Self {
        self.fields.timestamp = unix_seconds;
        self
    }

    /// The host it is about, instead of the agent's.
    #[must_use]
    pub fn hostname(mut self, hostname: impl Into<String>) -> Self {
        self.fields.hostname = hostname.into();
        self
    }

    /// Why the status is what it is.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
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

impl Rendered for ServiceCheck {
    fn name(&self) -> &str {
        &self.name
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
        if self.name.is_empty() {
            return Err(EventError::Unnamed);
        }
        let mut legal = legal();
        let mut line = String::from("_sc|");
        line.push_str(&legal.head(defaults.prefix, &self.name));
        line.push_str(self.status.code());
        line.push_str(&self.fields.time_and_host(&mut legal));
        line.push_str(&self.fields.tags(defaults, &mut legal));
        let origin = self.fields.origin(defaults, &mut legal);

        // The first `m:` begins the message; the agent's own clients escape the others.
        let mut message = legal.prose(&self.message).replace("m:", "m\\:");
        let name = if message.is_empty() { "" } else { "|m:" };
        let around = line.len() + name.len() + origin.len();
        let room = max_bytes.min(EVENT_MAX_BYTES).checked_sub(around);
        let shortened = shorten(&mut message, room.ok_or(EventError::TooLong)?);
        push_field(&mut line, name, &message);
        line.push_str(&origin);
        out.extend_from_slice(line.as_bytes());
        Ok(legal.rewritten || shortened)
    }
}

impl Status {
    const fn code(self) -> &'static str {
        match self {
            Self::Ok => "|0",
            Self::Warning => "|1",
            Self::Critical => "|2",
            Self::Unknown => "|3",
        }
    }
}

#[cfg(test)]
mod tests;
