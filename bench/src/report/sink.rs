//! Where everything is sent: a socket of the loopback that is read until the process ends. What comes
//! is thrown away; that it is taken keeps the kernel's buffers from filling.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;

/// The largest datagram.
const PACKET_BYTES: usize = 65_536;

pub(super) fn open() -> io::Result<SocketAddr> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    thread::Builder::new().name("sink".into()).spawn(move || {
        let mut packet = vec![0; PACKET_BYTES];
        while socket.recv(&mut packet).is_ok() {}
    })?;
    Ok(address)
}
