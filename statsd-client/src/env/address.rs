//! Addresses as the environment has them → addresses as `Builder::address` takes them. Every function
//! but the last returns what is wanted where it cannot read the text.

/// The port of Datadog's agent.
const AGENT_PORT: u16 = 8125;

/// The datagram socket at a path.
pub(super) fn unix(path: &str) -> Result<String, String> {
    let path = path.strip_prefix("unix://").unwrap_or(path);
    if path.len() < 2 || !path.starts_with('/') {
        return Err("an absolute path".to_owned());
    }
    Ok(format!("unix://{path}"))
}

pub(super) fn host_and_port(text: &str) -> Result<String, String> {
    let wanted =
        || "`host:port`, an IPv6 address in brackets: `127.0.0.1:8125`, `[::1]:8125`".to_owned();
    let (host, number) = text.rsplit_once(':').ok_or_else(wanted)?;
    let v6 = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let is_host = v6.map_or(!host.contains(':'), |v6| v6.contains(':'));
    if !is_host || self::host(host).is_err() || port(number).is_err() {
        return Err(wanted());
    }
    Ok(text.to_owned())
}

pub(super) fn host(text: &str) -> Result<String, String> {
    if text.is_empty() || text.contains(|c: char| c == '/' || c.is_whitespace()) {
        return Err("a host name or an IP address".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|&port| port != 0);
    port.ok_or_else(|| "a port, 1 to 65535".to_owned())
}

/// `unix://` is a datagram socket here; Datadog's own clients try both kinds.
pub(super) fn url(text: &str) -> Result<String, String> {
    let wanted = "one of udp://host:port, unix:///path, unixgram:///path, unixstream:///path";
    if text.starts_with(r"\\.\pipe\") || text.starts_with("npipe:") {
        return Err(format!("{wanted}: there are no Windows pipes here"));
    }
    match text.split_once("://") {
        Some(("udp", rest)) => {
            let rest = rest.trim_end_matches('/');
            let address = host_and_port(rest).or_else(|wanted| {
                // Without a port the agent's own is meant.
                let bare = rest.ends_with(']') || !rest.contains(':');
                host(rest).ok().filter(|_| bare).map(|host| agent(Some(host), None)).ok_or(wanted)
            });
            address.map_err(|_| wanted.to_owned())
        }
        Some(("unix" | "unixgram", path)) => unix(path).map_err(|_| wanted.to_owned()),
        Some(("unixstream", path)) if unix(path).is_ok() => Ok(text.to_owned()),
        _ => Err(wanted.to_owned()),
    }
}

/// The agent's address, where one part of it may be left out.
pub(super) fn agent(host: Option<String>, port: Option<u16>) -> String {
    let host = host.as_deref().unwrap_or("127.0.0.1");
    let port = port.unwrap_or(AGENT_PORT);
    if host.contains(':') && !host.starts_with('[') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}
