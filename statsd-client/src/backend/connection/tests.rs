use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::*;

/// What the test says of the server, and what the server saw.
#[derive(Default)]
struct Server {
    /// Answers to connecting; none: nobody is there.
    opens: VecDeque<Errand<u32>>,
    /// Answers to packets; none: taken.
    errors: VecDeque<io::ErrorKind>,
    ended: Option<u32>,
    tries: usize,
    taken: Vec<(u32, Vec<u8>)>,
}

#[derive(Clone, Default)]
struct Fake<const DATAGRAMS: bool>(Rc<RefCell<Server>>);

impl<const DATAGRAMS: bool> Transport for Fake<DATAGRAMS> {
    type Link = u32;
    const DATAGRAMS: bool = DATAGRAMS;

    fn open(&mut self, _now: Instant) -> Errand<u32> {
        let mut server = self.0.borrow_mut();
        server.tries += 1;
        let nobody = || Errand::done(Err(io::Error::new(io::ErrorKind::NotFound, "nobody")));
        server.opens.pop_front().unwrap_or_else(nobody)
    }

    fn has_ended(&self, link: &u32) -> bool {
        self.0.borrow().ended == Some(*link)
    }

    fn send(&mut self, link: &u32, packet: &[u8]) -> io::Result<()> {
        let mut server = self.0.borrow_mut();
        if let Some(kind) = server.errors.pop_front() {
            return Err(kind.into());
        }
        server.taken.push((*link, packet.to_vec()));
        Ok(())
    }
}

/// A connection to a server that will let in these links.
fn connection<const DATAGRAMS: bool>(
    links: impl IntoIterator<Item = u32>,
) -> (Connection<Fake<DATAGRAMS>>, Rc<RefCell<Server>>) {
    let fake = Fake::default();
    let server = fake.0.clone();
    server.borrow_mut().opens = links.into_iter().map(|link| Errand::done(Ok(link))).collect();
    (Connection::new(fake), server)
}

/// Milliseconds since some instant.
fn clock() -> impl Fn(u64) -> Instant + Copy {
    let start = Instant::now();
    move |millis| start + Duration::from_millis(millis)
}

#[test]
fn a_server_that_is_not_there_is_tried_less_and_less_and_found_when_it_comes() {
    let at = clock();
    let (mut connection, server) = connection::<false>([]);
    let mut tries = Vec::new();
    for millis in 0..3_000 {
        assert!(!connection.ready(at(millis)));
        if server.borrow().tries > tries.len() {
            tries.push(millis);
        }
    }
    assert_eq!(tries, [0, 10, 30, 70, 150, 310, 630, 1_270, 2_270]);

    let error = connection.send(b"a", || at(3_000)).unwrap_err();
    assert_eq!(error.to_string(), "not connected: nobody");
    server.borrow_mut().opens.push_back(Errand::done(Ok(1)));
    assert!(!connection.ready(at(3_269)));
    assert!(connection.ready(at(3_270)));
    connection.send(b"b", || at(3_271)).unwrap();
    assert_eq!(server.borrow().taken, [(1, b"b".to_vec())]);
}

#[test]
fn a_packet_connects_where_nobody_asked_before() {
    let at = clock();
    let (mut connection, server) = connection::<false>([1]);
    connection.send(b"a", || at(0)).unwrap();
    assert_eq!(server.borrow().taken, [(1, b"a".to_vec())]);
}

#[test]
fn a_packet_goes_again_to_a_server_that_is_back_at_once() {
    let at = clock();
    let (mut connection, server) = connection::<false>([1, 2]);
    connection.send(b"a", || at(0)).unwrap();
    server.borrow_mut().errors.push_back(io::ErrorKind::BrokenPipe);
    connection.send(b"b", || at(10)).unwrap();
    assert_eq!(server.borrow().taken, [(1, b"a".to_vec()), (2, b"b".to_vec())]);
}

