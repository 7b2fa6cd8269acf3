//! A call site with the values of one call: while the caller has them, and kept until the call ends.

use super::spot::Spot;
use super::whom::Whom;
use crate::client::Client;
use crate::global::{self, number};
use crate::handle::{OfKind, Tagged, TaggedSite};
use crate::pipeline::Recorded;

/// The values of one call in one piece of memory.
#[derive(Debug)]
pub(super) struct Texts<const N: usize> {
    bytes: Box<[u8]>,
    /// Where each ends.
    ends: [usize; N],
}

impl<const N: usize> Texts<N> {
    pub(super) fn of(values: &[&[u8]; N]) -> Self {
        let mut end = 0;
        let ends = values.map(|value| {
            end += value.len();
            end
        });
        Self { bytes: values.concat().into(), ends }
    }

    pub(super) fn get(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[at]]
    }

    fn all(&self) -> [&[u8]; N] {
        std::array::from_fn(|at| self.get(at))
    }

    fn write_key(&self, key: &mut Vec<u8>) {
        write_key(&self.all(), key);
    }
}

fn write_key(values: &[&[u8]], key: &mut Vec<u8>) {
    for value in values {
        key.extend_from_slice(&value.len().to_ne_bytes());
        key.extend_from_slice(value);
    }
}

impl<H: OfKind, const N: usize> Spot for Tagged<'_, H, N> {
    type Kept = Kept<H, N>;

    #[inline]
    fn is_live(&self) -> bool {
        global::is_anybody_there()
    }

    #[inline]
    fn record(&self, recorded: Recorded<'_>) {
        if global::is_anybody_there() {
            self.site.record(&self.values, recorded);
        }
    }

    fn keep(self) -> Kept<H, N> {
        Kept { site: self.site, texts: Texts::of(&self.values), whom: None }
    }

    fn scope(&self) -> Option<u64> {
        global::scope()
    }

    fn write_key(&self, key: &mut Vec<u8>) {
        write_key(&self.values, key);
    }
}

impl<'a, H, const N: usize> Tagged<'a, H, N> {
    /// The same, for one client.
    pub fn on(self, client: &'a Client) -> TaggedOn<'a, H, N> {
        TaggedOn { tagged: self, client }
    }
}

/// A call site with the values of one call, for one client.
#[derive(Debug)]
pub struct TaggedOn<'a, H: 'static, const N: usize> {
    tagged: Tagged<'a, H, N>,
    client: &'a Client,
}

impl<H: OfKind, const N: usize> Spot for TaggedOn<'_, H, N> {
    type Kept = Kept<H, N>;

    fn is_live(&self) -> bool {
        true
    }

    fn record(&self, recorded: Recorded<'_>) {
        let Tagged { site, values } = &self.tagged;
        let child = self.client.child_parts().map(|child| &**child);
        // The site's table is of what the installed client said.
        let _known = site.record_for(self.client, child, values, recorded);
    }

    fn keep(self) -> Kept<H, N> {
        let Tagged { site, values } = self.tagged;
        Kept { site, texts: Texts::of(&values), whom: Some(Whom::of(self.client)) }
    }

    fn scope(&self) -> Option<u64> {
        None
    }

    fn write_key(&self, key: &mut Vec<u8>) {
        key.extend_from_slice(&number(self.client).to_ne_bytes());
        write_key(&self.tagged.values, key);
    }
}

/// A call site with the values of one call, for as long as that takes.
#[derive(Debug)]
pub struct Kept<H: 'static, const N: usize> {
    site: &'static TaggedSite<H, N>,
    texts: Texts<N>,
    /// `None`: for whichever client is installed.
    whom: Option<Whom>,
}

impl<H: OfKind, const N: usize> Spot for Kept<H, N> {
    type Kept = Self;

    fn is_live(&self) -> bool {
        self.whom.is_some() || global::is_anybody_there()
    }

    fn record(&self, recorded: Recorded<'_>) {
        let values = self.texts.all();
        match &self.whom {
            Some(whom) => {
                let _known = self.site.record_for(whom, whom.child.as_deref(), &values, recorded);
            }
            None => self.site.with(values).record(recorded),
        }
    }

    fn keep(self) -> Self {
        self
    }

    fn scope(&self) -> Option<u64> {
        if self.whom.is_some() { None } else { global::scope() }
    }

    fn write_key(&self, key: &mut Vec<u8>) {
        if let Some(whom) = &self.whom {
            key.extend_from_slice(&whom.number.to_ne_bytes());
        }
        self.texts.write_key(key);
    }
}
