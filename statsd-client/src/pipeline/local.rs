//! The long way of a call: finds the calling thread's entry for a client, and records there. It is
//! taken at a thread's first call for a client or a name, by calls by name, and where a call needs more
//! than a store.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::metric::{KeyBuffer, TooLong};

use super::block::Block;
use super::call::Call;
use super::entry::Entry;
use super::front;
use super::run::TEXT_MAX_BYTES;
use super::shared::Shared;
use super::witness;

thread_local! {
    /// Taken out while it is written.
    static TEXT: Cell<String> = const { Cell::new(String::new()) };
    static LOCAL: Local = const {
        Local { entries: RefCell::new(Vec::new()), key: Cell::new(KeyBuffer::new()) }
    };
    /// Scopes and captures that this thread is in: calls must not find a client's words in front.
    static SCOPES: Cell<u32> = const { Cell::new(0) };
}

/// What one thread keeps.
struct Local {
    /// One entry a client, the one last used in front.
    entries: RefCell<Vec<Entry>>,
    /// Taken out while it is written, because a tag's `Display` may itself send a metric.
    key: Cell<KeyBuffer>,
}

impl Drop for Local {
    fn drop(&mut self) {
        // Other destructors of this thread may still call; the entries' words are about to be lent on.
        front::clear();
    }
}

/// Who a call is for: a client by its number, and how to get at it where the thread has not met it.
pub(crate) trait Target {
    fn id(&self) -> u32;
    /// `None`: it is gone, or being replaced at this moment.
    fn shared(&self) -> Option<Arc<Shared>>;

    /// Bytes that a child's prefix takes of the names in keys, with its dot.
    fn child_prefix_bytes(&self) -> usize {
        0
    }

    /// Counts a call that found nowhere to be recorded.
    fn refuse(&self) {
        if let Some(shared) = self.shared() {
            shared.threads.refuse(1);
        }
    }
}

/// The space of keys among what a thread knows by texts.
const KEY_SPACE: u64 = 1 << 62;

/// Keys of calls with a say of their own about aggregation are apart: what their lines say differs.
fn key_space(call: Call<'_>) -> u64 {
    KEY_SPACE | call.aggregates.map_or(0, |aggregates| 1 + u64::from(aggregates))
}

/// Records a call of which something is known. `false`: the context must be asked for by its key.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a sampled handle's every call is this")]
pub(crate) fn record_known(target: &impl Target, known: u64, call: Call<'_>) -> bool {
    // Watched, a call is told by its key.
    !is_watched() && with_entry(target, |entry| entry.record(known, call)).unwrap_or(true)
}

/// Records a call under a key, and answers what a handle may remember of it.
pub(crate) fn record_key(
    target: &impl Target,
    write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
    call: Call<'_>,
) -> Option<u64> {
    with_key(write, |key, written| {
        if is_watched() {
            witness::tell_key(target, key, written, call);
            return None;
        }
        with_entry(target, |entry| match written {
            Ok(()) => entry.record_key(key, call),
            Err(TooLong) => entry.drop_bad_name(),
        })
    })
    .flatten()
}

/// Records a call whose name or tags are made at the call: under a key, which the thread remembers.
pub(crate) fn record_made(
    target: &impl Target,
    write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
    call: Call<'_>,
) {
    with_key(write, |key, written| {
        if is_watched() {
            return witness::tell_key(target, key, written, call);
        }
        if written.is_err() {
            with_entry(target, |entry| entry.drop_bad_name());
            return;
        }
        let space = key_space(call);
        let texts = &[key.stamp(call.kind, call.rate.unwrap_or(f64::NAN))];
        let found = with_entry(target, |entry| {
            let hash = entry.names.hash(space, texts);
            let known = entry.names.find(hash, space, texts);
            known.is_some_and(|known| entry.record(known, call))
        });
        if found == Some(false) {
            let texts = texts.concat();
            with_entry(target, |entry| {
                if let Some(known) = entry.record_key(key, call) {
                    entry.names.insert(space, &[&texts], known);
                }
            });
        }
    });
}

/// What the thread knows of texts, for the client whose words are in front; `None`: the long way.
#[inline(always)]
#[expect(clippy::inline_always, reason = "a call by name is little more than this")]
pub(crate) fn find<const N: usize>(id: u32, space: u64, texts: &[&[u8]; N]) -> Option<u64> {
    let found = LOCAL.try_with(|local| {
        let entries = local.entries.try_borrow().ok()?;
        let entry = entries.first().filter(|entry| entry.id == id)?;
        entry.names.find(entry.names.hash(space, texts), space, texts)
    });
    found.ok().flatten()
}

