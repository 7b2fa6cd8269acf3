//! Clocks that stand still while a thread or a process does, in nanoseconds.

use rustix::time::{ClockId, clock_gettime};

/// CPU time of the calling thread, its time in the kernel included.
pub(super) fn thread() -> f64 {
    read(ClockId::ThreadCPUTime)
}

/// CPU time of the process, its time in the kernel included.
pub(super) fn process() -> f64 {
    read(ClockId::ProcessCPUTime)
}

fn read(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 * 1e9 + now.tv_nsec as f64
}
