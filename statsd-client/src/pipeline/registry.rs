//! The contexts of a client: a name with its kind, rate and tags, numbered and rendered once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::metric::Key;
use crate::protocol::{Dialect, Frame, MetricType, Naming};

use super::cells::CONTEXTS_MAX;

/// How often a call tries the lock before its key travels in place of a number.
const LOCK_TRIES: usize = 64;

/// What is written before and behind every value of a client.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wording {
    pub(crate) dialect: Dialect,
    pub(crate) prefix: String,
    pub(crate) tags: Vec<(String, String)>,
}

/// One registered context.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) kind: MetricType,
    pub(crate) frame: Frame,
}

/// What became of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// The context's number, valid as long as the client.
    Context(u32),
    /// All numbers are taken: calls travel with their key.
    Full,
    /// Another thread is registering at this moment: this call travels with its key.
    Busy,
    /// The key holds no name that could be sent.
    BadName,
}

/// Key → number → rendered frame.
#[derive(Debug)]
pub(crate) struct Registry {
    naming: Wording,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    numbers: HashMap<Box<[u8]>, u32>,
    contexts: Vec<Arc<Context>>,
    rewritten: u64,
}

impl Registry {
    pub(crate) fn new(naming: Wording) -> Self {
        Self { naming, inner: Mutex::default() }
    }

    /// Looks a key up, or registers it; `registered` sees a new context before any other thread.
    /// Never waits: the lock is tried for about a microsecond, which is longer than anybody holds it
    /// to register a context.
    pub(crate) fn resolve(&self, key: &[u8], registered: impl FnOnce(u32, MetricType)) -> Resolved {
        let Some(mut inner) = self.try_lock() else { return Resolved::Busy };
        if let Some(&number) = inner.numbers.get(key) {
            return Resolved::Context(number);
        }
        if inner.contexts.len() >= CONTEXTS_MAX {
            return Resolved::Full;
        }
        let Some(context) = self.render(key) else { return Resolved::BadName };
        let Ok(number) = u32::try_from(inner.contexts.len()) else { return Resolved::Full };
        registered(number, context.kind);
        inner.rewritten += u64::from(context.frame.rewritten);
        inner.numbers.insert(key.into(), number);
        inner.contexts.push(Arc::new(context));
        Resolved::Context(number)
    }

    /// Renders a key without registering it.
    pub(crate) fn render(&self, key: &[u8]) -> Option<Context> {
        let key = Key::read(key).filter(|key| !key.name.is_empty())?;
        let naming = Naming {
            prefix: &self.naming.prefix,
            name: key.name,
            default_tags: &self.naming.tags,
            tags: &key.tags,
            kind: key.kind,
            rate: key.rate,
            origin: "",
        };
        Some(Context { kind: key.kind, frame: Frame::render(self.naming.dialect, &naming) })
    }

    /// Appends the contexts that `known` lacks.
    pub(crate) fn catch_up(&self, known: &mut Vec<Arc<Context>>) {
        let inner = self.lock();
        known.extend_from_slice(&inner.contexts[known.len().min(inner.contexts.len())..]);
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.naming.dialect
    }

    /// Contexts, and how many of them had to be rewritten.
    pub(crate) fn counts(&self) -> (u64, u64) {
        let inner = self.lock();
        (inner.contexts.len() as u64, inner.rewritten)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Inner>> {
        (0..LOCK_TRIES).find_map(|_| match self.inner.try_lock() {
            Ok(inner) => Some(inner),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => {
                std::hint::spin_loop();
                None
            }
        })
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
