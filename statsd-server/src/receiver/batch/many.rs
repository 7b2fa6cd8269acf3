//! A batch in one call of the kernel: `recvmmsg`.

use std::array;
use std::io::{self, IoSliceMut};
use std::os::fd::AsRawFd as _;

use nix::sys::socket::{
    ControlMessageOwned, MsgFlags, MultiHeaders, RecvMsg, cmsg_space, recvmmsg,
};
use socket2::Socket;

use super::{Batch, Received};
use crate::limits::RECEIVE_BATCH_PACKETS;

/// Room for what comes beside a packet: the count of drops, and the size of its segments.
const CONTROL_BYTES: usize = cmsg_space::<u32>() + cmsg_space::<i32>();

pub(super) fn receive(batch: &mut Batch, socket: &Socket) -> io::Result<()> {
    // Headers cannot be used twice: the kernel writes into them how much of the room it took, and
    // that would be all the room there is for the next packet. They are two small allocations.
    let mut headers = MultiHeaders::<()>::preallocate(
        RECEIVE_BATCH_PACKETS,
        Some(Vec::with_capacity(CONTROL_BYTES)),
    );
    let packet_bytes = batch.place_bytes - super::SPREAD_BYTES;
    let mut places = batch.bytes.chunks_exact_mut(batch.place_bytes);
    let mut slices: [[IoSliceMut<'_>; 1]; RECEIVE_BATCH_PACKETS] = array::from_fn(|_| {
        [IoSliceMut::new(places.next().map_or(&mut [], |place| &mut place[..packet_bytes]))]
    });
    let flags = MsgFlags::MSG_DONTWAIT;
    for message in recvmmsg(socket.as_raw_fd(), &mut headers, &mut slices, flags, None)? {
        let (received, dropped) = read(&message);
        batch.merged |= received.segment_bytes > 0;
        batch.received.push(received);
        batch.dropped = dropped.or(batch.dropped);
    }
    Ok(())
}

fn read(message: &RecvMsg<'_, '_, ()>) -> (Received, Option<u32>) {
    let mut received = Received {
        bytes: message.bytes,
        truncated: message.flags.contains(MsgFlags::MSG_TRUNC),
        segment_bytes: 0,
    };
    let mut dropped = None;
    // Without room for the control messages there are none, which the next packet makes good.
    for control in message.cmsgs().into_iter().flatten() {
        match control {
            ControlMessageOwned::RxqOvfl(count) => dropped = Some(count),
            ControlMessageOwned::UdpGroSegments(bytes) => {
                received.segment_bytes = usize::try_from(bytes).unwrap_or(0);
            }
            _ => {}
        }
    }
    (received, dropped)
}
