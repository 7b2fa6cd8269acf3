//! What stands between the doors and the store.

use std::fmt;

use super::Points;

/// Lists, rewriting, aggregation: somebody who may leave points out, rename them, and add some of his own.
///
/// All stages run on the one thread that writes to the store, in their order, so none needs a lock; a
/// batch is as many points as one read or one frame has brought.
pub trait Stage: Send + fmt::Debug {
    /// Changes a batch. What is in it afterwards goes to the next stage, and at last to the store.
    fn take(&mut self, points: &mut Points, now: i64);

    /// Adds the points that are due by `now` to a batch, which is empty; called about once a second. They go
    /// to the stages behind this one.
    fn due(&mut self, _points: &mut Points, _now: i64) {}

    /// Adds what is left where no point will come any more: the server stops. The same way as
    /// [`Stage::due`]'s.
    fn end(&mut self, _points: &mut Points, _now: i64) {}
}
