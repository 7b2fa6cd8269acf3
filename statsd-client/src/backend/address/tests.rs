use super::*;

fn host(text: &str) -> HostPort {
    HostPort::parse(text).unwrap()
}

#[test]
fn every_kind_of_address_is_read() {
    for (text, address) in [
        ("metrics.example.com:8125", Address::Udp(host("metrics.example.com:8125"))),
        ("127.0.0.1:1", Address::Udp(host("127.0.0.1:1"))),
        ("[::1]:65535", Address::Udp(host("[::1]:65535"))),
        ("[fe80::1%eth0]:8125", Address::Udp(host("[fe80::1%eth0]:8125"))),
        ("udp://statsd_1:8125", Address::Udp(host("statsd_1:8125"))),
        ("tcp://[2001:db8::1]:8125", Address::Tcp(host("[2001:db8::1]:8125"))),
        ("unix:///run/dsd.sock", Address::UnixDatagram("/run/dsd.sock".into())),
        ("unixgram:///run/dsd.sock", Address::UnixDatagram("/run/dsd.sock".into())),
        ("unixstream:///run/dsd.sock", Address::UnixStream("/run/dsd.sock".into())),
    ] {
        assert_eq!(Address::parse(text).unwrap(), address, "{text}");
    }
}

#[test]
fn an_address_is_written_as_it_was_read() {
    for text in ["metrics:8125", "127.0.0.1:8125", "[::1]:8125", "[fe80::1%eth0]:8125"] {
        assert_eq!(host(text).to_string(), text);
    }
}

#[test]
fn what_is_wrong_with_an_address_is_said() {
    for (text, message) in [
        ("", r#"the address "" has no port; write host:port"#),
        ("metrics", r#"the address "metrics" has no port; write host:port"#),
        (":8125", r#"the address ":8125" has no host before the port"#),
        (
            "metrics:",
            r#"the address "metrics:" has the port ""; a port is a number from 1 to 65535"#,
        ),
        ("m:0", r#"the address "m:0" has the port "0"; a port is a number from 1 to 65535"#),
        ("m:+1", r#"the address "m:+1" has the port "+1"; a port is a number from 1 to 65535"#),
        (
            "m:65536",
            r#"the address "m:65536" has the port "65536"; a port is a number from 1 to 65535"#,
        ),
        ("a b:1", r#"the address "a b:1" has ' ' in its host"#),
        ("user@m:1", r#"the address "user@m:1" has '@' in its host"#),
        (
            "::1:8125",
            r#"the address "::1:8125" has an IPv6 address without brackets; write [::1]:8125"#,
        ),
        (
            "fe80::1",
            r#"the address "fe80::1" is an IPv6 address without brackets and port; write [fe80::1]:8125"#,
        ),
        (
            "127.0.0.1:0:0",
            r#"the address "127.0.0.1:0:0" has more than one colon; write host:port, or [v6]:port"#,
        ),
        ("[::1]", r#"the address "[::1]" has no port after the bracket; write [::1]:8125"#),
        (
            "[::1:8125",
            r#"the address "[::1:8125" opens a bracket without closing it; write [::1]:8125"#,
        ),
        (
            "[metrics]:1",
            r#"the address "[metrics]:1" has "metrics" in brackets, which is not an IPv6 address"#,
        ),
        ("tcp://metrics", r#"the address "metrics" has no port; write host:port"#),
        (
            "http://m:80",
            r#"the address "http://m:80" begins with http://; known are udp, tcp, unix, unixgram, unixstream"#,
        ),
        (
            "unix://run/dsd.sock",
            r#"the address "unix://run/dsd.sock" names no absolute path; write unix:///path, with three slashes"#,
        ),
        (
            "unixstream:///",
            r#"the address "unixstream:///" names no absolute path; write unix:///path, with three slashes"#,
        ),
        ("/run/dsd.sock", r#"the address "/run/dsd.sock" is a path; write unix:///run/dsd.sock"#),
    ] {
        let error = Address::parse(text).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (io::ErrorKind::InvalidInput, message.into())
        );
    }
    let long = format!("{}:8125", "a".repeat(254));
    let error = Address::parse(&long).unwrap_err();
    assert!(error.to_string().ends_with("has a host of more than 253 bytes"), "{error}");
}

#[test]
fn a_server_that_is_not_there_can_be_opened() {
    for text in ["127.0.0.1:1", "tcp://127.0.0.1:1", "udp://[::1]:1"] {
        open(&Address::parse(text).unwrap()).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_path_that_no_socket_can_have_is_named() {
    let path = "/tmp/".repeat(100);
    for scheme in ["unix", "unixgram", "unixstream"] {
        let Err(error) = open(&Address::parse(&format!("{scheme}://{path}")).unwrap()) else {
            panic!("a path of {} bytes", path.len());
        };
        assert!(error.to_string().contains(&path), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn the_scheme_says_which_backend_it_is() {
    use std::io::Read;
    use std::net::TcpListener;
    use std::os::unix::net::{UnixDatagram, UnixListener};

    let folder = std::env::temp_dir().join(format!("statsd-address-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name);
    let send = |address: String| {
        let mut backend = open(&Address::parse(&address).unwrap()).unwrap();
        while !backend.ready() {
            std::thread::yield_now();
        }
        backend.send(b"a:1|c").unwrap();
    };
    let mut bytes = Vec::new();

    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    send(format!("tcp://{}", tcp.local_addr().unwrap()));
    tcp.accept().unwrap().0.read_to_end(&mut bytes).unwrap();

    let stream = UnixListener::bind(path("stream")).unwrap();
    send(format!("unixstream://{}", path("stream").display()));
    stream.accept().unwrap().0.read_to_end(&mut bytes).unwrap();
    assert_eq!(bytes, b"a:1|c\n\x06\0\0\0a:1|c\n");

    for scheme in ["unix", "unixgram"] {
        let datagrams = UnixDatagram::bind(path(scheme)).unwrap();
        send(format!("{scheme}://{}", path(scheme).display()));
        let length = datagrams.recv(&mut bytes).unwrap();
        assert_eq!(&bytes[..length], b"a:1|c");
    }
    std::fs::remove_dir_all(folder).unwrap();
}
