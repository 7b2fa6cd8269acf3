//! Whoever watches a thread's calls in the place of their clients: a capture of a test. A thread that is
//! watched takes the long way with every call, as in a scope, and the long way hands the call over here.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use crate::metric::{Key, KeyBuffer, TooLong};
use crate::protocol::{Dialect, MetricType, effective_tags};

use super::call::{Call, Recorded};
use super::local::{InScope, Target};
use super::registry::Wording;
use super::shared::Shared;

thread_local! {
    /// Who watches this thread. Taken out while they are told: what an allocator calls meanwhile is for
    /// its client.
    static WITNESSES: Cell<Vec<Arc<dyn Witness>>> = const { Cell::new(Vec::new()) };
}

/// Is told of a thread's calls in the place of their clients.
pub(crate) trait Witness: fmt::Debug + Send + Sync {
    /// `false`: it has seen enough, and calls are for their clients again.
    fn is_watching(&self) -> bool;
    /// A call was made.
    fn saw(&self, call: &Sighting<'_>);
}

/// A call as it was made: nothing in it is rewritten, sampled or added up.
#[derive(Debug)]
pub(crate) struct Sighting<'a> {
    pub(crate) said: Said<'a>,
    /// The client's number; 0 where nobody is installed.
    pub(crate) client: u32,
    /// With the prefixes of the client and its child.
    pub(crate) name: &'a str,
    /// Bytes of the client's own prefix in it, with the dot.
    pub(crate) prefix_bytes: usize,
    /// Bytes of the child's prefix behind that, with the dot.
    pub(crate) child_prefix_bytes: usize,
    /// Those that hold: the client's own are among them.
    pub(crate) tags: &'a [(&'a str, &'a str)],
    /// The one that it would have been drawn for with.
    pub(crate) rate: f64,
    /// Unix seconds, where the call named a time.
    pub(crate) time: Option<u64>,
}

/// What a call said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Said<'a> {
    Metric(MetricType, Recorded<'a>),
    /// Its line.
    Event(&'a str),
    /// Its line.
    ServiceCheck(&'a str),
}

/// A call before its client's own part is added.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    pub(crate) said: Said<'a>,
    /// With the child's prefix, but not the client's.
    pub(crate) name: &'a str,
    /// `false`: neither prefix belongs to the name.
    pub(crate) is_prefixed: bool,
    /// With the child's.
    pub(crate) tags: &'a [(&'a str, &'a str)],
    /// `None`: the client's own.
    pub(crate) rate: Option<f64>,
    pub(crate) time: Option<u64>,
}

/// While it lives, the thread's calls are told to witnesses.
#[derive(Debug)]
pub(crate) struct Watching {
    /// Those that did not watch already: they leave with it.
    newcomers: Vec<Arc<dyn Witness>>,
    _in_scope: InScope,
}

impl Watching {
    pub(crate) fn begin(witnesses: &[Arc<dyn Witness>]) -> Self {
        let is_new = |known: &[Arc<dyn Witness>], new| known.iter().all(|k| !Arc::ptr_eq(k, new));
        let newcomers = with_witnesses(|known| {
            let new = witnesses.iter().filter(|&witness| is_new(known, witness));
            let new: Vec<_> = new.cloned().collect();
            known.extend_from_slice(&new);
            new
        });
        Self { newcomers: newcomers.unwrap_or_default(), _in_scope: InScope::enter() }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // By what they are and not by their place: guards need not end in the order that they began in.
        with_witnesses(|known| {
            known.retain(|known| self.newcomers.iter().all(|own| !Arc::ptr_eq(own, known)));
        });
    }
}

/// Who watches this thread at present.
pub(crate) fn present() -> Vec<Arc<dyn Witness>> {
    let watching = |known: &mut Vec<Arc<dyn Witness>>| {
        known.iter().filter(|witness| witness.is_watching()).cloned().collect()
    };
    with_witnesses(watching).unwrap_or_default()
}

/// Whether anybody watches. Asked where the thread is known to be in a scope of some kind.
#[cold]
#[inline(never)]
pub(super) fn is_anybody_watching() -> bool {
    with_witnesses(|known| known.iter().any(|witness| witness.is_watching())).unwrap_or(false)
}

/// Tells of a call under a key; of one that was too long, its name.
pub(super) fn tell_key(
    target: &impl Target,
    key: &mut KeyBuffer,
    written: Result<(), TooLong>,
    call: Call<'_>,
) {
    let said = Said::Metric(call.kind, call.recorded);
    let bytes = key.stamp(call.kind, 1.0);
    let plain = Told { said, name: "", is_prefixed: true, tags: &[], rate: call.rate, time: None };
    match written.ok().and_then(|()| Key::read(bytes)) {
        Some(Key { name, has_prefix, tags, .. }) => {
            tell(target, &Told { name, is_prefixed: has_prefix, tags: &tags, ..plain });
        }
        None => tell(target, &Told { name: &Key::beginning(bytes), ..plain }),
    }
}

/// Tells those who watch of a call.
pub(crate) fn tell(target: &impl Target, told: &Told<'_>) {
    // `None` where nobody is installed.
    let shared = target.shared();
    let nobody = Wording::default();
    let wording = shared.as_ref().map_or(&nobody, |shared| &shared.registry.wording);
    let rate = told.rate.or(shared.as_ref().map(|shared| shared.sample_rate)).unwrap_or(1.0);
    let rate = match told.said {
        Said::Metric(kind, _) => Shared::wire_rate(kind, rate, false),
        Said::Event(_) | Said::ServiceCheck(_) => 1.0,
    };
    let mut name = String::new();
    if told.is_prefixed && !wording.prefix.is_empty() {
        name.push_str(&wording.prefix);
        name.push_str(if wording.prefix.ends_with('.') { "" } else { "." });
    }
    let prefix_bytes = name.len();
    name.push_str(told.name);
    let sighting = Sighting {
        said: told.said,
        client: target.id(),
        name: &name,
        prefix_bytes,
        child_prefix_bytes: if told.is_prefixed { target.child_prefix_bytes() } else { 0 },
        tags: &effective_tags(Dialect::DogStatsd, &wording.tags, told.tags),
        rate,
        time: told.time,
    };
    let known = WITNESSES.try_with(Cell::take).unwrap_or_default();
    for witness in &known {
        witness.saw(&sighting);
    }
    // A thread that is ending has nowhere to keep them.
    let _kept = WITNESSES.try_with(|witnesses| witnesses.set(known));
}

fn with_witnesses<R>(work: impl FnOnce(&mut Vec<Arc<dyn Witness>>) -> R) -> Option<R> {
    let done = WITNESSES.try_with(|witnesses| {
        let mut known = witnesses.take();
        let done = work(&mut known);
        witnesses.set(known);
        done
    });
    done.ok()
}
