//! What the service does. An attribute stands where the thing that it counts happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use statsd_client::{
    Outcome, statsd_count, statsd_count_if, statsd_count_success, statsd_instrument, statsd_measure,
};

/// Pages by name.
const PAGES: [(&str, &str); 2] = [("home", "<h1>News</h1>"), ("plans", "<h1>Free, pro</h1>")];

/// Letters that wait at the most.
const LETTERS_MAX: usize = 1_000;

/// What all requests share.
#[derive(Debug, Default)]
pub(crate) struct Service {
    cache: Mutex<BTreeMap<String, Arc<str>>>,
    subscribers: Mutex<BTreeSet<String>>,
    mailer: Mailer,
}

/// An enum, so that there are as many series as plans, whatever visitors send.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Plan {
    Free,
    Pro,
}

/// Why nobody was subscribed. The `error_class` is the variant's name, or what it says.
#[derive(Debug, PartialEq, Eq, Outcome)]
#[outcome(failure)]
pub(crate) enum Refused {
    BadAddress,
    AlreadySubscribed,
    #[outcome(class = "Busy")]
    TooManyLetters,
}

impl Service {
    #[statsd_count_success("subscriptions", tag_error_class, tags(plan = plan))]
    pub(crate) fn subscribe(&self, address: String, plan: Plan) -> Result<(), Refused> {
        if !address.contains('@') {
            return Err(Refused::BadAddress);
        }
        let mut subscribers = locked(&self.subscribers);
        if subscribers.contains(&address) {
            return Err(Refused::AlreadySubscribed);
        }
        self.mailer.write(&address).map_err(|QueueFull| Refused::TooManyLetters)?;
        subscribers.insert(address);
        Ok(())
    }

    pub(crate) fn page(&self, name: &str) -> Option<Arc<str>> {
        self.cached(name).or_else(|| self.render(name))
    }

    // Two on one function: how often it was asked, and how often the page was there.
    #[statsd_count("cache.lookup")]
    #[statsd_count_if("cache.hit", Option::is_some)]
    fn cached(&self, name: &str) -> Option<Arc<str>> {
        locked(&self.cache).get(name).cloned()
    }

    #[statsd_measure("pages.render")]
    fn render(&self, name: &str) -> Option<Arc<str>> {
        let (_, text) = PAGES.iter().find(|(known, _)| *known == name)?;
        let page: Arc<str> = format!("<!doctype html>{text}").into();
        locked(&self.cache).insert(name.to_owned(), page.clone());
        Some(page)
    }

    pub(crate) fn forget_pages(&self) {
        locked(&self.cache).clear();
    }

    pub(crate) fn deliver_mail(&self) {
        self.mailer.deliver();
    }
}

/// Letters that wait for the job that delivers them.
#[derive(Debug, Default)]
struct Mailer {
    letters: Mutex<Vec<String>>,
}

/// As many letters wait as may.
struct QueueFull;

// Every method is timed, and counted by how it ends: `mailer.write`, `mailer.write.success` …
#[statsd_instrument(prefix = "mailer", measure, count_success, tag_error_class)]
impl Mailer {
    fn write(&self, address: &str) -> Result<(), QueueFull> {
        if self.waiting() >= LETTERS_MAX {
            return Err(QueueFull);
        }
        locked(&self.letters).push(format!("To: {address}\n\nWelcome!"));
        Ok(())
    }

    fn deliver(&self) {
        locked(&self.letters).clear();
    }

    // Nobody wants a graph of how long this takes.
    #[statsd_skip]
    fn waiting(&self) -> usize {
        locked(&self.letters).len()
    }
}

/// What a mutex holds, also after a panic: each change here is a single call.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Free => "free",
            Self::Pro => "pro",
        })
    }
}
