//! Who is on the ring, and where. Health checks write it, forwarders read it once a batch.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use super::{NodeOptions, Ring};
use crate::telemetry::{NodeStatus, Telemetry};

/// All nodes, and those of them that are up.
#[derive(Debug)]
pub(super) struct Fleet {
    nodes: Vec<Node>,
    members: Mutex<Members>,
    table: RwLock<Arc<Table>>,
}

/// Nodes that are up, by number, with their addresses; one that comes back stands last, as in etsy's
/// proxy, which decides who has a place that two share.
type Members = Vec<(usize, SocketAddr)>;

/// One node, up or not.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) options: NodeOptions,
    pub(super) name: String,
    pub(super) status: Arc<NodeStatus>,
    /// Packets to it failed since its last check; said once.
    is_failing: AtomicBool,
}

/// Who gets a name, as it was when it was asked for.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) ring: Ring,
    addresses: Vec<Option<SocketAddr>>,
}

impl Table {
    /// Where a name's lines go; none where nobody is up.
    pub(super) fn node_of(&self, name: &[u8]) -> Option<usize> {
        self.ring.node_of(name)
    }

    /// Of a node that is on the ring.
    pub(super) fn address(&self, node: usize) -> Option<SocketAddr> {
        *self.addresses.get(node)?
    }
}

impl Fleet {
    /// The nodes with what was found of their addresses: those that have one are up.
    pub(super) fn new(
        options: &[NodeOptions],
        found: Vec<Result<SocketAddr, String>>,
        telemetry: &Telemetry,
    ) -> Self {
        let node = |options: &NodeOptions| {
            let name = options.name();
            let status = telemetry.nodes.named(&name);
            Node { options: options.clone(), name, status, is_failing: AtomicBool::new(false) }
        };
        let fleet = Self {
            nodes: options.iter().map(node).collect(),
            members: Mutex::default(),
            table: RwLock::default(),
        };
        let mut members = fleet.members();
        for ((at, node), found) in fleet.nodes.iter().enumerate().zip(found) {
            match found {
                Ok(address) => {
                    node.status.up.set(1);
                    members.push((at, address));
                }
                Err(why) => tracing::warn!("node {} is not on the ring: {why}", node.name),
            }
        }
        fleet.publish(&members);
        drop(members);
        fleet
    }

    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// Who gets what from now on, until the next change.
    pub(super) fn table(&self) -> Arc<Table> {
        Arc::clone(&self.table.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names of the nodes that are up, in the order in which they came on the ring.
    pub(super) fn up(&self) -> Vec<&str> {
        self.members().iter().map(|(node, _)| self.nodes[*node].name.as_str()).collect()
    }

    /// What a check came to: where the node is, or why it is to get nothing. Only a change is logged.
    pub(super) fn checked(&self, at: usize, found: Result<SocketAddr, String>) {
        let node = &self.nodes[at];
        let mut members = self.members();
        let place = members.iter().position(|(member, _)| *member == at);
        match (place, found) {
            (Some(place), Ok(address)) => {
                node.is_failing.store(false, Ordering::Relaxed);
                if members[place].1 == address {
                    return;
                }
                tracing::warn!("node {} is at {address} from now on", node.name);
                members[place].1 = address;
            }
            (None, Ok(address)) => {
                tracing::warn!("node {} is up: it is on the ring", node.name);
                node.is_failing.store(false, Ordering::Relaxed);
                node.status.up.set(1);
                members.push((at, address));
            }
            (Some(place), Err(why)) => {
                tracing::warn!("node {} is taken from the ring: {why}", node.name);
                node.status.up.set(0);
                node.status.removals.add(1);
                members.remove(place);
                if members.is_empty() {
                    tracing::error!("no node is up: lines are dropped, and counted");
                }
            }
            (None, Err(_)) => return,
        }
        self.publish(&members);
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn publish(&self, members: &Members) {
        let names = members.iter().map(|(node, _)| (*node, self.nodes[*node].name.as_str()));
        let mut addresses = vec![None; self.nodes.len()];
        for (node, address) in members {
            addresses[*node] = Some(*address);
        }
        let table = Arc::new(Table { ring: Ring::new(names), addresses });
        *self.table.write().unwrap_or_else(PoisonError::into_inner) = table;
    }
}

impl Node {
    /// Whether this is the first failure since the last check.
    pub(super) fn begins_to_fail(&self) -> bool {
        !self.is_failing.swap(true, Ordering::Relaxed)
    }
}
