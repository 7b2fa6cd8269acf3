//! The management console of etsy's proxy: `help`, `config`, `health`, `status`, `quit`, byte for byte.

use std::sync::Arc;
use std::time::Duration;

use super::{Fleet, Relay};
use crate::admin::{Console, Reply, health_reply, listed, nearest_second, text_of};
use crate::clock::Clock;
use crate::health::Health;
use crate::telemetry::Telemetry;

const HELP: &str = "Commands: config, health, status, quit\n\n";
const ERROR: &str = "ERROR\n";

/// What the console of a relay shows and changes.
#[derive(Debug)]
pub struct RelayConsole {
    fleet: Arc<Fleet>,
    telemetry: Arc<Telemetry>,
    /// What `health` says and sets: of the relay itself, for whoever sends to it.
    health: Arc<Health>,
    config: Vec<(String, String)>,
    clock: Arc<dyn Clock>,
    started: Duration,
}

impl RelayConsole {
    /// The console of `relay`. `config` lists etsy's keys (`nodes > 0 > host`) and their values; the relay
    /// has started now.
    pub fn new(
        relay: &Relay,
        health: Arc<Health>,
        config: Vec<(String, String)>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            fleet: Arc::clone(&relay.fleet),
            telemetry: Arc::clone(&relay.telemetry),
            health,
            config,
            started: clock.now(),
            clock,
        }
    }

    /// The nodes that are up, and how long the relay is.
    fn status(&self) -> String {
        let uptime = nearest_second(self.clock.now()) - nearest_second(self.started);
        let mut text = format!("uptime: {uptime}\nnodes: ");
        for name in self.fleet.up() {
            text.extend([name, " "]);
        }
        text + "\n"
    }
}

impl Console for RelayConsole {
    async fn reply(&self, chunk: &[u8]) -> Reply {
        let text = text_of(chunk);
        let mut words = text.trim().split(' ');
        Reply::Text(match words.next().unwrap_or_default() {
            "help" => HELP.to_owned(),
            "config" => listed(&self.config),
            "health" => health_reply(&self.health, words.next()),
            "status" => self.status(),
            "quit" => return Reply::Close,
            _ => ERROR.to_owned(),
        })
    }

    fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }
}

#[cfg(test)]
mod tests;
