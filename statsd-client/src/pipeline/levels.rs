//! What gauges stand at, for a dialect in which a change cannot be said.

use std::collections::HashMap;

use super::gauges::{Reading, finite};

/// Gauges of which it is remembered; a change of a further one is taken as one from 0. More than a client
/// has contexts, because those that it has forgotten keep their level.
const LEVELS_MAX: usize = 32 * 1024;

/// Levels by the key of the context. They outlive its numbers: a generation ends, a gauge does not.
#[derive(Debug, Default)]
pub(crate) struct Levels(HashMap<Box<[u8]>, f64>);

impl Levels {
    /// The level after a reading.
    pub(crate) fn after(&mut self, key: &[u8], reading: Reading) -> f64 {
        let has_room = self.0.len() < LEVELS_MAX;
        let known = self.0.get_mut(key);
        let level = match reading {
            Reading::Value(value) => value,
            Reading::Change(change) => finite(known.as_deref().unwrap_or(&0.0) + change),
        };
        match known {
            Some(known) if level != 0.0 => *known = level,
            Some(_) => drop(self.0.remove(key)),
            None if level != 0.0 && has_room => drop(self.0.insert(key.into(), level)),
            None => {}
        }
        level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_added_to_the_last_level_and_0_takes_no_memory() {
        let mut levels = Levels::default();
        assert_eq!(levels.after(b"a", Reading::Change(2.0)), 2.0);
        assert_eq!(levels.after(b"b", Reading::Value(7.0)), 7.0);
        assert_eq!(levels.after(b"a", Reading::Change(-0.5)), 1.5);
        assert_eq!(levels.after(b"b", Reading::Change(-7.0)), 0.0);
        assert_eq!(levels.after(b"a", Reading::Value(-1.0)), -1.0);
        assert_eq!(levels.0.len(), 1);
        for n in 0..2 * LEVELS_MAX {
            levels.after(&n.to_le_bytes(), Reading::Value(1.0));
        }
        assert_eq!(levels.0.len(), LEVELS_MAX);
    }
}
