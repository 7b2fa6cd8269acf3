//! A `fork(2)` that clients live through, on both sides of it.

use std::sync::PoisonError;

use super::{CLIENT, INSTALLS};
use crate::client::Client;
use crate::pipeline;

/// Runs `fork`, which calls `fork(2)`, so that `clients` go on in parent and child: what was recorded
/// before it is sent by the parent, and once; what the child records, by the child. Connections to
/// streams are opened anew.
///
/// A child that was forked without it never blocks or panics here, but sends nothing. Waits until each
/// client's thread has sent the packets that it is at.
///
/// ```
/// # fn fork() -> u32 { 0 }
/// # use std::time::Duration;
/// # use statsd_client::{CaptureBackend, Client};
/// # let (backend, captured) = CaptureBackend::new();
/// # let hour = Duration::from_secs(3600);
/// # let client = Client::builder().backend(backend).flush_interval(hour).build()?;
/// client.increment("jobs");
/// let _pid = statsd_client::around_fork(&[&client], || fork());
/// client.increment("jobs"); // in each of the two processes
/// # client.flush(Duration::from_secs(1));
/// # assert_eq!(captured.lines(), ["jobs:2|c"]);
/// # Ok::<(), statsd_client::Error>(())
/// ```
pub fn around_fork<R>(clients: &[&Client], fork: impl FnOnce() -> R) -> R {
    let mut pipelines: Vec<_> = clients.iter().map(|client| client.pipeline()).collect();
    pipelines.sort_unstable_by_key(|pipeline| pipeline.shared().id);
    pipelines.dedup_by_key(|pipeline| pipeline.shared().id);
    let nobody_installs = || INSTALLS.lock().unwrap_or_else(PoisonError::into_inner);
    pipeline::around_fork(&pipelines, nobody_installs, || {
        let _nobody_looks = CLIENT.write().unwrap_or_else(PoisonError::into_inner);
        fork()
    })
}
