//! What a running server is told anew: options, and lanes in the place of others.

use std::mem;
use std::sync::PoisonError;

use super::{Align, Flusher};
use crate::aggregate::Options;
use crate::backend::Lane;

/// What holds from now on. The open interval goes on, and nothing of it is lost: it ends under these options
/// and goes to these lanes. Only the flush interval, by which its rates are divided, holds from its end on.
#[derive(Debug)]
pub struct Change {
    /// How samples add up.
    pub options: Options,
    /// Which instants flushes are due at.
    pub align: Align,
    /// Whether receivers clean names.
    pub sanitise: bool,
    /// The lanes that there are from now on; those that are not named end once they have taken what they
    /// were handed.
    pub lanes: Vec<LaneChange>,
}

/// A lane that there is from now on.
#[derive(Debug)]
pub enum LaneChange {
    /// The one of that [`Lane::name`], as it is.
    Keep(&'static str),
    /// A new one, made by [`Lane::start_later`], which begins when the one of its name has ended.
    New(Lane),
}

impl Flusher {
    pub(super) fn change(&mut self, change: Change) {
        let Change { options, align, sanitise, lanes } = change;
        self.schedule.align = align;
        for source in &self.sources {
            let mut shard = source.shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.set_sanitising(sanitise);
        }
        self.state.set_options(Options { interval: self.interval, ..options.clone() });
        self.next_options = Some(options);

        let mut former = mem::take(&mut self.lanes);
        let mut of_name = |name: &str| {
            let at = former.iter().position(|lane| lane.name() == name)?;
            Some(former.remove(at))
        };
        for lane in lanes {
            match lane {
                LaneChange::Keep(name) => self.lanes.extend(of_name(name)),
                LaneChange::New(lane) => {
                    lane.follow(of_name(lane.name()));
                    self.lanes.push(lane);
                }
            }
        }
        self.leaving.retain(|lane| !lane.is_done());
        for lane in former {
            lane.close();
            self.leaving.push(lane);
        }
    }
}

#[cfg(test)]
mod tests;
