//! `statsd-server send 'users.new:1|c'`: lines to a server, checked before they leave.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};

use clap::Args;
use statsd_client::protocol::{Dialect, parse};

use super::{Failure, say};

/// Bytes of a packet: what fits one Ethernet frame beside its headers.
const PACKET_BYTES: usize = 1432;

/// The flags of `send`.
#[derive(Debug, Args)]
pub(super) struct Send {
    /// The lines, each an argument.
    #[arg(required = true, value_name = "LINE")]
    lines: Vec<String>,
    /// The server.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8125")]
    to: String,
}

impl Send {
    pub(super) fn execute(self) -> Result<(), Failure> {
        for line in &self.lines {
            check(line)?;
        }
        let packets = packets(&self.lines, PACKET_BYTES);
        deliver(&self.to, &packets)
            .map_err(|error| Failure::outside(&format!("cannot send to {}", self.to), error))?;
        let lines = self.lines.len();
        say(format_args!(
            "sent {lines} {} to {}",
            if lines == 1 { "line" } else { "lines" },
            self.to
        ));
        Ok(())
    }
}

/// A line is what `parse` can read, in the dialect that reads the most.
fn check(line: &str) -> Result<(), Failure> {
    let mut samples = parse(line.as_bytes(), Dialect::Etsy).peekable();
    if samples.peek().is_none() {
        return Err(Failure::Input("an empty line says nothing".to_owned()));
    }
    let bad = samples.find_map(Result::err);
    bad.map_or(Ok(()), |bad| {
        Err(Failure::Input(format!(
            "bad line {line:?}: {}; a line is name:value|type",
            bad.reason.as_str()
        )))
    })
}

/// Sends each packet as one datagram.
fn deliver(address: &str, packets: &[String]) -> io::Result<()> {
    let none = || io::Error::new(io::ErrorKind::NotFound, "it resolves to no address");
    let target = address.to_socket_addrs()?.next().ok_or_else(none)?;
    let any: SocketAddr = match target {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.connect(target)?;
    for packet in packets {
        socket.send(packet.as_bytes())?;
    }
    // On the same machine the kernel knows by now whether somebody listens.
    socket.take_error()?.map_or(Ok(()), Err)
}

/// Lines joined by newlines into packets of at most `limit` bytes; a longer line goes alone.
fn packets(lines: &[String], limit: usize) -> Vec<String> {
    let mut packets: Vec<String> = Vec::new();
    for line in lines {
        match packets.last_mut() {
            Some(open) if open.len() + 1 + line.len() <= limit => {
                open.push('\n');
                open.push_str(line);
            }
            _ => packets.push(line.clone()),
        }
    }
    packets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_line_is_refused_with_its_reason() {
        let error = check("users.new").unwrap_err().to_string();
        assert_eq!(error, "bad line \"users.new\": missing type; a line is name:value|type");
        assert!(check("users.new:1|c|@0.1|#plan:pro").is_ok());
        assert!(check("").is_err());
    }

    #[test]
    fn lines_share_packets_up_to_the_limit() {
        let lines = ["aaaa", "bbbb", "cccc"].map(str::to_owned);
        assert_eq!(packets(&lines, 9), ["aaaa\nbbbb", "cccc"]);
    }
}
