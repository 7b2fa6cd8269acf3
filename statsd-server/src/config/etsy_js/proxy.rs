//! The keys of etsy's cluster proxy, `proxy.js`. A file that has `nodes` is one of its.

use super::keys::{Findings, Keys};
use super::meaning::milliseconds;
use super::value::Node;
use crate::config::{Config, RelayNode};

/// Keys that mean nothing without `nodes`.
const OTHERS: [&str; 3] = ["checkInterval", "cacheSize", "forkCount"];

/// Keys that have no effect here, and what does it instead.
const NO_EFFECT: [(&str, &str); 4] = [
    (
        "cacheSize",
        "each receiver remembers the nodes of some thousand names, in memory that is fixed",
    ),
    (
        "forkCount",
        "one process does the work of several; where a core is not enough, statsd_sockets in our format \
         is the number of threads",
    ),
    ("host", "`address` says where to listen, with etsy's proxy, too"),
    ("udp_version", "`address_ipv6: true` says it, with etsy's proxy, too"),
];

pub(super) fn read(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    let Some(list) = keys.list("nodes", findings) else {
        for key in OTHERS {
            if let Some(node) = keys.get(key) {
                let message =
                    format!("`{key}` is for etsy's proxy, which has `nodes`: it has no effect");
                findings.warn(node.at, message);
            }
        }
        return;
    };
    if list.is_empty() {
        let at = keys.get("nodes").map_or(0, |node| node.at);
        findings.mistake(at, "`nodes` is empty: there is nobody to relay to");
    }
    for (at, node) in list.iter().enumerate() {
        let Some(found) = entry(at, node, findings) else { continue };
        let known = config.relay.nodes.iter();
        if known.clone().any(|known| known.host == found.host && known.port == found.port) {
            let message = format!("`nodes[{at}]` stands there twice, and counts once");
            findings.warn(node.at, message);
        } else {
            config.relay.nodes.push(found);
        }
    }
    if let Some(interval) = milliseconds("checkInterval", keys, findings) {
        config.relay.check_interval = interval;
    }
    for (key, instead) in NO_EFFECT {
        if let Some(node) = keys.get(key) {
            findings.note(node.at, format!("`{key}` has no effect: {instead}"));
        }
    }
}

fn entry(at: usize, node: &Node, findings: &mut Findings) -> Option<RelayNode> {
    let mut keys = Keys::new(format!("nodes[{at}]."), node.entries());
    let host = keys.some_text("host", findings);
    let port = keys.port("port", findings);
    let adminport = keys.port("adminport", findings);
    keys.warn_of_others(findings);
    let (Some(host), Some(port), Some(adminport)) = (host, port, adminport) else {
        let message = format!("`nodes[{at}]` wants a `host`, a `port` and an `adminport`");
        findings.mistake(node.at, message);
        return None;
    };
    Some(RelayNode::new(host, port, adminport))
}
