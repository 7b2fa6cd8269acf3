//! What the attributes expand to: call sites, guards, and how a call is judged. May not know how the
//! attributes are written, or backends. A call goes from here to `handle/` and `pipeline/`.
//!
//! ```text
//! fixed.rs    a literal name with literal tags: what a handle costs
//! kept.rs     the values of a call, for what is recorded when it ends
//! whom.rs     `client = …`: for one client, not for whichever is installed
//! spot.rs     what these have in common: a place to record at
//! guard.rs    spots that record when they are dropped: times
//! ending.rs   how a call ended: success, failure, panic, cancelled
//! inflight.rs how many calls there are at present
//! judge.rs    from a call's value to how it ended
//! ```

mod ending;
mod fixed;
mod guard;
mod inflight;
mod judge;
mod kept;
mod spot;
mod whom;

pub use ending::{
    EndGuard, Ending, Endings, EndingsOf, EndingsOn, Ends, begin, begin_tagged, begin_tagged_on,
};
pub use fixed::{Fixed, FixedFor, FixedOn};
pub use guard::{TimeGuard, distribution, measure};
pub use inflight::{InflightGuard, Levels, enter};
pub use judge::{ByAny, ByError, ByOutcome, ClassOf, holds, judged, outcome_of, run, succeeded};
pub use kept::{Kept, TaggedOn};
pub use spot::{Spot, count, count_if, keep};
