//! Where etsy's StatsD listens: `servers`, or the same keys at the top, and the admin console.

use std::net::Ipv6Addr;
use std::path::PathBuf;

use super::keys::{Findings, Keys, whole};
use super::value::{Node, Value};
use crate::config::listen::parse_mode;
use crate::config::sections::host_and_port;
use crate::config::{Config, Listen, StatsdListen, UnixSocket};

const STATSD_PORT: u16 = 8125;
const ADMIN_PORT: u16 = 8126;

pub(super) fn read(keys: &mut Keys<'_>, config: &mut Config, findings: &mut Findings) {
    config.statsd = if let Some(list) = keys.list("servers", findings) {
        for key in ["server", "address", "address_ipv6", "port", "socket", "socket_mod"] {
            if let Some(node) = keys.get(key) {
                findings.warn(node.at, format!("`{key}` has no effect beside `servers`"));
            }
        }
        list.iter().enumerate().filter_map(|(at, node)| entry(at, node, findings)).collect()
    } else {
        server(keys, findings).into_iter().collect()
    };
    let port = keys.port("mgmt_port", findings).unwrap_or(ADMIN_PORT);
    let host = keys.some_text("mgmt_address", findings).unwrap_or_else(|| {
        let message = "without `mgmt_address` the admin console is for this machine alone; etsy's \
                       listens everywhere, as '0.0.0.0' does";
        findings.note(0, message);
        "127.0.0.1".to_owned()
    });
    config.admin = Listen::On(host_and_port(&host, port));
}

fn entry(at: usize, node: &Node, findings: &mut Findings) -> Option<StatsdListen> {
    let Some(entries) = node.entries() else {
        let message = format!("`servers[{at}]` is to be an object, not {}", node.value.kind());
        findings.mistake(node.at, message);
        return None;
    };
    let mut keys = Keys::new(format!("servers[{at}]."), Some(entries));
    let listen = server(&mut keys, findings);
    keys.warn_of_others(findings);
    listen
}

/// One server, of these keys or of their defaults.
fn server(keys: &mut Keys<'_>, findings: &mut Findings) -> Option<StatsdListen> {
    let is_tcp = match keys.get_true("server") {
        None => false,
        Some(node) => is_tcp(node, findings)?,
    };
    let host = keys.some_text("address", findings);
    let port = keys.port("port", findings).unwrap_or(STATSD_PORT);
    let is_ip6 = keys.flag("address_ipv6", findings).unwrap_or(false);
    let socket = keys.some_text("socket", findings);
    let mode = mode(keys, findings);
    if let Some(path) = socket {
        if is_tcp {
            return Some(StatsdListen::UnixStream(UnixSocket { path: PathBuf::from(path), mode }));
        }
        let at = keys.get("socket").map_or(0, |node| node.at);
        findings.warn(at, "`socket` is for ./servers/tcp; with ./servers/udp it has no effect");
    }
    let host = match host {
        Some(host) => host,
        // Without an address etsy's TCP server takes IPv4 and IPv6, its UDP server one of them.
        None if is_tcp || is_ip6 => Ipv6Addr::UNSPECIFIED.to_string(),
        None => "0.0.0.0".to_owned(),
    };
    let address = host_and_port(&host, port);
    Some(if is_tcp { StatsdListen::Tcp(address) } else { StatsdListen::Udp(address) })
}

/// `./servers/udp` or `./servers/tcp`, and ways in which people shorten them.
fn is_tcp(node: &Node, findings: &mut Findings) -> Option<bool> {
    let name = match &node.value {
        Value::Text(text) => module(text, "servers/"),
        other => other.kind(),
    };
    match name {
        "udp" => Some(false),
        "tcp" => Some(true),
        _ => {
            let message = format!(
                "the server {name:?} is a module for Node.js, which is not loaded here: ./servers/udp \
                 and ./servers/tcp are known"
            );
            findings.mistake(node.at, message);
            None
        }
    }
}

/// The name of one of etsy's own modules, without its folder.
pub(super) fn module<'a>(path: &'a str, folder: &str) -> &'a str {
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = path.strip_prefix(folder).unwrap_or(path);
    path.strip_suffix(".js").unwrap_or(path)
}

/// Permissions as Node takes them: a number, or octal digits in quotes.
fn mode(keys: &mut Keys<'_>, findings: &mut Findings) -> Option<u32> {
    let node = keys.get_true("socket_mod")?;
    let mode = match &node.value {
        Value::Number(number) => whole(*number).filter(|mode| *mode <= 0o777),
        Value::Text(text) => parse_mode(text).ok(),
        _ => None,
    };
    if mode.is_none() {
        findings.mistake(node.at, "`socket_mod` is not a file's permissions: write 0o660 or '660'");
    }
    mode
}
