//! Confirmations by the disk, one for all who wait: the first asks it, the others wait for the answer,
//! and whoever came too late for that one is served by the next.

use std::io;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use super::append::Appender;
use super::disk::Disk;
use super::lock;

/// Who waits for what.
#[derive(Debug, Default)]
pub(super) struct Group {
    state: Mutex<State>,
    answered: Condvar,
}

#[derive(Debug, Default)]
struct State {
    is_asking: bool,
    /// Counts the answers.
    answers: u64,
    /// Changes to the journal that are confirmed.
    confirmed: u64,
    /// The last answer that was a refusal.
    refused: Option<Refusal>,
}

#[derive(Debug)]
struct Refusal {
    answer: u64,
    /// The changes that it was about.
    changes: u64,
    reason: String,
}

impl Group {
    /// Has the disk confirm every change that was made before.
    pub(super) fn commit(
        &self,
        appender: &Mutex<Appender>,
        disk: &dyn Disk,
        folder: &Path,
    ) -> io::Result<()> {
        let wanted = lock(appender).wanted();
        let mut state = lock(&self.state);
        let answers_before = state.answers;
        while state.confirmed < wanted {
            if state.is_asking {
                state = self.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
            } else {
                state.is_asking = true;
                drop(state);
                let (changes, answer) = ask(appender, disk, folder);
                state = lock(&self.state);
                state.is_asking = false;
                state.hear(changes, answer);
                self.answered.notify_all();
            }
            let refused = state.refused.as_ref();
            let mine =
                |refusal: &&Refusal| refusal.answer > answers_before && refusal.changes >= wanted;
            if state.confirmed < wanted
                && let Some(refusal) = refused.filter(mine)
            {
                return Err(io::Error::other(refusal.reason.clone()));
            }
        }
        let confirmed = state.confirmed;
        drop(state);
        lock(appender).confirmed(confirmed)
    }
}

impl State {
    fn hear(&mut self, changes: u64, answer: io::Result<()>) {
        self.answers += 1;
        match answer {
            Ok(()) => self.confirmed = self.confirmed.max(changes),
            Err(error) => {
                let reason = format!("the disk did not confirm the journal: {error}");
                self.refused = Some(Refusal { answer: self.answers, changes, reason });
            }
        }
    }
}

/// Asks about everything that is not confirmed, and says how many changes that is about.
fn ask(appender: &Mutex<Appender>, disk: &dyn Disk, folder: &Path) -> (u64, io::Result<()>) {
    let unconfirmed = lock(appender).unconfirmed();
    let mut answer = Ok(());
    for open in &unconfirmed.files {
        let synced = open.file.sync_data();
        lock(appender).confirm(open, synced.is_ok());
        answer = answer.and(synced);
    }
    if let Some(newest) = unconfirmed.newest_unlisted {
        let synced = disk.sync_folder(folder);
        lock(appender).confirm_folder(newest, synced.is_ok());
        answer = answer.and(synced);
    }
    (unconfirmed.changes, answer)
}
