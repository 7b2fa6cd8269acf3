//! `recvmmsg` into fixed buffers.

use std::array;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, cmsg_space, recvmmsg, setsockopt, sockopt,
};

use super::parse::PADDING;

const BATCH: usize = 64;

const BUFFER_BYTES: usize = 4 << 20;

/// A whole packet, or a train of them where the kernel may merge.
const PACKET_BYTES: usize = 1_536;
const TRAIN_BYTES: usize = 65_536;

/// The places begin at different lines of the processor's cache.
const SPREAD_BYTES: usize = 192;

#[derive(Debug)]
pub(super) struct Receiver {
    socket: UdpSocket,
    merge: bool,
    place_bytes: usize,
    places: Vec<u8>,
}

impl Receiver {
    pub(super) fn bind(merge: bool) -> io::Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_nonblocking(true)?;
        setsockopt(&socket, sockopt::RcvBuf, &BUFFER_BYTES)?;
        if merge {
            setsockopt(&socket, sockopt::UdpGroSegment, &true)?;
        }
        let place_bytes = if merge { TRAIN_BYTES } else { PACKET_BYTES } + SPREAD_BYTES;
        Ok(Self { socket, merge, place_bytes, places: vec![0; place_bytes * BATCH] })
    }

    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Waits for a packet.
    pub(super) fn wait(&self, at_most: Duration) -> io::Result<()> {
        let mut socket = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(at_most).unwrap_or(PollTimeout::MAX);
        match poll(&mut socket, timeout) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads what is there, and calls `each` with every packet, which bytes to spare follow, and where
    /// it ends. Yields how many packets, or trains of them, that were.
    pub(super) fn drain(&mut self, mut each: impl FnMut(&[u8], usize)) -> io::Result<usize> {
        let mut read = 0;
        loop {
            let count = self.receive(&mut each)?;
            read += count;
            if count < BATCH {
                return Ok(read);
            }
        }
    }

    fn receive(&mut self, each: &mut impl FnMut(&[u8], usize)) -> io::Result<usize> {
        // The room for control messages can be used once; without any the headers cost as little.
        let control = self.merge.then(|| Vec::with_capacity(cmsg_space::<i32>()));
        let mut headers = MultiHeaders::<()>::preallocate(BATCH, control);
        let mut places = self.places.chunks_exact_mut(self.place_bytes);
        let room = self.place_bytes - PADDING;
        let mut slices: [[IoSliceMut<'_>; 1]; BATCH] = array::from_fn(|_| {
            [IoSliceMut::new(places.next().map_or(&mut [], |place| &mut place[..room]))]
        });
        let (fd, flags) = (self.socket.as_raw_fd(), MsgFlags::MSG_DONTWAIT);
        let messages = match recvmmsg(fd, &mut headers, &mut slices, flags, None) {
            Err(Errno::EAGAIN | Errno::EINTR) => return Ok(0),
            Err(error) => return Err(error.into()),
            Ok(messages) => messages,
        };
        let mut received = [(0, 0); BATCH];
        let mut count = 0;
        for message in messages {
            let segment = if self.merge {
                message.cmsgs()?.find_map(|control| match control {
                    ControlMessageOwned::UdpGroSegments(bytes) => usize::try_from(bytes).ok(),
                    _ => None,
                })
            } else {
                None
            };
            received[count] = (message.bytes, segment.unwrap_or(message.bytes).max(1));
            count += 1;
        }
        for (&(bytes, segment), place) in
            received[..count].iter().zip(self.places.chunks_exact(self.place_bytes))
        {
            for start in (0..bytes).step_by(segment) {
                each(&place[start..], segment.min(bytes - start));
            }
        }
        Ok(count)
    }
}