#[test]
fn a_packet_goes_again_only_once() {
    let at = clock();
    let (mut connection, server) = connection::<false>([1, 2, 3]);
    assert!(connection.ready(at(0)));
    server.borrow_mut().errors.extend([io::ErrorKind::ConnectionReset; 2]);
    let error = connection.send(b"a", || at(1_000)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    assert_eq!(server.borrow().tries, 2);
}

#[test]
fn a_packet_that_fails_before_a_try_is_due_is_an_error() {
    let at = clock();
    let (mut connection, server) = connection::<true>([1, 2]);
    connection.send(b"a", || at(0)).unwrap();
    server.borrow_mut().errors.push_back(io::ErrorKind::ConnectionRefused);
    let error = connection.send(b"b", || at(9)).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    assert!(!connection.ready(at(9)));
    assert!(connection.ready(at(10)));
    assert_eq!(server.borrow().tries, 2);
}

#[test]
fn a_stream_that_takes_a_packet_in_part_is_closed_and_the_packet_not_sent_again() {
    let at = clock();
    for kind in [io::ErrorKind::TimedOut, io::ErrorKind::WouldBlock] {
        let (mut connection, server) = connection::<false>([1, 2]);
        connection.send(b"a", || at(0)).unwrap();
        server.borrow_mut().errors.push_back(kind);
        assert_eq!(connection.send(b"b", || at(100)).unwrap_err().kind(), kind);
        connection.send(b"c", || at(200)).unwrap();
        assert_eq!(server.borrow().taken, [(1, b"a".to_vec()), (2, b"c".to_vec())]);
    }
}

#[test]
fn a_datagram_that_is_not_taken_leaves_the_connection_as_it_is() {
    let at = clock();
    let (mut connection, server) = connection::<true>([1, 2]);
    connection.send(b"a", || at(0)).unwrap();
    server.borrow_mut().errors.push_back(io::ErrorKind::WouldBlock);
    connection.send(b"b", || at(100)).unwrap_err();
    connection.send(b"c", || at(200)).unwrap();
    assert_eq!(server.borrow().taken, [(1, b"a".to_vec()), (1, b"c".to_vec())]);
}

#[test]
fn a_link_that_the_server_closed_is_replaced_before_a_packet_is_written_to_it() {
    let at = clock();
    let (mut connection, server) = connection::<false>([1, 2]);
    assert!(connection.ready(at(0)));
    server.borrow_mut().ended = Some(1);
    assert!(connection.ready(at(100)));
    connection.send(b"a", || at(100)).unwrap();
    assert_eq!(server.borrow().taken, [(2, b"a".to_vec())]);
}

#[test]
fn a_server_that_lets_in_and_takes_nothing_is_tried_less_and_less() {
    let at = clock();
    let (mut connection, server) = connection::<false>(0..10);
    let mut tries = Vec::new();
    for millis in 0..500 {
        server.borrow_mut().errors = [io::ErrorKind::WouldBlock].into();
        connection.send(b"a", || at(millis)).unwrap_err();
        if server.borrow().tries > tries.len() {
            tries.push(millis);
        }
    }
    assert_eq!(tries, [0, 10, 30, 70, 150, 310]);
}

#[test]
fn one_link_is_opened_at_a_time_however_long_that_takes() {
    let at = clock();
    let (let_in, waits) = crossbeam_channel::bounded(1);
    let (mut connection, server) = connection::<false>([]);
    let opening = Errand::start("test", move || Ok(waits.recv().unwrap()));
    server.borrow_mut().opens.push_back(opening);
    for seconds in 0..10 {
        assert!(!connection.ready(at(seconds * 1_000)));
    }
    assert_eq!(connection.send(b"a", || at(9_000)).unwrap_err().to_string(), "not connected yet");
    assert_eq!(server.borrow().tries, 1);

    let_in.send(1).unwrap();
    while !connection.ready(at(10_000)) {
        std::thread::yield_now();
    }
    assert_eq!(server.borrow().tries, 1);
}

#[test]
fn the_child_of_a_fork_opens_a_link_of_its_own_at_once() {
    let at = clock();
    let (mut connection, server) = connection::<false>([1, 2]);
    connection.send(b"a", || at(0)).unwrap();
    connection.reopen();
    connection.send(b"b", || at(0)).unwrap();
    assert_eq!(server.borrow().taken, [(1, b"a".to_vec()), (2, b"b".to_vec())]);
}

/// Takes so many bytes of each write, after so many interruptions.
struct Narrow {
    bytes: usize,
    interruptions: usize,
}

impl Write for Narrow {
    fn write(&mut self, frame: &[u8]) -> io::Result<usize> {
        if self.interruptions > 0 {
            self.interruptions -= 1;
            return Err(io::ErrorKind::Interrupted.into());
        }
        Ok(self.bytes.min(frame.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_frame_is_written_whole_or_not_at_all() {
    write_whole(Narrow { bytes: 5, interruptions: 0 }, b"frame").unwrap();
    let error = write_whole(Narrow { bytes: 4, interruptions: 0 }, b"frame").unwrap_err();
    assert_eq!(error.to_string(), "only 4 of 5 bytes were taken in time");
    assert!(!is_gone(&error), "what was begun is not sent again");
}

#[test]
fn a_signal_costs_no_packet_and_a_storm_of_them_ends() {
    write_whole(Narrow { bytes: 5, interruptions: 7 }, b"frame").unwrap();
    let error = write_whole(Narrow { bytes: 5, interruptions: 8 }, b"frame").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Interrupted);
}
