//! Clients across a `fork`: the child has one thread, and none of theirs.
//!
//! The clients' threads end before the fork and hand their work to the thread that forks; every lock is
//! held meanwhile, so that the child finds none that a thread it does not have would have to release.
//! After it, parent and child each go on with threads of their own. What was recorded before the fork
//! is the parent's to send; the child forgets it.

use std::process;

use super::local;
use super::pool;
use super::worker::{Pipeline, Worker};

/// Runs `fork`, which may return in two processes. `clients` are sorted by their number, each once.
///
/// `hold` takes the locks under which others ask a client for something. They come before the clients' own,
/// as they do there, and after the clients' threads have ended, because a backend may ask for them, too.
pub(crate) fn around_fork<R, Held>(
    clients: &[&Pipeline],
    hold: impl FnOnce() -> Held,
    fork: impl FnOnce() -> R,
) -> R {
    let paused = |client: &&'_ Pipeline| client.pause();
    let _resumed =
        Paused { clients, workers: clients.iter().map(paused).collect(), parent: process::id() };
    let _held = hold();
    while_locked(clients, Box::new(|| pool::while_locked(fork)))
}

/// In the order of the clients' numbers, so that two threads that fork do not wait for each other.
fn while_locked<'a, R: 'a>(clients: &[&Pipeline], work: Box<dyn FnOnce() -> R + 'a>) -> R {
    let Some((client, others)) = clients.split_first() else { return work() };
    client.account().while_locked(|| client.shared().while_locked(|| while_locked(others, work)))
}

/// The clients' threads' work while there are no such threads.
struct Paused<'a> {
    clients: &'a [&'a Pipeline],
    workers: Vec<Option<Worker>>,
    parent: u32,
}

impl Drop for Paused<'_> {
    fn drop(&mut self) {
        let is_child = process::id() != self.parent;
        for (client, worker) in self.clients.iter().zip(self.workers.drain(..)) {
            let Some(mut worker) = worker else { continue };
            if is_child {
                worker.begin_in_child(local::block_of(client.shared().id));
            }
            client.resume(worker);
        }
    }
}
