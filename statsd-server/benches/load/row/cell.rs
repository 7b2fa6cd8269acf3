//! What every cell begins with: a sink, a server that sends to it, a sender; and what they say.

use std::io;
use std::time::Duration;

use super::Effort;
use crate::contender::{Contender, Running, Setting};
use crate::memory;
use crate::packets::Packets;
use crate::sender::{Sender, Sent};
use crate::sink::Sink;
use crate::socket_table;

/// How long a flush may take to come, beyond the interval.
const FLUSHED_MAX: Duration = Duration::from_secs(180);

pub(super) struct Cell {
    contender: Contender,
    pub(super) sink: Sink,
    pub(super) server: Running,
    pub(super) sender: Sender,
    interval: Duration,
    /// What the flushes must say in the end.
    pub(super) kept_lines: u64,
    drops: u64,
}

impl Cell {
    pub(super) fn open(
        contender: &Contender,
        effort: &Effort,
        interval: Duration,
        segments: bool,
    ) -> Result<Self, String> {
        let sink = Sink::open(contender.is_count).map_err(told)?;
        let setting = Setting { sink: sink.address, flush: interval, segments };
        let server = contender.start(effort.cores, &setting)?;
        let sender = Sender::connect(server.address).map_err(told)?;
        let contender = *contender;
        Ok(Self { contender, sink, server, sender, interval, kept_lines: 0, drops: 0 })
    }

    /// Sends all packets as fast as the server reads them, and waits until it has.
    pub(super) fn feed(&mut self, packets: &Packets, times: usize) -> Result<(), String> {
        let sent = self.sender.feed(packets, times, self.contender.waiting_max_bytes);
        self.keep(sent.map_err(told)?).map(drop)
    }

    pub(super) fn wait_for_flush(&self) -> Result<(), String> {
        self.sink.wait_for_flush(self.flushed_max())
    }

    /// As [`Cell::feed`], right after a flush, so that none comes meanwhile.
    pub(super) fn fill(&mut self, packets: &Packets, times: usize) -> Result<(), String> {
        let sum = self.sink.sum();
        self.feed(packets, times)?;
        if self.sink.sum() == sum { Ok(()) } else { Err("was flushed too early".to_owned()) }
    }

    /// Waits until the server has read what was sent, and yields how many lines of it the kernel kept.
    pub(super) fn keep(&mut self, sent: Sent) -> Result<u64, String> {
        let drops = socket_table::wait_until_read(self.server.address).map_err(told)?.drops;
        let kept = sent.lines - (drops - self.drops) * sent.lines_a_drop;
        self.drops = drops;
        self.kept_lines += kept;
        Ok(kept)
    }

    /// Waits until the flushes have told of every line that was kept.
    pub(super) fn settle(&self) -> Result<(), String> {
        self.sink.wait_for(self.kept_lines as f64, self.flushed_max())
    }

    pub(super) fn cpu(&self) -> Result<Duration, String> {
        self.server.process.cpu().map_err(told)
    }

    pub(super) fn resident_bytes(&self) -> Result<f64, String> {
        memory::resident_bytes(&self.server.process).map(|bytes| bytes as f64).map_err(told)
    }

    pub(super) fn peak_bytes(&self) -> Result<f64, String> {
        memory::peak_bytes(&self.server.process).map(|bytes| bytes as f64).map_err(told)
    }

    pub(super) fn flushed_max(&self) -> Duration {
        self.interval + FLUSHED_MAX
    }
}

pub(super) fn told(error: io::Error) -> String {
    error.to_string()
}
