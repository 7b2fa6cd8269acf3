//! A program that counts, flushes, and returns from `main`: everything arrives. The test runs itself as
//! that program, so it has a `main` of its own.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use statsd_client::protocol::{Dialect, Value, parse};
use statsd_client::{Aggregation, Client, Counter};

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the program sends to; without it, this is the test.
const ADDRESS: &str = "EXIT_TEST_ADDRESS";
const AGGREGATION: &str = "EXIT_TEST_AGGREGATION";

const CALLS: usize = 2_000;

static JOBS: Counter = Counter::new("jobs");

fn main() {
    match std::env::var(ADDRESS) {
        Ok(address) => program(&address),
        Err(_) => test(),
    }
}

fn program(address: &str) {
    let aggregation = match std::env::var(AGGREGATION).as_deref() {
        Ok("on") => Aggregation::On,
        _ => Aggregation::Off,
    };
    let client = Client::builder().address(address).aggregation(aggregation).build().unwrap();
    let _flush_on_exit = statsd_client::install(client.clone());
    (0..CALLS).for_each(|_| JOBS.increment());
    // Where the server is not there yet, it comes now.
    std::io::stdout().write_all(b"called\n").unwrap();
    assert!(client.flush(PATIENCE));
}

fn start(address: &str, aggregation: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .env(ADDRESS, address)
        .env(AGGREGATION, aggregation)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn await_calls(program: &mut Child) {
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "called\n");
}

fn end(mut program: Child) {
    assert!(program.wait().unwrap().success());
}

fn test() {
    for aggregation in ["on", "off"] {
        for ip in ["127.0.0.1", "[::1]"] {
            over_udp(ip, aggregation);
        }
        #[cfg(unix)]
        unix::server_comes_late(aggregation);
    }
}

fn over_udp(ip: &str, aggregation: &str) {
    let server = UdpSocket::bind(format!("{ip}:0")).unwrap();
    let mut program = start(&server.local_addr().unwrap().to_string(), aggregation);
    await_calls(&mut program);
    end(program);
    // All that was sent stands in the socket's buffer.
    server.set_nonblocking(true).unwrap();
    let mut packet = vec![0; 65_535];
    let mut calls = 0;
    while let Ok(length) = server.recv(&mut packet) {
        calls += counted(&packet[..length]);
    }
    assert_eq!(calls, CALLS, "over UDP to {ip}, aggregation {aggregation}");
}

/// The sum of a packet.
fn counted(packet: &[u8]) -> usize {
    let numbers = parse(packet, Dialect::Etsy).map(|sample| {
        let sample = sample.unwrap();
        let Value::Number(number) = sample.value else { panic!("{sample:?}") };
        assert_eq!((sample.name, sample.rate), (&b"jobs"[..], 1.0));
        number.to_string().parse::<usize>().unwrap()
    });
    numbers.sum()
}

#[cfg(unix)]
mod unix {
    use std::io::{ErrorKind, Read};
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use super::*;

    pub(crate) fn server_comes_late(aggregation: &str) {
        let path = std::env::temp_dir().join(format!("statsd-exit-{}.sock", std::process::id()));

        let mut program = start(&format!("unix://{}", path.display()), aggregation);
        await_calls(&mut program);
        let server = UnixDatagram::bind(&path).unwrap();
        server.set_read_timeout(Some(PATIENCE)).unwrap();
        let (mut packet, mut calls) = (vec![0; 65_535], 0);
        while calls < CALLS {
            let length = server.recv(&mut packet).unwrap();
            calls += counted(&packet[..length]);
        }
        end(program);
        server.set_nonblocking(true).unwrap();
        assert_eq!(server.recv(&mut packet).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(calls, CALLS, "over Unix datagrams, aggregation {aggregation}");
        std::fs::remove_file(&path).unwrap();

        let mut program = start(&format!("unixstream://{}", path.display()), aggregation);
        await_calls(&mut program);
        let server = UnixListener::bind(&path).unwrap();
        let (mut stream, _) = server.accept().unwrap();
        let (mut length, mut calls) = ([0; 4], 0);
        while stream.read_exact(&mut length).is_ok() {
            let mut frame = vec![0; usize::try_from(u32::from_le_bytes(length)).unwrap()];
            stream.read_exact(&mut frame).unwrap();
            calls += counted(&frame);
        }
        end(program);
        assert_eq!(calls, CALLS, "over a Unix stream, aggregation {aggregation}");
        std::fs::remove_file(&path).unwrap();
    }
}
