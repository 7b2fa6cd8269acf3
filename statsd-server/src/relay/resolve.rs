//! A node's host → its address. Names are resolved off the caller's thread, because the system's resolver
//! has patience of its own.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Instant;

use super::NodeOptions;
use crate::limits::RELAY_RESOLVE_WAIT_MAX;

/// The address that a host is written as; none where it is a name.
pub(super) fn written(node: &NodeOptions) -> Option<SocketAddr> {
    node.host.parse::<IpAddr>().ok().map(|host| SocketAddr::new(host, node.port))
}

/// Asks the system's resolver, however long that takes. Of several addresses it is the first over IPv4, as
/// with etsy's proxy.
pub(super) fn ask(host: &str, port: u16) -> io::Result<SocketAddr> {
    let addresses: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    let first = addresses.iter().find(|address| address.is_ipv4()).or(addresses.first());
    first.copied().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "it has no address"))
}

/// Every node's address, all of them within `RELAY_RESOLVE_WAIT_MAX`.
pub(super) fn all_at_start(nodes: &[NodeOptions]) -> Vec<Result<SocketAddr, String>> {
    let mut found: Vec<Result<SocketAddr, String>> = nodes
        .iter()
        .map(|node| written(node).ok_or_else(|| "its name does not resolve in time".to_owned()))
        .collect();
    let (sender, answers) = sync_channel(nodes.len());
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| written(node).is_none()) {
        let (sender, host, port) = (sender.clone(), node.host.clone(), node.port);
        let resolve = move || {
            // Nobody listens any more once the time is over.
            let _sent = sender.try_send((at, ask(&host, port)));
        };
        let started = thread::Builder::new().name("statsd-resolve".to_owned()).spawn(resolve);
        if let Err(error) = started {
            found[at] = Err(format!("its name cannot be resolved: {error}"));
        }
    }
    drop(sender);
    let until = Instant::now() + RELAY_RESOLVE_WAIT_MAX;
    // Ends when the last thread has answered, too.
    while let Ok((at, answer)) =
        answers.recv_timeout(until.saturating_duration_since(Instant::now()))
    {
        found[at] = answer.map_err(|error| format!("its name does not resolve: {error}"));
    }
    found
}
