//! UDP sockets: bound, with as much room in the kernel as the system allows.

use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};

use crate::limits::{RECEIVE_BUFFER_BYTES, UDP_SOCKETS_MAX};

/// How the sockets of a UDP address are set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UdpOptions {
    /// Bytes to which the kernel's receive buffer is raised, as far as the system allows. A buffer
    /// that is larger stays as it is.
    pub receive_buffer_bytes: usize,
    /// Sockets on the address, each with a thread and a shard; the kernel deals senders out to them.
    /// 0 counts as 1, more than `UDP_SOCKETS_MAX` as that. Only worth it where one core is not enough.
    pub sockets: usize,
    /// Whether the kernel may hand over datagrams that came as one segmented train in one piece
    /// (`UDP_GRO`), where it can. They are taken apart again, and cost a tenth. A train that is dropped
    /// the kernel counts as one, so for senders that segment the drops are a lower bound; they are
    /// told apart as `kernel_drops_merged`.
    pub merge_segments: bool,
}

impl Default for UdpOptions {
    fn default() -> Self {
        Self { receive_buffer_bytes: RECEIVE_BUFFER_BYTES, sockets: 1, merge_segments: true }
    }
}

/// Binds the sockets of an IPv4 or IPv6 address, all of them to the port that the first one gets.
/// The error names the address.
pub(super) fn bind(
    address: SocketAddr,
    options: &UdpOptions,
) -> io::Result<(SocketAddr, Vec<Socket>)> {
    let sockets = options.sockets.clamp(1, UDP_SOCKETS_MAX);
    let bind_all = || {
        let first = bind_one(address, options, sockets > 1)?;
        let bound = first.local_addr()?.as_socket().unwrap_or(address);
        let others = (1..sockets).map(|_| bind_one(bound, options, true));
        let all = std::iter::once(Ok(first)).chain(others).collect::<io::Result<_>>()?;
        Ok((bound, all))
    };
    bind_all().map_err(|error: io::Error| {
        io::Error::new(error.kind(), format!("cannot receive on udp {address}: {error}"))
    })
}

/// Several sockets share a port only where all of them say so: a second server is told that the
/// address is in use, instead of taking half of the packets.
fn bind_one(address: SocketAddr, options: &UdpOptions, shared: bool) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if shared {
        socket.set_reuse_port(true)?;
    }
    prepare(&socket, options)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// What a socket needs, whoever has made it.
pub(super) fn prepare(socket: &Socket, options: &UdpOptions) -> io::Result<()> {
    tell_drops_and_segments(socket, options.merge_segments);
    raise_buffer(socket, options.receive_buffer_bytes);
    socket.set_nonblocking(true)
}

/// Both are comforts that an old kernel may not have.
#[cfg(target_os = "linux")]
fn tell_drops_and_segments(socket: &Socket, merge_segments: bool) {
    use nix::sys::socket::{setsockopt, sockopt};

    if let Err(error) = setsockopt(socket, sockopt::RxqOvfl, &1) {
        tracing::debug!(%error, "the kernel does not tell with a packet what it has dropped");
    }
    if merge_segments && let Err(error) = setsockopt(socket, sockopt::UdpGroSegment, &true) {
        tracing::debug!(%error, "the kernel does not hand over segments in one piece");
    }
}

#[cfg(not(target_os = "linux"))]
fn tell_drops_and_segments(_socket: &Socket, _merge_segments: bool) {}

/// A smaller buffer than asked for is no error: the system's administrator said so.
fn raise_buffer(socket: &Socket, bytes: usize) {
    if socket.recv_buffer_size().is_ok_and(|now| now < bytes)
        && let Err(error) = socket.set_recv_buffer_size(bytes)
    {
        tracing::debug!(%error, "the receive buffer of a udp socket stays as it is");
    }
}

#[cfg(test)]
mod tests;
