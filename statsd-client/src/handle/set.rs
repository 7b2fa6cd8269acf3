//! The set handle.

use std::fmt::Display;

use super::site::Site;
use crate::pipeline::{Recorded, with_text};
use crate::protocol::MetricType;

/// A set, resolved once; as a `static` or bound, like [`Counter`](crate::Counter).
///
/// The server says how many distinct members there were (etsy's `s`). A member is sent once a flush, however
/// often it was added; over 16,384 of them before a flush are written out early, which counts the same. Sets
/// are never sampled.
///
/// ```
/// use std::time::Duration;
/// use statsd_client::{CaptureBackend, Client, Set};
///
/// let (backend, captured) = CaptureBackend::new();
/// let client = Client::builder().backend(backend)
/// #   .flush_interval(Duration::from_secs(3600))
///     .build()?;
/// let visitors = Set::new("visitors").on(&client);
/// visitors.insert("ada");
/// visitors.insert("ada");
/// visitors.insert(81);
/// client.flush(Duration::from_secs(1));
/// let mut lines = captured.lines();
/// lines.sort();
/// assert_eq!(lines, ["visitors:81|s", "visitors:ada|s"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
#[derive(Debug)]
pub struct Set {
    site: Site,
}

impl Set {
    /// A set of the installed client, for a `static`; nothing happens before its first call. What a name must
    /// not hold is rewritten then, and counted.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Set};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// static VISITORS: Set = Set::new("visitors");
    ///
    /// client.scope(|| VISITORS.insert("ada")); // as if it were installed
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["visitors:ada|s"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub const fn new(name: &'static str) -> Self {
        Self::at_site(name, &[])
    }

    pub(crate) const fn at_site(
        name: &'static str,
        tags: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { site: Site::new(MetricType::Set, name, tags, None) }
    }

    /// Adds a member: a text, a number, whatever displays itself. `:`, `|` and control characters in it become
    /// `_`; one over 1536 bytes is dropped as `too_long`. Formats into memory that the thread keeps: no lock, and
    /// no allocation once that has grown.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use statsd_client::{CaptureBackend, Client, Set};
    /// # let (backend, captured) = CaptureBackend::new();
    /// # let builder = Client::builder().backend(backend);
    /// # let client = builder.flush_interval(Duration::from_secs(3600)).build()?;
    /// let visitors = Set::new("visitors").on(&client);
    /// visitors.insert(format_args!("user-{}", 81));
    /// visitors.insert("user-81");
    /// client.flush(Duration::from_secs(1));
    /// assert_eq!(captured.lines(), ["visitors:user-81|s"]);
    /// # Ok::<(), statsd_client::Error>(())
    /// ```
    pub fn insert(&self, member: impl Display) {
        if self.site.is_live() {
            with_text(member, |member| self.site.record(Recorded::Member(member)));
        }
    }
}

super::described!(Set, MetricType::Set, "insert(\"ada\")" => "ada|s");
