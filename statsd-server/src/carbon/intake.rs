//! The one thread that writes what all doors have read, and the one that makes it safe.
//!
//! Doors hand over batches through a queue with a bound, and wait where it is full; so nobody who reads
//! sockets ever waits for a disk. Batches that wait together are written together. While the store is full
//! none is taken: the queue fills, the doors stop reading, and the kernel makes the senders wait.

use std::io;
use std::sync::Arc;
use std::sync::mpsc as blocking;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::runtime;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{interval, sleep};

use super::{Points, Stage};
use crate::clock::Clock;
use crate::limits::{CARBON_BATCH_BYTES, CARBON_BATCH_POINTS, CARBON_BATCHES_MAX};
use crate::store::Store;
use crate::telemetry::Telemetry;

/// How often stages are asked for the points that are due.
const LOOK: Duration = Duration::from_secs(1);

/// How often a store that was full is looked at.
const FULL_LOOK: Duration = Duration::from_millis(20);

/// The doors' end of the queue.
#[derive(Debug, Clone)]
pub(super) struct Intake {
    messages: mpsc::Sender<Message>,
}

#[derive(Debug)]
enum Message {
    Points(Points),
    /// To be answered when all batches before it are safe: whether they are.
    Settle(oneshot::Sender<bool>),
}

/// What the threads need.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) store: Arc<dyn Store>,
    pub(super) stages: Vec<Box<dyn Stage>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) telemetry: Arc<Telemetry>,
    /// A store that is full is not waited for any more once this says so.
    pub(super) stopped: watch::Receiver<bool>,
}

/// The running threads; they end when the last [`Intake`] is gone.
#[derive(Debug)]
pub(super) struct IntakeHandle {
    writer: JoinHandle<()>,
    committer: JoinHandle<()>,
}

impl Intake {
    /// Hands a batch over, and waits for room.
    pub(super) async fn give(&self, points: Points) {
        // The thread ends after its doors.
        let _given = self.messages.send(Message::Points(points)).await;
    }

    /// Hands a batch over if there is room.
    pub(super) fn offer(&self, points: Points) -> Result<(), Points> {
        match self.messages.try_send(Message::Points(points)) {
            Err(
                mpsc::error::TrySendError::Full(Message::Points(points))
                | mpsc::error::TrySendError::Closed(Message::Points(points)),
            ) => Err(points),
            _ => Ok(()),
        }
    }

    /// Waits until what was handed over before is safe, and says whether it is.
    pub(super) async fn settled(&self) -> bool {
        let (answer, answered) = oneshot::channel();
        let asked = self.messages.send(Message::Settle(answer)).await;
        asked.is_ok() && answered.await.unwrap_or(false)
    }
}

pub(super) fn start(parts: Parts) -> io::Result<(Intake, IntakeHandle)> {
    let (sender, messages) = mpsc::channel(CARBON_BATCHES_MAX);
    // Each connection has one of these at the most.
    let (commits, asked) = blocking::channel();
    let store = Arc::clone(&parts.store);
    let committer = thread::Builder::new()
        .name("carbon-commit".to_owned())
        .spawn(move || commit_all(&asked, &*store))?;
    let runtime = runtime::Builder::new_current_thread().enable_time().build()?;
    let writer = Writer { parts, commits };
    let writer = thread::Builder::new()
        .name("carbon-intake".to_owned())
        .spawn(move || runtime.block_on(writer.run(messages)))?;
    Ok((Intake { messages: sender }, IntakeHandle { writer, committer }))
}

impl IntakeHandle {
    pub(super) fn is_running(&self) -> bool {
        !self.writer.is_finished() && !self.committer.is_finished()
    }

    /// Waits for the end.
    pub(super) fn join(self) {
        if self.writer.join().is_err() | self.committer.join().is_err() {
            tracing::error!("a thread that stores carbon's points had panicked");
        }
    }
}

struct Writer {
    parts: Parts,
    commits: blocking::Sender<oneshot::Sender<bool>>,
}

impl Writer {
    async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut looks = interval(LOOK);
        loop {
            tokio::select! {
                message = messages.recv() => match message {
                    Some(message) => self.take(message, &mut messages).await,
                    None => break,
                },
                _ = looks.tick(), if !self.parts.stages.is_empty() => {
                    self.pass_on_of_stages(|stage, points, now| stage.due(points, now));
                }
            }
        }
        self.pass_on_of_stages(|stage, points, now| stage.end(points, now));
    }

    /// Writes a batch, and with it those that wait behind it.
    async fn take(&mut self, first: Message, messages: &mut mpsc::Receiver<Message>) {
        let mut batch: Option<Points> = None;
        let mut settles = Vec::new();
        let mut next = Some(first);
        while let Some(message) = next {
            match (message, &mut batch) {
                (Message::Settle(answer), _) => settles.push(answer),
                (Message::Points(points), None) => batch = Some(points),
                (Message::Points(points), Some(batch)) => batch.append(&points),
            }
            let is_full = batch.as_ref().is_some_and(|batch| {
                batch.len() >= CARBON_BATCH_POINTS || batch.text_bytes() >= CARBON_BATCH_BYTES
            });
            next = if is_full { None } else { messages.try_recv().ok() };
        }
        if let Some(mut points) = batch {
            self.wait_for_room().await;
            let now = self.parts.clock.seconds();
            for stage in &mut self.parts.stages {
                stage.take(&mut points, now);
            }
            self.write(&points, now);
        }
        for answer in settles {
            // Without that thread nobody is answered, which says that nothing is safe.
            let _asked = self.commits.send(answer);
        }
    }

    async fn wait_for_room(&mut self) {
        let mut was_full = false;
        while self.parts.store.is_full() && !*self.parts.stopped.borrow() {
            if !was_full {
                self.parts.telemetry.carbon_pauses.add(1);
                was_full = true;
            }
            sleep(FULL_LOOK).await;
        }
    }

    /// Writes what each stage has of its own, through those behind it.
    fn pass_on_of_stages(&mut self, ask: impl Fn(&mut dyn Stage, &mut Points, i64)) {
        let now = self.parts.clock.seconds();
        for at in 0..self.parts.stages.len() {
            let mut points = Points::default();
            if let Some((stage, behind)) = self.parts.stages[at..].split_first_mut() {
                ask(stage.as_mut(), &mut points, now);
                if points.is_empty() {
                    continue;
                }
                for stage in behind {
                    stage.take(&mut points, now);
                }
            }
            self.write(&points, now);
        }
    }

    fn write(&self, points: &Points, now: i64) {
        if points.is_empty() {
            return;
        }
        let written = self.parts.store.write(&points.writes(), now);
        let telemetry = &self.parts.telemetry;
        telemetry.points.add(written.points as u64);
        telemetry.points_refused.add(written.refused as u64);
        telemetry.points_failed.add(written.failed as u64);
    }
}

/// One commit serves everybody who had asked when it began.
fn commit_all(asked: &blocking::Receiver<oneshot::Sender<bool>>, store: &dyn Store) {
    while let Ok(first) = asked.recv() {
        let all: Vec<_> = std::iter::once(first).chain(asked.try_iter()).collect();
        let committed = store.commit();
        if let Err(error) = &committed {
            tracing::debug!(%error, "points of carbon's connections are not safe yet");
        }
        for answer in all {
            // Whoever asked may be gone.
            let _told = answer.send(committed.is_ok());
        }
    }
}

#[cfg(test)]
mod tests;
