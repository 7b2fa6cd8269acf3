//! What each node got of a relay, by the node's name.

use std::sync::{Arc, Mutex, PoisonError};

use super::{Count, Level};

/// What one node got since the relay started.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct NodeStatus {
    /// 1 while it is on the ring, 0 while it is not.
    pub up: Level,
    /// Lines sent to it.
    pub lines: Count,
    /// Packets that they were sent in.
    pub packets: Count,
    /// Lines that were not sent because the socket did not take their packet.
    pub lines_not_sent: Count,
    /// Times that it left the ring.
    pub removals: Count,
}

impl NodeStatus {
    /// Every number by its name, in the order of their declaration.
    pub fn numbers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        [
            ("up", self.up.get()),
            ("lines", self.lines.get()),
            ("packets", self.packets.get()),
            ("lines_not_sent", self.lines_not_sent.get()),
            ("removals", self.removals.get()),
        ]
        .into_iter()
    }
}

/// Every node's status.
#[derive(Debug, Default)]
pub struct NodeStatuses(Mutex<Vec<(String, Arc<NodeStatus>)>>);

impl NodeStatuses {
    /// The status of the node of that name; it begins with the first call.
    ///
    /// ```
    /// use statsd_server::telemetry::Telemetry;
    ///
    /// let telemetry = Telemetry::default();
    /// telemetry.nodes.named("10.0.0.1:8125").lines.add(7);
    /// assert_eq!(telemetry.nodes.named("10.0.0.1:8125").lines.get(), 7);
    /// assert_eq!(telemetry.nodes.all()[0].0, "10.0.0.1:8125");
    /// ```
    pub fn named(&self, name: &str) -> Arc<NodeStatus> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, status)) = all.iter().find(|(known, _)| known == name) {
            return Arc::clone(status);
        }
        let status = Arc::default();
        all.push((name.to_owned(), Arc::clone(&status)));
        status
    }

    /// All of them, in the order in which they began.
    pub fn all(&self) -> Vec<(String, Arc<NodeStatus>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
