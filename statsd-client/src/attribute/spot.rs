//! A place to record at: a call site, for whoever its calls are for, with the values of one call.

use crate::pipeline::Recorded;

/// A place to record at.
pub trait Spot {
    /// The same, for as long as a call takes: it borrows nothing of the caller's.
    type Kept: Spot;

    /// Whether a call would go anywhere.
    fn is_live(&self) -> bool;

    /// Records one call.
    fn record(&self, recorded: Recorded<'_>);

    /// Copies what it borrows, which allocates where there is anything.
    fn keep(self) -> Self::Kept;

    /// The number of the client in whose scope its calls are made now; `None`: they are in none, or always for
    /// one client.
    fn scope(&self) -> Option<u64>;

    /// Appends what sets it apart from other spots of its call site.
    fn write_key(&self, key: &mut Vec<u8>);
}

/// Counts one call.
#[inline]
pub fn count(spot: impl Spot) {
    spot.record(Recorded::Count(1));
}

/// Counts a call that has ended, if it is to be counted.
#[inline]
pub fn count_if(spot: Option<impl Spot>, holds: bool) {
    if let Some(spot) = spot.filter(|_| holds) {
        count(spot);
    }
}

/// The spot, to be counted when the call has ended; `None`: there is nobody to hear it.
#[inline]
pub fn keep<S: Spot>(spot: S) -> Option<S::Kept> {
    spot.is_live().then(|| spot.keep())
}