/// Records a call by texts that the thread may have met: a name, or the values of a call site's tags.
/// `space` keeps texts of different meaning apart. `write` gives the whole key where they are new.
/// Answers what may be remembered of them.
#[cold]
#[inline(never)]
pub(crate) fn record_texts<const N: usize>(
    target: &impl Target,
    space: u64,
    texts: &[&[u8]; N],
    call: Call<'_>,
    write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
) -> Option<u64> {
    if is_watched() {
        return record_key(target, write, call);
    }
    let found = with_entry(target, |entry| {
        let hash = entry.names.hash(space, texts);
        let known = entry.names.find(hash, space, texts);
        known.filter(|&known| entry.record(known, call))
    });
    // There is nowhere to record, and that is counted; or the texts are known.
    let None = found? else { return found? };
    let known = record_key(target, write, call)?;
    with_open_entry(target, |entry| entry.names.insert(space, texts, known));
    Some(known)
}

/// Whether this thread's calls are told to witnesses instead of recorded.
#[inline]
pub(crate) fn is_watched() -> bool {
    SCOPES.get() != 0 && witness::is_anybody_watching()
}

/// Calls `record` with the calling thread's entry for a client. Where the thread has no storage left,
/// the call is counted as dropped.
#[inline]
pub(crate) fn with_entry<R>(
    target: &impl Target,
    record: impl FnOnce(&mut Entry) -> R,
) -> Option<R> {
    let recorded = with_open_entry(target, record);
    if recorded.is_none() {
        target.refuse();
    }
    recorded
}

/// As [`with_entry`], for what is no call.
#[inline]
fn with_open_entry<R>(target: &impl Target, work: impl FnOnce(&mut Entry) -> R) -> Option<R> {
    let done = LOCAL.try_with(|local| {
        // Taken only when a metric is sent from within another one's recording, which runs no foreign
        // code; the call is then refused rather than the host stopped.
        let mut entries = local.entries.try_borrow_mut().ok()?;
        if entries.first().is_none_or(|entry| entry.id != target.id() || !entry.is_open()) {
            bring_to_front(&mut entries, target)?;
        }
        let entry = entries.first_mut()?;
        let done = work(entry);
        if SCOPES.get() == 0 {
            entry.set_front();
        }
        Some(done)
    });
    done.ok().flatten()
}

/// Hands on the thread's key buffer, written. Outside of every borrow, because the `Display` of a tag
/// is foreign code and may itself send a metric.
fn with_key<R>(
    write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
    work: impl FnOnce(&mut KeyBuffer, Result<(), TooLong>) -> R,
) -> R {
    let mut key = LOCAL.try_with(|local| local.key.take()).unwrap_or_default();
    let written = write(&mut key);
    let result = work(&mut key, written);
    // A thread that is ending has nowhere to keep it.
    let _kept = LOCAL.try_with(|local| local.key.set(key));
    result
}

/// The block that this thread writes for a client.
pub(crate) fn block_of(id: u32) -> Option<&'static Block> {
    let block = LOCAL.try_with(|local| {
        let entries = local.entries.try_borrow().ok()?;
        entries.iter().find(|entry| entry.id == id).map(Entry::block)
    });
    block.ok().flatten()
}

/// Hands on what `text` displays, in memory that the thread keeps. A text that is long beyond any packet
/// is cut.
pub(crate) fn with_text<R>(text: impl fmt::Display, work: impl FnOnce(&str) -> R) -> R {
    struct Bounded<'a>(&'a mut String);

    impl fmt::Write for Bounded<'_> {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.push_str(text);
            // One over: the text is then seen to be too long, and counted.
            if self.0.len() > TEXT_MAX_BYTES { Err(fmt::Error) } else { Ok(()) }
        }
    }

    let mut kept = TEXT.try_with(Cell::take).unwrap_or_default();
    kept.clear();
    let _cut = write!(Bounded(&mut kept), "{text}");
    let result = work(&kept);
    kept.shrink_to(TEXT_MAX_BYTES);
    let _kept = TEXT.try_with(|text| text.set(kept));
    result
}

#[cold]
fn bring_to_front(entries: &mut Vec<Entry>, target: &impl Target) -> Option<()> {
    entries.retain(|entry| !entry.shared.closed.load(Ordering::Relaxed));
    if let Some(at) = entries.iter().position(|entry| entry.id == target.id()) {
        entries.swap(0, at);
        let entry = entries.first_mut()?;
        return entry.is_open().then_some(()).or_else(|| entry.renew(1));
    }
    let open = |shared: &Arc<Shared>| !shared.closed.load(Ordering::Relaxed);
    let shared = target.shared().filter(|shared| shared.id == target.id()).filter(open)?;
    entries.insert(0, Entry::open(shared)?);
    Some(())
}

/// While it lives, no call of this thread finds a client's words in front: each asks who it is for.
#[derive(Debug)]
pub(crate) struct InScope(());

impl InScope {
    pub(crate) fn enter() -> Self {
        SCOPES.set(SCOPES.get() + 1);
        front::clear();
        Self(())
    }
}

impl Drop for InScope {
    fn drop(&mut self) {
        SCOPES.set(SCOPES.get().saturating_sub(1));
    }
}
