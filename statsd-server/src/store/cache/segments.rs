//! Which segments of the journal are needed, and by how many.

use std::collections::VecDeque;

/// Segments, oldest first, and how many series need each of them and all after it.
#[derive(Debug, Default)]
pub(crate) struct Segments(VecDeque<(u32, u32)>);

impl Segments {
    /// One more needs a segment.
    pub(crate) fn enter(&mut self, segment: u32) {
        let behind = self.0.partition_point(|(known, _)| *known < segment);
        match self.0.get_mut(behind) {
            Some((known, series)) if *known == segment => *series += 1,
            _ => self.0.insert(behind, (segment, 1)),
        }
    }

    /// One fewer.
    pub(crate) fn leave(&mut self, segment: u32) {
        let at = self.0.partition_point(|(known, _)| *known < segment);
        if let Some((known, series)) = self.0.get_mut(at)
            && *known == segment
        {
            *series -= 1;
            if *series == 0 {
                self.0.remove(at);
            }
        }
    }

    /// The oldest that is needed.
    pub(crate) fn oldest(&self) -> Option<u32> {
        self.0.front().map(|(segment, _)| *segment)
    }
}
