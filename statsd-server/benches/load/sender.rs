//! The load: one socket, and the ways of sending through it.

use std::hint;
use std::io::{self, IoSlice};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::time::{Duration, Instant};

use nix::sys::socket::{MsgFlags, MultiHeaders, sendmmsg, setsockopt, sockopt};

use crate::packets::Packets;
use crate::socket_table;

/// Packets that one call of the kernel takes over.
const BATCH: usize = 64;

/// Packets of a train. The kernel takes 64 in any version that knows trains.
const TRAIN: usize = 64;

/// Packets between two looks at the queue: half of the smallest receive buffer that a server is left with.
const FED_AT_ONCE: usize = 32;

/// What was sent.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sent {
    pub(crate) lines: u64,
    /// Lines that are lost with what the kernel counts as one drop.
    pub(crate) lines_a_drop: u64,
}

/// A connected socket.
#[derive(Debug)]
pub(crate) struct Sender {
    socket: UdpSocket,
    server: SocketAddr,
}

impl Sender {
    pub(crate) fn connect(server: SocketAddr) -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.connect(server)?;
        Ok(Self { socket, server })
    }

    /// As fast as the kernel takes packets.
    pub(crate) fn saturate(&self, packets: &Packets, time: Duration) -> io::Result<Sent> {
        let started = Instant::now();
        let (mut at, mut sent) = (0, 0);
        while started.elapsed() < time {
            let count = self.batch(packets, at)?;
            sent += count;
            at = (at + count) % packets.len();
        }
        Ok(sent_of(packets, sent))
    }

    /// All packets `times` times, as fast as the server reads them: none is lost.
    pub(crate) fn feed(
        &self,
        packets: &Packets,
        times: usize,
        waiting_max_bytes: u64,
    ) -> io::Result<Sent> {
        for _ in 0..times {
            for at in 0..packets.len() {
                if at % FED_AT_ONCE == 0 {
                    while socket_table::look(self.server)?.waiting_bytes > waiting_max_bytes {
                        hint::spin_loop();
                    }
                }
                self.socket.send(packets.get(at))?;
            }
        }
        Ok(sent_of(packets, packets.len() * times))
    }

    /// One packet after the other, evenly; `look` is called while there is time. Ends when it says so.
    pub(crate) fn pace(
        &self,
        packets: &Packets,
        per_second: u32,
        mut goes_on: impl FnMut(Instant) -> io::Result<bool>,
    ) -> io::Result<Sent> {
        let apart = Duration::from_secs(1) / per_second;
        let mut due = Instant::now();
        let mut sent = 0;
        loop {
            let now = Instant::now();
            if now >= due {
                self.socket.send(packets.get(sent % packets.len()))?;
                sent += 1;
                due += apart;
            } else if !goes_on(now)? {
                return Ok(sent_of(packets, sent));
            }
        }
    }

    /// As fast as the kernel takes trains, which it cuts into packets where the receiver wants that.
    pub(crate) fn segments(
        &self,
        packets: &Packets,
        time: Duration,
        merged: bool,
    ) -> io::Result<Sent> {
        let bytes = i32::try_from(packets.get(0).len()).map_err(io::Error::other)?;
        setsockopt(&self.socket, sockopt::UdpGsoSegment, &bytes)?;
        let started = Instant::now();
        let mut sent = 0;
        'all: loop {
            for train in packets.trains(TRAIN) {
                self.socket.send(train)?;
                sent += TRAIN;
                if started.elapsed() > time {
                    break 'all;
                }
            }
        }
        let lines_a_drop = (if merged { TRAIN } else { 1 } * packets.lines) as u64;
        Ok(Sent { lines_a_drop, ..sent_of(packets, sent) })
    }

    fn batch(&self, packets: &Packets, at: usize) -> io::Result<usize> {
        let last = (at + BATCH).min(packets.len());
        let slices: Vec<_> = (at..last).map(|at| [IoSlice::new(packets.get(at))]).collect();
        let mut headers = MultiHeaders::<()>::preallocate(slices.len(), None);
        let nobody = vec![None; slices.len()];
        let flags = MsgFlags::empty();
        let sent = sendmmsg(self.socket.as_raw_fd(), &mut headers, &slices, &nobody, [], flags)?;
        Ok(sent.count())
    }
}

fn sent_of(packets: &Packets, sent: usize) -> Sent {
    Sent { lines: (sent * packets.lines) as u64, lines_a_drop: packets.lines as u64 }
}
