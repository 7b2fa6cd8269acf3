//! One command → its reply.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::inspect::inspect;
use crate::aggregate::{Deleted, Kind};
use crate::clock::Clock;
use crate::flush::Inquirer;
use crate::health::Health;
use crate::telemetry::Telemetry;

const HELP: &str = "Commands: stats, counters, timers, gauges, delcounters, deltimers, delgauges, \
                    health, config, quit\n\n";
const END: &str = "END\n\n";
const ERROR: &str = "ERROR\n";

/// Names that every JavaScript object has: etsy's console says that it deleted them, whatever there is.
const OF_EVERY_OBJECT: [&str; 12] = [
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];

/// What the console shows and changes.
#[derive(Debug)]
pub struct Admin {
    /// Asks the flush thread about metrics and messages.
    pub inquirer: Inquirer,
    /// What `health` says and sets.
    pub health: Arc<Health>,
    /// What follows the configuration.
    pub shown: Mutex<Shown>,
    /// Tells what time it is.
    pub clock: Arc<dyn Clock>,
    /// When the server started, from the same clock.
    pub started: Duration,
    /// Where commands and whatever hits a limit are counted.
    pub telemetry: Arc<Telemetry>,
}

/// What the console shows of the configuration, which may change.
#[derive(Debug, Default)]
pub struct Shown {
    /// What `config` lists: etsy's keys (`percentThreshold > 0`) and their values.
    pub config: Vec<(String, String)>,
    /// Whose facts `stats` lists behind those of the server itself, in this order.
    pub backends: Vec<Arc<dyn BackendFacts>>,
}

/// A backend that has something to say to `stats`, as etsy's graphite backend does.
pub trait BackendFacts: Send + Sync + fmt::Debug {
    /// Its facts: (`graphite.last_flush`, …), in the order in which they are shown.
    fn facts(&self) -> Vec<(&'static str, Fact)>;
}

/// A fact of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// An instant, seconds since the epoch, of which is shown how many seconds ago it was. 0, the
    /// epoch itself, is etsy's "never".
    At(i64),
    /// A number, shown as it is.
    Number(u64),
}

/// Whoever answers commands.
pub trait Console: Send + Sync + 'static {
    /// The reply to what one read of the socket yielded.
    fn reply(&self, chunk: &[u8]) -> impl Future<Output = Reply> + Send;

    /// Where commands and whatever hits a limit are counted.
    fn telemetry(&self) -> &Telemetry;
}

/// What becomes of a command.
#[derive(Debug, PartialEq, Eq)]
pub enum Reply {
    /// It is answered.
    Text(String),
    /// The connection ends: that was asked for, or the server ends.
    Close,
}

impl Console for Admin {
    async fn reply(&self, chunk: &[u8]) -> Reply {
        let text = text_of(chunk);
        let mut words = text.trim().split(' ');
        let command = words.next().unwrap_or_default();
        let reply = match command {
            "help" => Some(HELP.to_owned()),
            "config" => Some(listed(&self.shown().config)),
            "health" => Some(health_reply(&self.health, words.next())),
            "stats" => self.stats().await,
            "counters" => self.list(Kind::Counters).await,
            "timers" => self.list(Kind::Timers).await,
            "gauges" => self.list(Kind::Gauges).await,
            "delcounters" => self.delete(Kind::Counters, words).await,
            "deltimers" => self.delete(Kind::Timers, words).await,
            "delgauges" => self.delete(Kind::Gauges, words).await,
            "quit" => None,
            _ => Some(ERROR.to_owned()),
        };
        reply.map_or(Reply::Close, Reply::Text)
    }

    fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }
}

impl Admin {
    /// Replaces what follows the configuration.
    pub fn show(&self, shown: Shown) {
        *self.shown() = shown;
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn stats(&self) -> Option<String> {
        let messages = self.inquirer.messages().await?;
        let now = nearest_second(self.clock.now());
        let own = [
            ("uptime", Fact::At(nearest_second(self.started))),
            ("messages.last_msg_seen", Fact::At(messages.last_seen)),
            ("messages.bad_lines_seen", Fact::Number(messages.bad_lines)),
        ];
        let backends: Vec<_> =
            self.shown().backends.iter().flat_map(|backend| backend.facts()).collect();
        let mut text = String::new();
        for (name, fact) in own.into_iter().chain(backends) {
            let _written = match fact {
                Fact::At(time) => writeln!(text, "{name}: {}", now.saturating_sub(time)),
                Fact::Number(number) => writeln!(text, "{name}: {number}"),
            };
        }
        text.push_str(END);
        Some(text)
    }

    async fn list(&self, kind: Kind) -> Option<String> {
        let listing = self.inquirer.list(kind).await?;
        self.telemetry.admin_replies_cut.add(u64::from(listing.left_out > 0));
        // Megabytes of text take time that belongs to other connections.
        let text = tokio::task::spawn_blocking(move || inspect(&listing)).await.ok()?;
        Some(text + "\n" + END)
    }

    async fn delete(&self, kind: Kind, names: impl Iterator<Item = &str>) -> Option<String> {
        let names: Vec<String> = names.map(str::to_owned).collect();
        let deleted = self.inquirer.delete(kind, names.clone()).await?;
        let cut = deleted.iter().any(|deleted| deleted.left_out > 0);
        self.telemetry.admin_replies_cut.add(u64::from(cut));
        let mut text = String::new();
        for (name, deleted) in names.iter().zip(&deleted) {
            write_deleted(&mut text, name, deleted);
        }
        text.push_str(END);
        Some(text)
    }
}

fn write_deleted(text: &mut String, asked: &str, deleted: &Deleted) {
    if deleted.names.is_empty() && deleted.left_out == 0 {
        let _written = if OF_EVERY_OBJECT.contains(&asked) {
            writeln!(text, "deleted: {asked}")
        } else {
            writeln!(text, "metric {asked} not found")
        };
    }
    for name in &deleted.names {
        let _written = writeln!(text, "deleted: {name}");
    }
    if deleted.left_out > 0 {
        let _written = writeln!(text, "deleted: ... {} more", deleted.left_out);
    }
}

/// What was said: etsy's sockets read ASCII, that is, seven bits of each byte.
pub(crate) fn text_of(chunk: &[u8]) -> String {
    chunk.iter().map(|byte| char::from(byte & 0x7f)).collect()
}

/// The reply to `config`.
pub(crate) fn listed(config: &[(String, String)]) -> String {
    let mut text = "\n".to_owned();
    for (key, value) in config {
        let _written = writeln!(text, "{key}: {value}");
    }
    text
}

/// The reply to `health`, and to `health up` and `health down`, which set it; other words behind it change
/// nothing.
pub(crate) fn health_reply(health: &Health, said: Option<&str>) -> String {
    match said.map(str::to_ascii_lowercase).as_deref() {
        Some("up") => health.set(true),
        Some("down") => health.set(false),
        _ => {}
    }
    let state = if health.is_up() { "up" } else { "down" };
    format!("health: {state}\n")
}

/// As etsy's servers round an instant.
pub(crate) fn nearest_second(time: Duration) -> i64 {
    i64::try_from((time + Duration::from_millis(500)).as_secs()).unwrap_or(i64::MAX)
}
