//! What a door does with a connection: bytes → batches → the intake, and at the end the acknowledgement.
//!
//! A client that ends its side, and waits for ours, learns whether its points are safe: the connection is closed
//! in order only when all of them are written and committed; where that fails it is reset. Carbon's protocols
//! have no other answer, and this server's own sender waits for this one.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use super::bad::{Bad, BadReport, Reason};
use super::begun::Begun;
use super::connection::{Connection, Read};
use super::intake::Intake;
use super::line::read_lines;
use super::pickle::read_pickle;
use super::protobuf::read_protobuf;
use super::{DoorsOptions, Points};
use crate::clock::Clock;
use crate::limits::{
    CARBON_END_WAIT_MAX, CARBON_FRAME_WAIT_MAX, CARBON_FRAMES_HELD_MAX_BYTES, CARBON_READ_BYTES,
    LINE_MAX_BYTES,
};
use crate::store::Store;
use crate::telemetry::{Count, Telemetry};

/// What all connections share; they run on one thread.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) intake: Intake,
    pub(super) telemetry: Arc<Telemetry>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) store: Arc<dyn Store>,
    pub(super) options: DoorsOptions,
    pub(super) bad: Arc<BadReport>,
    /// One for all: an idle connection holds no memory for what may come.
    chunk: Mutex<Box<[u8]>>,
    /// A permit a byte of the frames that are being received.
    frames: Semaphore,
    /// One frame is decoded at a time, so that the values of many do not add up.
    turn: tokio::sync::Mutex<()>,
}

/// What stands in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frames {
    Pickle,
    Protobuf,
}

/// A frame behind its length.
pub(super) enum Frame {
    Whole(Vec<u8>),
    /// There is none, and nothing of one.
    None(Read),
    /// The length, or a part of the frame, is all there is.
    Cut(Read),
    /// It is longer than allowed, so nobody knows where the next one begins.
    TooLong(usize),
    /// It did not come in time.
    Slow,
}

