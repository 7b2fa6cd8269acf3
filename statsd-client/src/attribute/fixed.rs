//! A call site with a literal name and literal tags.

use std::sync::atomic::{AtomicU64, Ordering};

use super::spot::Spot;
use super::whom::Whom;
use crate::child::Child;
use crate::client::Client;
use crate::global::{self, number};
use crate::handle::Site;
use crate::pipeline::{Recorded, Target};
use crate::protocol::MetricType;

/// Tags fixed at the call site.
pub(crate) type FixedTags = &'static [(&'static str, &'static str)];

/// A call site, for a `static`: what a handle is, resolved once.
#[derive(Debug)]
pub struct Fixed {
    site: Site,
    /// The number of the first client that was named at the site, 0 for none: what the site knows is of
    /// that one. The words of another may be the ones in front of the thread.
    first: AtomicU64,
}

impl Fixed {
    /// The site. Nothing happens before its first call.
    pub const fn new(
        kind: MetricType,
        name: &'static str,
        tags: FixedTags,
        rate: Option<f64>,
        has_prefix: bool,
    ) -> Self {
        let site = Site::new(kind, name, tags, rate);
        let site = if has_prefix { site } else { site.without_prefix() };
        Self { site, first: AtomicU64::new(0) }
    }

    /// The site's calls for one client.
    pub fn on<'a>(&'static self, client: &'a Client) -> FixedOn<'a> {
        FixedOn { site: self, client }
    }

    #[inline]
    pub(super) fn record_on(
        &self,
        number: u64,
        target: &impl Target,
        child: Option<&Child>,
        recorded: Recorded<'_>,
    ) {
        if self.is_first(number) {
            let known = self.site.known();
            if !recorded.is_stored(known) && !recorded.is_stored_alone(known) {
                self.site.record_for(target, child, recorded);
            }
        } else {
            self.site.record_once(target, child, recorded);
        }
    }

    /// Hands a call over in registers where it can: a function that is nearly never called should not have
    /// its arguments put into memory by every call.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    fn record_long(&self, recorded: Recorded<'_>) {
        match recorded {
            Recorded::Count(n) => self.count_long(n),
            Recorded::Nanos(nanos) => self.nanos_long(nanos),
            recorded => self.site.record(recorded),
        }
    }

    #[inline(never)]
    fn count_long(&self, n: i64) {
        self.site.record(Recorded::Count(n));
    }

    #[inline(never)]
    fn nanos_long(&self, nanos: u64) {
        self.site.record(Recorded::Nanos(nanos));
    }

    fn is_first(&self, number: u64) -> bool {
        let first = self.first.load(Ordering::Relaxed);
        first == number
            || first == 0
                && self
                    .first
                    .compare_exchange(0, number, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok()
    }
}

impl Spot for &'static Fixed {
    type Kept = Self;

    #[inline]
    fn is_live(&self) -> bool {
        global::is_anybody_there()
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is recorded is known where it is called")]
    fn record(&self, recorded: Recorded<'_>) {
        if !recorded.is_stored(self.site.words()) && global::is_anybody_there() {
            self.record_long(recorded);
        }
    }

    #[inline]
    fn keep(self) -> Self {
        self
    }

    fn scope(&self) -> Option<u64> {
        global::scope()
    }

    fn write_key(&self, _key: &mut Vec<u8>) {}
}

/// A call site's calls for one client.
#[derive(Debug)]
pub struct FixedOn<'a> {
    site: &'static Fixed,
    client: &'a Client,
}

/// The same, for as long as a call takes.
#[derive(Debug)]
pub struct FixedFor {
    site: &'static Fixed,
    whom: Whom,
}

impl Spot for FixedOn<'_> {
    type Kept = FixedFor;

    fn is_live(&self) -> bool {
        true
    }

    #[inline]
    fn record(&self, recorded: Recorded<'_>) {
        let child = self.client.child_parts().map(|child| &**child);
        self.site.record_on(number(self.client), self.client, child, recorded);
    }

    fn keep(self) -> FixedFor {
        FixedFor { site: self.site, whom: Whom::of(self.client) }
    }

    fn scope(&self) -> Option<u64> {
        None
    }

    fn write_key(&self, key: &mut Vec<u8>) {
        key.extend_from_slice(&number(self.client).to_ne_bytes());
    }
}

impl Spot for FixedFor {
    type Kept = Self;

    fn is_live(&self) -> bool {
        true
    }

    fn record(&self, recorded: Recorded<'_>) {
        let Whom { number, child, .. } = &self.whom;
        self.site.record_on(*number, &self.whom, child.as_deref(), recorded);
    }

    fn keep(self) -> Self {
        self
    }

    fn scope(&self) -> Option<u64> {
        None
    }

    fn write_key(&self, key: &mut Vec<u8>) {
        key.extend_from_slice(&self.whom.number.to_ne_bytes());
    }
}
