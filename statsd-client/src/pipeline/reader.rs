//! How far the client's thread has read what one of the application's threads writes.

use super::account;
use super::block::{Block, Seen};
use super::pool;
use super::run::{RUN_BYTES, Run};
use super::shared::Shared;

/// A thread's block, and how far it was read.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) block: &'static Block,
    pub(crate) seen: Seen,
    pub(crate) run: Option<&'static Run>,
    /// The pair of the run that is read next.
    pub(crate) at: usize,
    /// Bytes of the budget that the run stands for: none once all that stood in it was read, so that a
    /// thread that records now and then takes nothing from the others.
    pub(crate) holds: usize,
    /// Whether all was read that there will be.
    pub(crate) is_final: bool,
}

impl Reader {
    pub(crate) fn new(block: &'static Block) -> Self {
        Self { block, seen: Seen::of(block), run: None, at: 0, holds: 0, is_final: false }
    }

    /// The run that is to be read.
    pub(crate) fn run(&mut self) -> Option<&'static Run> {
        if self.run.is_none() {
            self.run = pool::run_by_id(self.block.first_run());
            self.holds = if self.run.is_some() { RUN_BYTES } else { 0 };
        }
        self.run
    }

    /// Gives the present run back, and goes on to the one that follows; answers how many bytes of the
    /// budget that frees.
    pub(crate) fn go_on(&mut self, next: u32) -> usize {
        let done = std::mem::replace(&mut self.run, pool::run_by_id(next));
        self.at = 0;
        done.into_iter().for_each(pool::give_run);
        std::mem::replace(&mut self.holds, RUN_BYTES)
    }

    /// Gives back what the thread has written its last to; the thread gives back the rest.
    pub(crate) fn let_go(mut self, shared: &Shared) {
        self.block.close();
        while let Some(next) = self.run().and_then(Run::next) {
            self.go_on(next);
        }
        if account::let_go(self.block, shared) {
            self.run.into_iter().for_each(pool::give_run);
        }
    }
}