impl Shared {
    pub(super) fn new(
        intake: Intake,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        telemetry: Arc<Telemetry>,
        bad: Arc<BadReport>,
        options: DoorsOptions,
    ) -> Self {
        // A line that is longer than a chunk is one that is too long.
        const { assert!(CARBON_READ_BYTES <= LINE_MAX_BYTES) };
        Self {
            intake,
            telemetry,
            clock,
            store,
            options,
            bad,
            chunk: Mutex::new(vec![0; CARBON_READ_BYTES].into_boxed_slice()),
            frames: Semaphore::new(CARBON_FRAMES_HELD_MAX_BYTES),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// Reads lines to the end.
    pub(super) async fn serve_lines(&self, stream: TcpStream, stopped: watch::Receiver<bool>) {
        let mut connection = Connection::acknowledging(stream, stopped);
        let mut begun = Begun::new(LINE_MAX_BYTES);
        let end = loop {
            let (mut points, mut bad) = (Points::default(), Bad::default());
            let now = self.clock.now();
            let seconds = self.clock.seconds();
            let read = connection.read(self.options.idle, |read| {
                let mut chunk = self.chunk.lock().unwrap_or_else(PoisonError::into_inner);
                let bytes = read(&mut chunk)?;
                let too_long = begun
                    .push(&chunk[..bytes], |text| read_lines(text, seconds, &mut points, &mut bad));
                for _ in 0..too_long {
                    bad.add(Reason::LineTooLong, b"");
                }
                Ok(bytes)
            });
            let read = read.await;
            self.bad.take(bad, now);
            self.give(points, &self.telemetry.carbon_line_points).await;
            match read {
                Ok(Read::Bytes(_)) => {}
                end => break end,
            }
        };
        match (&end, begun.finish()) {
            // A peer that has ended its stream has ended its last line, too.
            (Ok(Read::Ended), Some(line)) => {
                let (mut points, mut bad) = (Points::default(), Bad::default());
                read_lines(&line, self.clock.seconds(), &mut points, &mut bad);
                self.bad.take(bad, self.clock.now());
                self.give(points, &self.telemetry.carbon_line_points).await;
            }
            (_, Some(_)) => self.telemetry.carbon_unfinished.add(1),
            (_, None) => {}
        }
        self.end(connection, end).await;
    }

    /// Reads frames to the end. One that cannot be read is counted, and the next one is read.
    pub(super) async fn serve_frames(
        &self,
        stream: TcpStream,
        stopped: watch::Receiver<bool>,
        frames: Frames,
    ) {
        let mut connection = Connection::acknowledging(stream, stopped);
        let end = loop {
            let frame = match self.read_frame(&mut connection).await {
                Ok(Frame::Whole(frame)) => frame,
                Ok(Frame::None(read)) => break Ok(read),
                Ok(Frame::Cut(read)) => {
                    self.telemetry.carbon_unfinished.add(1);
                    break Ok(read);
                }
                Ok(Frame::TooLong(bytes)) => {
                    self.bad_frame(&format_args!("it has {bytes} bytes, which is too long"));
                    return connection.reset();
                }
                Ok(Frame::Slow) => {
                    self.telemetry.carbon_connections_slow.add(1);
                    self.telemetry.carbon_unfinished.add(1);
                    return connection.reset();
                }
                Err(error) => break Err(error),
            };
            let _turn = self.turn.lock().await;
            match frames {
                Frames::Pickle => match read_pickle(&frame) {
                    Ok(mut read) => {
                        let count = &self.telemetry.carbon_pickle_points;
                        self.give_all(count, |n, points, bad| read.next_batch(n, points, bad))
                            .await;
                    }
                    Err(error) => self.bad_frame(&error),
                },
                Frames::Protobuf => match read_protobuf(&frame) {
                    Ok(mut read) => {
                        let count = &self.telemetry.carbon_protobuf_points;
                        self.give_all(count, |n, points, bad| read.next_batch(n, points, bad))
                            .await;
                    }
                    Err(error) => self.bad_frame(&error),
                },
            }
        };
        self.end(connection, end).await;
    }

    /// Reads a length and what stands behind it. Memory is taken as the bytes come.
    pub(super) async fn read_frame(&self, connection: &mut Connection) -> io::Result<Frame> {
        let mut length = [0; 4];
        if let Err((end, read)) = connection.fill(&mut length, self.options.idle).await? {
            return Ok(if read == 0 { Frame::None(end) } else { Frame::Cut(end) });
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > self.options.frame_max_bytes {
            return Ok(Frame::TooLong(length));
        }
        // Never more than there are.
        let permits = u32::try_from(length).unwrap_or(u32::MAX);
        let Ok(_held) = self.frames.acquire_many(permits).await else {
            return Ok(Frame::Cut(Read::Stopped));
        };
        let filling = async {
            let mut frame = Vec::new();
            while frame.len() < length {
                let start = frame.len();
                frame.resize(length.min(start + CARBON_READ_BYTES), 0);
                if let Err((end, _)) = connection.fill(&mut frame[start..], None).await? {
                    return Ok(Frame::Cut(end));
                }
            }
            Ok(Frame::Whole(frame))
        };
        timeout(CARBON_FRAME_WAIT_MAX, filling).await.unwrap_or(Ok(Frame::Slow))
    }

    /// Hands over all batches of a frame, each once there is room for it.
    async fn give_all(
        &self,
        count: &Count,
        mut next: impl FnMut(i64, &mut Points, &mut Bad) -> bool,
    ) {
        loop {
            let (mut points, mut bad) = (Points::default(), Bad::default());
            let is_last = next(self.clock.seconds(), &mut points, &mut bad);
            self.bad.take(bad, self.clock.now());
            self.give(points, count).await;
            if is_last {
                return;
            }
        }
    }

    async fn give(&self, points: Points, count: &Count) {
        if !points.is_empty() {
            count.add(points.len() as u64);
            self.intake.give(points).await;
        }
    }

    pub(super) fn bad_frame(&self, why: &dyn std::fmt::Display) {
        self.bad.frame(why, self.clock.now());
    }

    /// Closes in order what is safe, and resets what is not.
    async fn end(&self, connection: Connection, end: io::Result<Read>) {
        match end {
            Ok(Read::Silent) => self.telemetry.carbon_connections_idle.add(1),
            Ok(_) => {}
            Err(error) => return tracing::debug!(%error, "a connection to carbon's ports broke"),
        }
        let is_stopped = matches!(end, Ok(Read::Stopped));
        let wait = if is_stopped { CARBON_END_WAIT_MAX } else { Duration::MAX };
        if timeout(wait, self.intake.settled()).await.unwrap_or(false) {
            connection.acknowledge();
        } else {
            self.telemetry.carbon_not_acknowledged.add(1);
            connection.reset();
        }
    }
}
