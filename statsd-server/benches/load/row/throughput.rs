//! CPU time of a line: from the first packet until the flushes have told of the last.

use std::io;
use std::time::{Duration, Instant};

use super::{Effort, Figure};
use crate::contender::{Contender, Setting};
use crate::packets::{Kind, Packets, Packing};
use crate::sender::{Sender, Sent};
use crate::sink::Sink;
use crate::socket_table;

const FLUSH: Duration = Duration::from_secs(1);

/// How long the flush that tells of the last line may take to come.
const FLUSHED_MAX: Duration = Duration::from_secs(30);

/// What is sent, and how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) names: usize,
    pub(super) name_bytes: usize,
    pub(super) kind: Kind,
    pub(super) packing: Packing,
    pub(super) way: Way,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As fast as one core can send.
    Saturated,
    /// The same, handed over in trains that the kernel cuts where the receiver does not merge.
    Segmented,
    /// So many packets a second, evenly.
    Paced(u32),
}

impl Load {
    pub(super) fn measure(
        &self,
        contender: &Contender,
        effort: &Effort,
    ) -> Result<Vec<Figure>, String> {
        let packets = Packets::new(self.names, self.name_bytes, self.kind, self.packing);
        let sink = Sink::open(contender.is_count).map_err(told)?;
        let segments = self.way == Way::Segmented;
        let setting = Setting { sink: sink.address, flush: FLUSH, segments };
        let server = contender.start(effort.cores, &setting)?;
        let sender = Sender::connect(server.address).map_err(told)?;

        // Every name is known, every buffer grown and every hot function compiled by then.
        let warm_up = sender.feed(&packets, 1).map_err(told)?;
        sink.wait_for(warm_up.lines as f64, FLUSHED_MAX)?;

        let (started, before) = (Instant::now(), server.process.cpu().map_err(told)?);
        let drops_before = socket_table::look(server.address).map_err(told)?.drops;
        let sent = self.send(&sender, &packets, contender, effort.time).map_err(told)?;
        let seconds = started.elapsed().as_secs_f64();
        let drops = socket_table::wait_until_read(server.address).map_err(told)?.drops;
        let kept = sent.lines - (drops - drops_before) * sent.lines_a_drop;
        sink.wait_for((warm_up.lines + kept) as f64, FLUSHED_MAX)?;
        let cpu = server.process.cpu().map_err(told)?.saturating_sub(before);
        Ok(vec![
            Figure {
                title: "CPU a line",
                unit: "µs",
                value: cpu.as_secs_f64() * 1e6 / kept as f64,
            },
            Figure { title: "kept", unit: "M lines/s", value: kept as f64 / seconds / 1e6 },
            Figure {
                title: "lost",
                unit: "%",
                value: (sent.lines - kept) as f64 * 100.0 / sent.lines as f64,
            },
        ])
    }

    fn send(
        &self,
        sender: &Sender,
        packets: &Packets,
        contender: &Contender,
        time: Duration,
    ) -> io::Result<Sent> {
        match self.way {
            Way::Saturated => sender.saturate(packets, time),
            Way::Segmented => sender.segments(packets, time, contender.merges),
            Way::Paced(per_second) => {
                let started = Instant::now();
                sender.pace(packets, per_second, |now| Ok(now - started < time))
            }
        }
    }
}

fn told(error: io::Error) -> String {
    error.to_string()
}
