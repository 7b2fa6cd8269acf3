//! Questions to the flush thread, which alone has the state: how the control plane sees and deletes
//! what the data plane gathers, without a lock that either would wait for.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::change::Change;
use crate::aggregate::{Deleted, Kind, Listing};

/// Asks the flush thread. A clone asks the same one.
///
/// One question is at work at a time, others wait their turn; between two of them a flush that is due
/// is done. Before it answers, the thread takes over what the receivers hold, so that the answer is
/// what there is at this moment. `None`: the thread has ended.
///
/// Fractional sums of counters may differ in their last digit from those of an interval in which
/// nobody asked, because they are then added up in two parts.
#[derive(Debug, Clone)]
pub struct Inquirer {
    requests: SyncSender<Request>,
    turn: Arc<Semaphore>,
}

/// What etsy's `stats` says of the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Messages {
    /// When the last packet came, to the second: seconds since the epoch; before the first one, the
    /// time of the start.
    pub last_seen: i64,
    /// Bad values since the start.
    pub bad_lines: u64,
}

#[derive(Debug)]
pub(super) enum Request {
    Ask(Question),
    Stop,
}

#[derive(Debug)]
pub(super) enum Question {
    List { kind: Kind, answer: Answer<Listing> },
    Delete { kind: Kind, names: Vec<String>, answer: Answer<Vec<Deleted>> },
    Messages { answer: Answer<Messages> },
    Change { change: Box<Change>, answer: Answer<()> },
}

/// Where an answer goes. It holds its question's turn, which others get once it is answered, even if
/// nobody waits for it any more.
#[derive(Debug)]
pub(super) struct Answer<T> {
    to: oneshot::Sender<T>,
    _turn: OwnedSemaphorePermit,
}

impl<T> Answer<T> {
    pub(super) fn send(self, answer: T) -> Result<(), T> {
        self.to.send(answer)
    }
}

impl Question {
    /// Whether nobody waits for the answer any more. A deletion, or a change, is done all the same.
    pub(super) fn is_withdrawn(&self) -> bool {
        match self {
            Self::List { answer, .. } => answer.to.is_closed(),
            Self::Messages { answer } => answer.to.is_closed(),
            Self::Delete { .. } | Self::Change { .. } => false,
        }
    }
}

impl Inquirer {
    pub(super) fn new(requests: SyncSender<Request>) -> Self {
        Self { requests, turn: Arc::new(Semaphore::new(1)) }
    }

    pub(super) fn requests(&self) -> SyncSender<Request> {
        self.requests.clone()
    }

    /// The metrics of a kind, as they are now, up to
    /// [`ADMIN_REPLY_MAX_BYTES`](crate::limits::ADMIN_REPLY_MAX_BYTES).
    pub async fn list(&self, kind: Kind) -> Option<Listing> {
        self.ask(|answer| Question::List { kind, answer }).await
    }

    /// Deletes metrics of a kind, as [`State::delete`](crate::aggregate::State::delete); one answer
    /// for each name.
    pub async fn delete(&self, kind: Kind, names: Vec<String>) -> Option<Vec<Deleted>> {
        self.ask(|answer| Question::Delete { kind, names, answer }).await
    }

    /// What came so far.
    pub async fn messages(&self) -> Option<Messages> {
        self.ask(|answer| Question::Messages { answer }).await
    }

    /// Has the thread go on otherwise; see [`Change`]. The answer says that it does.
    pub async fn change(&self, change: Change) -> Option<()> {
        let change = Box::new(change);
        self.ask(|answer| Question::Change { change, answer }).await
    }

    async fn ask<T>(&self, question: impl FnOnce(Answer<T>) -> Question) -> Option<T> {
        let turn = self.turn.clone().acquire_owned().await.ok()?;
        let (to, answer) = oneshot::channel();
        let question = question(Answer { to, _turn: turn });
        self.requests.try_send(Request::Ask(question)).ok()?;
        answer.await.ok()
    }
}
