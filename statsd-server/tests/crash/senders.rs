//! Senders of a built server, whatever its disk is like: points by carbon's lines, acknowledged or not, and
//! lines of StatsD; between them, the questions that people ask.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr};
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use serde_json::Value;

use crate::load::{SERIES, Writer, now};
use crate::server::{Server, connect, until};

const SENDERS: usize = 3;

/// Turns of a writer: the finest archive reaches back an hour.
const TURNS_MAX: i64 = 3_000;

/// How far back the first one lies.
const BASE_SECONDS: i64 = 3_200;

/// The disk is good, bad, good again.
const PHASES: usize = 3;

/// Batches, in one phase, whose connections the server has closed in order, and whose it has reset.
#[derive(Debug, Default)]
pub(crate) struct Batches {
    pub(crate) acknowledged: AtomicU64,
    pub(crate) refused: AtomicU64,
}

/// What is sent to a server, by senders that go on until this is told to end.
pub(crate) struct Load<'a> {
    server: &'a Server,
    carbon: SocketAddr,
    base: i64,
    phase: AtomicUsize,
    batches: [Batches; PHASES],
    /// Of `disk.requests`, by StatsD.
    requests: AtomicU64,
}

/// What came of a writer's batches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sent {
    writer: Writer,
    turns: i64,
    /// Turns before the last one that was acknowledged: that covers those before it, too.
    pub(crate) acknowledged: i64,
}

impl<'a> Load<'a> {
    pub(crate) fn new(server: &'a Server) -> Self {
        Self {
            server,
            carbon: server.door("carbon  tcp"),
            base: now() - BASE_SECONDS,
            phase: AtomicUsize::new(0),
            batches: Default::default(),
            requests: AtomicU64::new(0),
        }
    }

    /// Has senders at work while `during` goes on. They know when it has failed.
    pub(crate) fn run(&self, during: impl FnOnce(&Self)) -> Vec<Sent> {
        thread::scope(|scope| {
            let end = End(&self.phase);
            let senders: Vec<_> =
                (0..SENDERS).map(|number| scope.spawn(move || self.send(number))).collect();
            during(self);
            drop(end);
            senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
        })
    }

    /// The next phase: of new series, too.
    pub(crate) fn go_on(&self) -> &Batches {
        &self.batches[self.phase.fetch_add(1, Ordering::Relaxed) + 1]
    }

    /// Waits until some batches of this phase are acknowledged.
    pub(crate) fn is_acknowledged(&self) {
        let batches = &self.batches[self.phase.load(Ordering::Relaxed)];
        let enough = SENDERS as u64 * 20;
        until("acknowledged batches", || {
            (batches.acknowledged.load(Ordering::Relaxed) >= enough).then_some(())
        });
    }

    /// Waits until the series of the first phase have files.
    pub(crate) fn is_in_files(&self, data: &Path) {
        let there = |number: usize, series: usize| {
            let name = Writer { base: self.base, number }.name(series);
            data.join(name.replace('.', "/")).with_extension("wsp").exists()
        };
        let all = || (0..SENDERS).all(|number| (0..SERIES).all(|series| there(number, series)));
        until("files", || all().then_some(()));
    }

    fn send(&self, number: usize) -> Vec<Sent> {
        let mut statsd = connect(self.server.statsd_tcp());
        let mut all: Vec<Sent> = Vec::new();
        loop {
            let phase = self.phase.load(Ordering::Relaxed);
            if phase >= PHASES {
                return all;
            }
            if all.len() <= phase {
                let number = number + SENDERS * all.len();
                let writer = Writer { base: self.base, number };
                all.push(Sent { writer, turns: 0, acknowledged: 0 });
            }
            // Series that are there for long, and new ones.
            for at in if phase == 0 { 0..=0 } else { 0..=phase } {
                self.turn(&mut all[at], phase);
            }
            writeln!(statsd, "disk.requests:1|c").unwrap();
            self.requests.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A batch, and, whatever became of it, its points.
    fn turn(&self, sent: &mut Sent, phase: usize) {
        if sent.turns == TURNS_MAX {
            return;
        }
        let Batches { acknowledged, refused } = &self.batches[phase];
        let writer = sent.writer;
        if self.is_closed_in_order(&writer.lines(sent.turns)) {
            sent.acknowledged = sent.turns + 1;
            acknowledged.fetch_add(1, Ordering::Relaxed);
        } else {
            refused.fetch_add(1, Ordering::Relaxed);
        }
        sent.turns += 1;
        let at = writer.base + sent.turns - 1;
        let answers = self.server.json(&render(&writer.name(0), at - 1, at));
        writer.check_values(0, 0, values(&answers[0]));
        assert_eq!(values(&answers[0]).filter_map(|(_, value)| value).count(), 1, "{answers}");
        let found = self.server.json(&format!("/metrics/find?query={}", writer.name(1)));
        assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
    }

    fn is_closed_in_order(&self, text: &str) -> bool {
        let mut stream = connect(self.carbon);
        stream.write_all(text.as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        stream.read(&mut [0]).is_ok_and(|bytes| bytes == 0)
    }

    /// Waits until the flushes have counted every line of StatsD once.
    pub(crate) fn is_counted(&self) {
        let path = render("stats_counts.disk.requests", self.base, now() + 600);
        let sent = self.requests.load(Ordering::Relaxed);
        until("every request", || {
            let answers = self.server.json(&path);
            let sum: f64 = values(&answers[0]).filter_map(|(_, value)| value).sum();
            assert!(sum <= sent as f64, "{sum} of {sent} are counted");
            (sum.to_bits() == (sent as f64).to_bits()).then_some(())
        });
    }
}

/// Ends the senders, also where their test has failed.
struct End<'a>(&'a AtomicUsize);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(PHASES, Ordering::Relaxed);
    }
}

/// Every point that was sent is there by `/render`.
pub(crate) fn all_is_there(sent: &[Sent], server: &Server) {
    for Sent { writer, turns, .. } in sent {
        is_there(*writer, *turns, server);
    }
}

/// Every point that was acknowledged is.
pub(crate) fn all_acknowledged_is_there(sent: &[Sent], server: &Server) {
    for Sent { writer, acknowledged, .. } in sent {
        is_there(*writer, *acknowledged, server);
    }
}

fn is_there(writer: Writer, turns: i64, server: &Server) {
    for series in 0..SERIES {
        let path = render(&writer.name(series), writer.base - 1, now());
        writer.check_values(series, turns, values(&server.json(&path)[0]));
    }
}

fn render(target: &str, from: i64, until: i64) -> String {
    format!("/render?format=json&from={from}&until={until}&target={target}")
}

/// The points of a series as `/render` tells them; none of one that is not there.
fn values(series: &Value) -> impl Iterator<Item = (i64, Option<f64>)> {
    let points = series["datapoints"].as_array().into_iter().flatten();
    points.map(|point| (point[1].as_i64().unwrap(), point[0].as_f64()))
}
