//! The least that sending every call can cost: a prepared line, copied into a packet of 1,432 bytes.

use std::cell::RefCell;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};

use super::{Contender, Prepared, Setting};
use crate::row::Row;

/// The caller sends each full packet.
pub(super) const SEND: Contender = Contender {
    key: "send",
    title: "floor: one `send` a packet",
    rows: &[(Row::Event, |setting| {
        let socket = socket(setting);
        Prepared::new(socket, |socket, number| {
            write_line(number, |packet| {
                let _sent = socket.send(packet);
                packet.clear();
            });
        })
    })],
};

/// The caller hands each full packet to a thread, which sends it.
pub(super) const HAND_OVER: Contender = Contender {
    key: "hand-over",
    title: "floor: packets to a thread",
    rows: &[(Row::Event, hand_over)],
};

/// What fits one Ethernet frame.
const PACKET_BYTES: usize = 1432;

/// Packets on their way; a pause comes long before they are used up.
const PACKETS: usize = 4096;

const PREFIX: &[u8] = b"web.http.requests:";
const SUFFIX: &[u8] = b"|c\n";

/// The longest line.
const LINE_BYTES: usize = 32;

thread_local! {
    static PACKET: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(PACKET_BYTES));
}

/// Writes a line into the thread's packet; `full` is given the packet when no other line would fit.
fn write_line(number: usize, full: impl FnOnce(&mut Vec<u8>)) {
    PACKET.with_borrow_mut(|packet| {
        packet.extend_from_slice(PREFIX);
        // A value of one digit, as most counts are.
        packet.push(b"12345678"[number % 8]);
        packet.extend_from_slice(SUFFIX);
        if packet.len() + LINE_BYTES > PACKET_BYTES {
            full(packet);
        }
    });
}

fn socket(setting: &Setting) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port of the loopback");
    socket.connect(setting.address).expect("a loopback address");
    socket.set_nonblocking(true).expect("a socket that does not wait");
    socket
}

/// A packet goes there full and comes back empty.
struct Roundabout {
    full: Sender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    lost: Arc<AtomicU64>,
}

fn hand_over(setting: &Setting) -> Prepared {
    let (full, to_send) = bounded::<Vec<u8>>(PACKETS);
    let (returned, empty) = bounded(PACKETS);
    for _ in 0..PACKETS {
        let _there_is_room = returned.send(Vec::with_capacity(PACKET_BYTES));
    }
    let socket = socket(setting);
    thread::spawn(move || {
        for mut packet in to_send {
            let _sent = socket.send(&packet);
            packet.clear();
            let _there_is_room = returned.send(packet);
        }
    });
    let lost = Arc::new(AtomicU64::new(0));
    let (waiting, counted) = (empty.clone(), lost.clone());
    Prepared::new(Roundabout { full, empty, lost }, |roundabout, number| {
        write_line(number, |packet| roundabout.turn(packet));
    })
    .settle(move || {
        while waiting.len() < PACKETS {
            thread::park_timeout(Duration::from_millis(1));
        }
    })
    .lost(move || counted.load(Ordering::Relaxed))
}

impl Roundabout {
    fn turn(&self, packet: &mut Vec<u8>) {
        if let Ok(empty) = self.empty.try_recv() {
            let full = std::mem::replace(packet, empty);
            let _there_is_room = self.full.try_send(full);
        } else {
            let lines = packet.len() / (PREFIX.len() + 1 + SUFFIX.len());
            self.lost.fetch_add(lines as u64, Ordering::Relaxed);
            packet.clear();
        }
    }
}
