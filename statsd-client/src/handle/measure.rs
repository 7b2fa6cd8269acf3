//! The guard behind `measure` and attributes whose name is made at run time: it owns what it needs.

use std::time::Instant;

use crate::client::Client;
use crate::metric::{KeyBuffer, TooLong};
use crate::pipeline::{Event, with_recorder};

/// Records the time since its making under a key when it is dropped, on whichever thread that is.
#[derive(Debug)]
pub(crate) struct MeasureGuard {
    client: Client,
    key: Result<KeyBuffer, TooLong>,
    rate: Option<f64>,
    started: Instant,
}

impl MeasureGuard {
    /// Starts the clock for a plain name.
    pub(crate) fn start(client: &Client, name: &str) -> Self {
        Self::with_key(client, None, |key| key.name_str(name))
    }

    /// Starts the clock for a key. Allocates the key.
    pub(crate) fn with_key(
        client: &Client,
        rate: Option<f64>,
        write: impl FnOnce(&mut KeyBuffer) -> Result<(), TooLong>,
    ) -> Self {
        let mut key = KeyBuffer::default();
        let key = write(&mut key).map(|()| key);
        Self { client: client.clone(), key, rate, started: Instant::now() }
    }
}

impl Drop for MeasureGuard {
    fn drop(&mut self) {
        let event = Event::timing(self.started.elapsed());
        let client = &self.client;
        with_recorder(
            client.id(),
            || Some(client.shared()),
            |recorder| match &mut self.key {
                Ok(key) => {
                    recorder.record_key(key, self.rate, event);
                }
                Err(TooLong) => recorder.drop_bad_name(),
            },
        );
    }
}
