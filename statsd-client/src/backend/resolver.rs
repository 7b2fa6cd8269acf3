//! Name → addresses, looked up in the background and again from time to time.
//!
//! The system's resolver blocks, so it is asked by an errand; the client's thread only looks whether
//! the answer has come. An address that was good stays until another one is found.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fmt, io};

use super::backoff::Backoff;
use super::errand::{Errand, PATIENCE};
use super::host::HostPort;

/// How old an answer may become before the name is looked up again.
const REFRESH_INTERVAL: Duration = Duration::from_secs(60);

/// The least time between two look-ups of a name that is known but whose server fails: errors come
/// with every packet, and the name server is not to feel that.
const AFTER_ERROR: Duration = Duration::from_secs(5);

/// Waits between look-ups of a name that does not resolve.
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MOST: Duration = Duration::from_secs(10);

/// Addresses of a name that are tried; the ones after are left out.
const ADDRESSES_MAX: usize = 8;

type Lookup = dyn Fn(&HostPort) -> io::Result<Vec<SocketAddr>> + Send + Sync;

/// The addresses of a server.
#[derive(Debug)]
pub(super) struct Resolver {
    addresses: Vec<SocketAddr>,
    /// `None`: the addresses were given and are never looked up.
    name: Option<Name>,
}

struct Name {
    host: Arc<HostPort>,
    lookup: Arc<Lookup>,
    errand: Option<Errand<Vec<SocketAddr>>>,
    backoff: Backoff,
    /// When the last look-up began.
    asked: Option<Instant>,
}

impl Resolver {
    /// Asks the system. An address literal is known at once and starts no look-up, ever.
    pub(super) fn new(host: HostPort) -> Self {
        Self::with_lookup(host, HostPort::look_up)
    }

    pub(super) fn with_lookup(
        host: HostPort,
        lookup: impl Fn(&HostPort) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        match host.literal() {
            Some(address) => Self::fixed([address]),
            None => Self {
                addresses: Vec::new(),
                name: Some(Name::new(Arc::new(host), Arc::new(lookup))),
            },
        }
    }

    /// Addresses that are already known.
    pub(super) fn fixed(addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self { addresses: addresses.into_iter().take(ADDRESSES_MAX).collect(), name: None }
    }

    /// What the name last resolved to, in the resolver's order; empty where it never did.
    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Starts a look-up where one is due, and takes in the answer of one that is done; `true` when
    /// the addresses are others than before. Waits for an answer only while no address is known.
    pub(super) fn poll(&mut self, now: Instant) -> bool {
        let Some(name) = &mut self.name else { return false };
        let patience = if self.addresses.is_empty() { PATIENCE } else { Duration::ZERO };
        match name.poll(now, patience) {
            Some(found) if found != self.addresses => {
                self.addresses = found;
                true
            }
            _ => false,
        }
    }

    /// Something went wrong with these addresses: they may have changed.
    pub(super) fn hasten(&mut self, now: Instant) {
        if let Some(name) = &mut self.name {
            let soonest = name.asked.and_then(|asked| asked.checked_add(AFTER_ERROR));
            name.backoff.hasten(soonest.unwrap_or(now));
        }
    }

    /// In the child of a fork, where the thread that looks up does not exist.
    pub(super) fn reopen(&mut self) {
        if let Some(name) = &mut self.name {
            *name = Name::new(name.host.clone(), name.lookup.clone());
        }
    }
}

impl Name {
    fn new(host: Arc<HostPort>, lookup: Arc<Lookup>) -> Self {
        let backoff = Backoff::new(RETRY_FIRST, RETRY_MOST);
        Self { host, lookup, errand: None, backoff, asked: None }
    }

    /// What a look-up found that has ended since.
    fn poll(&mut self, now: Instant, patience: Duration) -> Option<Vec<SocketAddr>> {
        if self.errand.is_none() && self.backoff.is_due(now) {
            self.backoff.tried(now);
            self.asked = Some(now);
            let (host, lookup) = (self.host.clone(), self.lookup.clone());
            self.errand = Some(Errand::start("statsd-resolver", move || lookup(&host)));
        }
        let answer = self.errand.as_mut()?.answer(patience)?;
        self.errand = None;
        let mut found = answer.ok().filter(|found| !found.is_empty())?;
        found.truncate(ADDRESSES_MAX);
        self.backoff.succeeded();
        self.backoff.set_due(now + REFRESH_INTERVAL);
        Some(found)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, asked, .. } = self;
        f.debug_struct("Name").field("host", host).field("asked", asked).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
