//! One value from one thread to another, who may wait for it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A place for one value: the end that gives it, and the end that takes it.
pub(crate) fn slot<T>() -> (Giver<T>, Taker<T>) {
    let state = State { value: None, is_given_up: false };
    let place = Arc::new(Place { state: Mutex::new(state), changed: Condvar::new() });
    (Giver { place: place.clone() }, Taker { place })
}

#[derive(Debug)]
struct Place<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    value: Option<T>,
    /// Nobody is left to give one.
    is_given_up: bool,
}

/// Gives the value. Dropped without, it tells the other end that none will come.
#[derive(Debug)]
pub(crate) struct Giver<T> {
    place: Arc<Place<T>>,
}

/// Takes the value.
#[derive(Debug)]
pub(crate) struct Taker<T> {
    place: Arc<Place<T>>,
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nothing {
    /// It may still come.
    Yet,
    /// It will never come.
    Ever,
}

impl<T> Giver<T> {
    pub(crate) fn give(self, value: T) {
        self.place.state().value = Some(value);
        // Dropping `self` tells the other end.
    }
}

impl<T> Drop for Giver<T> {
    fn drop(&mut self) {
        self.place.state().is_given_up = true;
        self.place.changed.notify_one();
    }
}

impl<T> Taker<T> {
    /// The value, once. Waits for it up to `timeout`.
    pub(crate) fn take(&self, timeout: Duration) -> Result<T, Nothing> {
        let is_open = |state: &mut State<T>| state.value.is_none() && !state.is_given_up;
        let waited = self.place.changed.wait_timeout_while(self.place.state(), timeout, is_open);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let nothing = if state.is_given_up { Nothing::Ever } else { Nothing::Yet };
        state.value.take().ok_or(nothing)
    }
}

impl<T> Place<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_once_and_its_absence_is_told_apart() {
        let (giver, taker) = slot();
        assert_eq!(taker.take(Duration::ZERO), Err(Nothing::Yet));
        giver.give(7);
        assert_eq!(taker.take(Duration::ZERO), Ok(7));
        assert_eq!(taker.take(Duration::MAX), Err(Nothing::Ever));
        let (giver, taker) = slot::<u8>();
        std::thread::spawn(move || drop(giver));
        assert_eq!(taker.take(Duration::MAX), Err(Nothing::Ever));
    }
}
