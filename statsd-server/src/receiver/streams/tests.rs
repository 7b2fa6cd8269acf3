use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream as Client};
use std::sync::Mutex;

use super::*;
use crate::receiver::testing::{counts, shard, until};
use crate::tap::Tap;

struct Running {
    address: SocketAddr,
    shard: Arc<Mutex<crate::aggregate::Shard>>,
    telemetry: Arc<crate::telemetry::Telemetry>,
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
}

/// A TCP listener with `connections` places.
fn start_with(connections: usize) -> Running {
    let (address, listener) = StreamListener::tcp("127.0.0.1:0".parse().unwrap()).unwrap();
    let (shard, telemetry) = (shard(), Arc::default());
    let shared = Shared::new(Arc::clone(&shard), Tap::default(), Arc::clone(&telemetry), true);
    let (stop, stopped) = watch::channel(false);
    let thread = thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(serve(vec![listener], shared, connections, stopped));
    });
    Running { address, shard, telemetry, stop, thread }
}

impl Running {
    fn connect(&self) -> Client {
        Client::connect(self.address).unwrap()
    }

    fn stop(self) -> crate::aggregate::Counts {
        self.stop.send_replace(true);
        self.thread.join().unwrap();
        counts(&self.shard)
    }
}

#[test]
fn lines_come_with_either_ending_and_the_last_one_with_none() {
    let running = start_with(8);
    let mut client = running.connect();
    client.write_all(b"a:1|c\r\na:2|c\n\na:3|c").unwrap();
    until(&running.shard, |counts| counts.lines == 2);
    assert_eq!(counts(&running.shard).packets, 1, "one chunk is one packet");
    client.shutdown(Shutdown::Write).unwrap();
    until(&running.shard, |counts| counts.lines == 3);
    let counts = running.stop();
    assert_eq!((counts.packets, counts.samples, counts.bad_lines()), (2, 3, 0));
}

#[test]
fn a_line_without_end_is_dropped_counted_and_holds_no_memory() {
    let running = start_with(8);
    let mut client = running.connect();
    let chunk = vec![b'a'; 1 << 20];
    for _ in 0..16 {
        client.write_all(&chunk).unwrap();
    }
    client.write_all(b"\nb:1|c\n").unwrap();
    until(&running.shard, |counts| counts.samples == 1);
    let counts = running.stop();
    assert_eq!((counts.lines, counts.bad_lines(), counts.lost.lines_too_long), (2, 1, 1));
}

#[test]
fn a_connection_over_the_limit_is_closed_and_a_freed_place_is_used() {
    let running = start_with(2);
    let mut kept = [running.connect(), running.connect()];
    for client in &mut kept {
        client.write_all(b"a:1|c\n").unwrap();
    }
    until(&running.shard, |counts| counts.samples == 2);
    let mut over = running.connect();
    assert_eq!(over.read(&mut [0]).unwrap_or(0), 0, "it is closed");
    assert_eq!(running.telemetry.stream_connections_over_limit.get(), 1);
    // The others go on, and one that leaves makes room.
    let [mut first, second] = kept;
    first.write_all(b"a:1|c\n").unwrap();
    until(&running.shard, |counts| counts.samples == 3);
    drop((first, second));
    loop {
        let mut next = running.connect();
        let written = next.write_all(b"b:1|c\n").and_then(|()| next.shutdown(Shutdown::Write));
        // Closed without a word where the places are not free yet.
        if written.is_ok() && next.read(&mut [0]).is_ok() && counts(&running.shard).samples == 4 {
            break;
        }
    }
    running.stop();
}

#[test]
fn slow_and_idle_connections_cost_the_others_nothing() {
    let running = start_with(1_400);
    stream_connections();
    let idle: Vec<Client> = (0..1_000).map(|_| running.connect()).collect();
    let mut slow: Vec<Client> = (0..300).map(|_| running.connect()).collect();
    // A byte at a time: none of them has ended a line when the quick one comes.
    for byte in b"slow" {
        for client in &mut slow {
            client.write_all(&[*byte]).unwrap();
        }
    }
    let mut quick = running.connect();
    quick.write_all(&b"quick:1|c\n".repeat(10_000)).unwrap();
    until(&running.shard, |counts| counts.samples == 10_000);
    for client in &mut slow {
        client.write_all(b":1|c\n").unwrap();
    }
    until(&running.shard, |counts| counts.samples == 10_300);
    assert_eq!(running.telemetry.stream_connections_over_limit.get(), 0);
    drop(idle);
    let counts = running.stop();
    assert_eq!(counts.bad_lines(), 0);
}

#[test]
fn one_that_sends_all_the_time_does_not_starve_another() {
    let running = start_with(8);
    let mut flood = running.connect();
    let (done, flooding) = std::sync::mpsc::channel::<()>();
    let flooder = thread::spawn(move || {
        let chunk = b"flood:1|c\n".repeat(10_000);
        while flooding.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            if flood.write_all(&chunk).is_err() {
                break;
            }
        }
    });
    until(&running.shard, |counts| counts.samples > 1_000);
    let mut quiet = running.connect();
    quiet.write_all(b"quiet:1|ms\nbad\n").unwrap();
    until(&running.shard, |counts| counts.bad_lines() == 1);
    drop(done);
    flooder.join().unwrap();
    running.stop();
}

#[test]
fn a_stop_takes_what_the_kernel_accepted_and_counts_what_is_half() {
    let (address, listener) = StreamListener::tcp("127.0.0.1:0".parse().unwrap()).unwrap();
    // Nobody accepts yet: the connections and their lines wait in the kernel.
    let mut clients: Vec<Client> = (0..50).map(|_| Client::connect(address).unwrap()).collect();
    for client in &mut clients {
        client.write_all(b"a:1|c\na:2|c\nhalf:1").unwrap();
    }
    let (shard, telemetry) = (shard(), Arc::<crate::telemetry::Telemetry>::default());
    let shared = Shared::new(Arc::clone(&shard), Tap::default(), Arc::clone(&telemetry), true);
    let handle = start(vec![listener], shared).unwrap();
    handle.stop().join().unwrap();
    let counts = counts(&shard);
    assert_eq!((counts.samples, counts.bad_lines()), (100, 0));
    assert_eq!(telemetry.stream_lines_unfinished.get(), 50);
    assert_eq!(telemetry.stream_connections.get(), 50);
}

#[test]
fn a_broken_connection_loses_its_last_line_only() {
    let running = start_with(8);
    let mut client = running.connect();
    client.write_all(b"a:1|c\na:12").unwrap();
    until(&running.shard, |counts| counts.samples == 1);
    // A reset instead of an end: nobody knows which digits were to come.
    SockRef::from(&client).set_linger(Some(Duration::ZERO)).unwrap();
    drop(client);
    while running.telemetry.stream_lines_unfinished.get() == 0 {
        thread::yield_now();
    }
    let counts = running.stop();
    assert_eq!((counts.samples, counts.bad_lines()), (1, 0));
}
