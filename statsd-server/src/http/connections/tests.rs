use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::*;

/// Fails a test that would wait for ever.
const PATIENCE: Duration = Duration::from_secs(30);
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: test\r\n\r\n";

struct Served {
    address: SocketAddr,
    telemetry: Arc<Telemetry>,
    _runtime: Runtime,
}

/// A server with two places.
fn serve(silence: Duration) -> Served {
    let telemetry = Arc::<Telemetry>::default();
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
    let address = listener.local_addr().unwrap();
    let bounded = Bounded::with_bounds(listener, Arc::clone(&telemetry), 2, silence);
    let router = Router::new().route("/", get(|| async { "here" }));
    runtime.spawn(async move { axum::serve(bounded, router).await });
    Served { address, telemetry, _runtime: runtime }
}

fn send(server: &Served, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(bytes).unwrap();
    stream
}

/// How many bytes come next, 1 at most; 0 where the connection ends.
fn next(mut stream: &TcpStream, within: Duration) -> io::Result<usize> {
    stream.set_read_timeout(Some(within)).unwrap();
    stream.read(&mut [0])
}

#[test]
fn a_connection_over_the_limit_is_served_when_another_ends() {
    let server = serve(PATIENCE);
    let served = [send(&server, REQUEST), send(&server, REQUEST)];
    for stream in &served {
        assert_eq!(next(stream, PATIENCE).unwrap(), 1);
    }
    let waiting = send(&server, REQUEST);
    assert!(next(&waiting, Duration::from_millis(100)).is_err(), "nobody takes it");
    while server.telemetry.connections_over_limit.get() == 0 {}

    drop(served);
    assert_eq!(next(&waiting, PATIENCE).unwrap(), 1);
}

#[test]
fn connections_that_never_said_anything_make_room_the_oldest_first() {
    let server = serve(PATIENCE);
    let oldest = send(&server, b"");
    let half = send(&server, b"GET / HT");
    let other = send(&server, REQUEST);
    assert_eq!(next(&other, PATIENCE).unwrap(), 1, "it is served");
    assert_eq!(next(&oldest, PATIENCE).unwrap(), 0, "it made room");
    let mut rest = half;
    rest.write_all(&REQUEST[8..]).unwrap();
    assert_eq!(next(&rest, PATIENCE).unwrap(), 1, "who has begun is waited for");
}

#[test]
fn half_a_request_is_not_waited_for() {
    let server = serve(Duration::from_millis(50));
    let half = send(&server, b"GET / HT");
    // The kernel says so in one way or the other.
    let end = next(&half, PATIENCE).map_err(|error| error.kind());
    assert!(matches!(end, Ok(0) | Err(io::ErrorKind::ConnectionReset)), "{end:?}");
}
