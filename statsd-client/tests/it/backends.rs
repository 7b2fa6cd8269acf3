//! UDP for real, and backends that misbehave.

use std::io;
use std::sync::{Arc, Mutex, mpsc};

use statsd_client::{Aggregation, Backend, ErrorKind, UdpBackend};

use super::*;

fn exact_over_udp(bind: &str, aggregation: Aggregation) {
    let server = UdpSocket::bind(bind).unwrap();
    let address = server.local_addr().unwrap().to_string();
    let client = Client::builder().address(address).aggregation(aggregation).build().unwrap();
    for _ in 0..2_000 {
        client.increment("users.new");
    }
    // No flush: dropping the last clone sends what is left.
    drop(client);
    let packets = received(&server);
    let sums = sums(packets.iter().map(Vec::as_slice), Dialect::Etsy);
    assert_eq!(sums["users.new"].0, 2_000.0);
}

#[test]
fn what_was_sent_before_the_drop_arrives() {
    for aggregation in [Aggregation::On, Aggregation::Off] {
        exact_over_udp("127.0.0.1:0", aggregation);
        exact_over_udp("[::1]:0", aggregation);
    }
}

#[test]
fn a_server_that_is_not_there_costs_the_caller_nothing() {
    let address = {
        let server = UdpSocket::bind("127.0.0.1:0").unwrap();
        server.local_addr().unwrap()
    };
    let client = Client::builder().address(address.to_string()).build().unwrap();
    for _ in 0..10 {
        client.increment("n");
        client.flush(PATIENCE);
    }
    let stats = client.stats();
    assert_adds_up(&stats);
    assert_eq!(stats.calls, 10);

    // It comes back on the same port: numbers flow again.
    let server = UdpSocket::bind(address).unwrap();
    client.increment("n");
    assert!(client.flush(PATIENCE));
    let packets = received(&server);
    assert_eq!(sums(packets.iter().map(Vec::as_slice), Dialect::Etsy)["n"].0, 1.0);
}

#[test]
fn an_address_that_resolves_to_nothing_is_an_error_that_names_it() {
    let error = Client::builder().address("no-port").build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Address);
    assert!(error.to_string().contains("no-port"), "{error}");
    assert!(UdpBackend::connect("127.0.0.1:0:0").is_err());
}

#[test]
fn a_setting_out_of_range_is_an_error_that_names_it() {
    let error = Client::builder().max_packet_size(10).build().unwrap_err();
    assert_eq!(error.to_string(), "max_packet_size of 10 bytes is not within 64 to 65507");
    assert!(Client::builder().flush_interval(Duration::ZERO).build().is_err());
    assert!(Client::builder().sample_rate(f64::NAN).build().is_err());
}

struct Failing {
    panics: bool,
}

impl Backend for Failing {
    fn send(&mut self, _packet: &[u8]) -> io::Result<()> {
        // Resumed rather than raised, so that the test's output stays quiet.
        if self.panics {
            std::panic::resume_unwind(Box::new("backend"))
        }
        Err(io::ErrorKind::Other.into())
    }

    fn max_packet_size(&self) -> usize {
        512
    }
}

#[test]
fn a_backend_that_fails_or_panics_is_counted_and_the_client_goes_on() {
    for panics in [false, true] {
        let client = Client::builder().backend(Failing { panics }).build().unwrap();
        for round in 1..=2 {
            client.increment("n");
            client.timing("t", Duration::from_millis(1));
            assert!(!client.flush(PATIENCE));
            let stats = client.stats();
            assert_adds_up(&stats);
            assert_eq!((stats.calls, stats.dropped.send_failed), (2 * round, 2 * round));
            assert_eq!(stats.packets_failed, round);
        }
    }
}

/// Asks and flushes its own client from within `send`, and lets go of the last clone there.
struct Introspective {
    client: Arc<Mutex<Option<Client>>>,
    answer: mpsc::Sender<bool>,
}

impl Backend for Introspective {
    fn send(&mut self, _packet: &[u8]) -> io::Result<()> {
        let Some(client) = self.client.lock().unwrap().take() else { return Ok(()) };
        let flushed = client.flush(PATIENCE);
        assert_adds_up(&client.stats());
        drop(client);
        self.answer.send(flushed).unwrap();
        Ok(())
    }

    fn max_packet_size(&self) -> usize {
        512
    }
}

/// Says when its client's thread has let it go.
impl Drop for Introspective {
    fn drop(&mut self) {
        // Nobody listens where the test has failed.
        let _heard = self.answer.send(true);
    }
}

#[test]
fn a_backend_that_flushes_or_ends_its_own_client_does_not_wait_for_itself() {
    let (answer, answered) = mpsc::channel();
    let kept = Arc::new(Mutex::new(None));
    let backend = Introspective { client: kept.clone(), answer };
    let client =
        Client::builder().backend(backend).flush_interval(Duration::from_millis(1)).build();
    let client = client.unwrap();
    client.increment("n");
    *kept.lock().unwrap() = Some(client);
    // Waiting for itself would take all of the patience, and the answer would come too late.
    assert_eq!(answered.recv_timeout(PATIENCE / 2), Ok(false));
    assert_eq!(answered.recv_timeout(PATIENCE), Ok(true), "its thread has ended, too");
}
