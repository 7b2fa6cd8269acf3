use std::net::UdpSocket;

use super::*;

fn bind_local(options: &UdpOptions) -> (SocketAddr, Vec<Socket>) {
    bind("127.0.0.1:0".parse().unwrap(), options).unwrap()
}

#[test]
fn a_bind_error_names_the_address() {
    let (taken, _holder) = bind_local(&UdpOptions::default());
    for sockets in [1, 2] {
        let error = bind(taken, &UdpOptions { sockets, ..UdpOptions::default() }).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
        assert!(error.to_string().contains(&taken.to_string()), "{error}");
    }
}

#[test]
fn several_sockets_share_the_port_of_the_first() {
    let (address, sockets) = bind_local(&UdpOptions { sockets: 3, ..UdpOptions::default() });
    assert_eq!(sockets.len(), 3);
    for socket in &sockets {
        assert_eq!(socket.local_addr().unwrap().as_socket(), Some(address));
    }
    let (_, bounded) = bind_local(&UdpOptions { sockets: usize::MAX, ..UdpOptions::default() });
    assert_eq!(bounded.len(), UDP_SOCKETS_MAX);
    assert_eq!(bind_local(&UdpOptions { sockets: 0, ..UdpOptions::default() }).1.len(), 1);
}

#[test]
fn the_receive_buffer_is_raised_and_never_lowered() {
    let size = |receive_buffer_bytes| {
        let (_, sockets) =
            bind_local(&UdpOptions { receive_buffer_bytes, ..UdpOptions::default() });
        sockets[0].recv_buffer_size().unwrap()
    };
    let plain = Socket::from(UdpSocket::bind("127.0.0.1:0").unwrap());
    let default = plain.recv_buffer_size().unwrap();
    assert_eq!(size(1_024), default);
    assert!(size(default + 4_096) > default);
}
