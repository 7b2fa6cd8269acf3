use std::sync::Mutex;
use std::thread;

use super::*;

const FIRST: &str = "192.0.2.1:8125";
const SECOND: &str = "[2001:db8::2]:8125";

/// What the name means at the moment, and how often that was asked.
#[derive(Default)]
struct NameServer {
    addresses: Vec<SocketAddr>,
    is_down: bool,
    asked: u64,
}

impl NameServer {
    fn answer(&mut self) -> io::Result<Vec<SocketAddr>> {
        self.asked += 1;
        if self.is_down {
            return Err(io::Error::other("the name server is down"));
        }
        Ok(self.addresses.clone())
    }
}

/// A resolver of `metrics:8125` that asks it, and a clock in seconds.
fn resolver() -> (Resolver, Arc<Mutex<NameServer>>, impl Fn(u64) -> Instant) {
    let server = Arc::new(Mutex::new(NameServer::default()));
    let asked = server.clone();
    let host = HostPort::parse("metrics:8125").unwrap();
    let resolver = Resolver::with_lookup(host, move |_| asked.lock().unwrap().answer());
    let start = Instant::now();
    (resolver, server, move |seconds| start + Duration::from_secs(seconds))
}

fn addresses(of: &[&str]) -> Vec<SocketAddr> {
    of.iter().map(|address| address.parse().unwrap()).collect()
}

/// Polls until no look-up runs; whether the addresses changed.
fn settle(resolver: &mut Resolver, now: Instant) -> bool {
    let mut changed = resolver.poll(now);
    while resolver.name.as_ref().is_some_and(|name| name.errand.is_some()) {
        thread::yield_now();
        changed |= resolver.poll(now);
    }
    changed
}

#[test]
fn a_name_is_found_when_it_comes_and_followed_when_it_moves() {
    let (mut resolver, server, at) = resolver();
    assert!(!settle(&mut resolver, at(0)));
    assert!(resolver.addresses().is_empty());

    server.lock().unwrap().addresses = addresses(&[FIRST]);
    assert!(settle(&mut resolver, at(1)));
    assert_eq!(resolver.addresses(), addresses(&[FIRST]));

    server.lock().unwrap().addresses = addresses(&[SECOND, FIRST]);
    assert!(!settle(&mut resolver, at(60)), "60 s after the answer, not before");
    assert!(settle(&mut resolver, at(61)));
    assert_eq!(resolver.addresses(), addresses(&[SECOND, FIRST]));
    assert!(!settle(&mut resolver, at(121)), "nothing new");
    assert_eq!(server.lock().unwrap().asked, 4);
}

#[test]
fn the_last_good_address_stays_while_look_ups_fail() {
    let (mut resolver, server, at) = resolver();
    server.lock().unwrap().addresses = addresses(&[FIRST]);
    assert!(settle(&mut resolver, at(0)));
    server.lock().unwrap().is_down = true;
    assert!(!settle(&mut resolver, at(60)));
    *server.lock().unwrap() = NameServer::default();
    assert!(!settle(&mut resolver, at(120)), "an empty answer is none");
    assert_eq!(resolver.addresses(), addresses(&[FIRST]));

    server.lock().unwrap().addresses = addresses(&[SECOND]);
    assert!(settle(&mut resolver, at(121)));
    assert_eq!(resolver.addresses(), addresses(&[SECOND]));
}

#[test]
fn a_name_that_does_not_resolve_is_looked_up_less_and_less() {
    let (mut resolver, server, _) = resolver();
    let start = Instant::now();
    let mut tries = Vec::new();
    for tenth in 0..400 {
        settle(&mut resolver, start + Duration::from_millis(100 * tenth));
        if server.lock().unwrap().asked > tries.len() as u64 {
            tries.push(tenth);
        }
    }
    assert_eq!(tries, [0, 1, 3, 7, 15, 31, 63, 127, 227, 327]);
}

#[test]
fn errors_bring_the_next_look_up_forward_but_not_without_end() {
    let (mut resolver, server, at) = resolver();
    server.lock().unwrap().addresses = addresses(&[FIRST]);
    for second in 0..20 {
        settle(&mut resolver, at(second));
        resolver.hasten(at(second));
    }
    assert_eq!(server.lock().unwrap().asked, 4, "at 0, 5, 10 and 15 s");
}

#[test]
fn one_look_up_runs_at_a_time_and_nobody_waits_for_it() {
    let (go, waits) = crossbeam_channel::bounded(1);
    let host = HostPort::parse("metrics:8125").unwrap();
    let mut resolver = Resolver::with_lookup(host, move |_| waits.recv().map_err(io::Error::other));
    let start = Instant::now();
    for minutes in 0..100 {
        assert!(!resolver.poll(start + Duration::from_secs(60 * minutes)));
    }
    // A second thread would wait for a second answer, and this one would fill the channel.
    go.send(addresses(&[FIRST])).unwrap();
    assert!(settle(&mut resolver, start + Duration::from_secs(6_000)));
    assert!(go.is_empty());
}

#[test]
fn an_address_is_never_looked_up() {
    for literal in [FIRST, SECOND, "[fe80::1%2]:8125"] {
        let host = HostPort::parse(literal).unwrap();
        let mut resolver = Resolver::with_lookup(host, |_| panic!("looked up"));
        assert_eq!(resolver.addresses(), addresses(&[literal]));
        resolver.hasten(Instant::now());
        resolver.reopen();
        assert!(!resolver.poll(Instant::now() + Duration::from_secs(3_600)));
        assert!(resolver.name.is_none());
    }
}

#[test]
fn a_name_with_many_addresses_is_cut() {
    let (mut resolver, server, at) = resolver();
    server.lock().unwrap().addresses = vec![FIRST.parse().unwrap(); 100];
    assert!(settle(&mut resolver, at(0)));
    assert_eq!(resolver.addresses().len(), ADDRESSES_MAX);
}

#[test]
fn the_child_of_a_fork_asks_anew_and_keeps_the_address() {
    let (mut resolver, server, at) = resolver();
    server.lock().unwrap().addresses = addresses(&[FIRST]);
    assert!(settle(&mut resolver, at(0)));
    server.lock().unwrap().addresses = addresses(&[SECOND]);
    resolver.reopen();
    assert_eq!(resolver.addresses(), addresses(&[FIRST]));
    assert!(settle(&mut resolver, at(0)));
    assert_eq!(resolver.addresses(), addresses(&[SECOND]));
}
