//! A server's process: on a core of its own, with what it took of it.

use std::io;
use std::process::{Child, Command};
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::sys::signal::{Signal, kill};
use nix::time::{clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;

/// Which core is whose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    server: usize,
    load: usize,
}

impl Cores {
    /// The first core that this process may use is the server's, the last one the load's and the
    /// sink's. From here on this thread, and those that it starts, run on the latter.
    pub(crate) fn divide() -> io::Result<Self> {
        let allowed = sched_getaffinity(Pid::from_raw(0))?;
        let mut cores = (0..CpuSet::count()).filter(|&core| allowed.is_set(core).unwrap_or(false));
        let server = cores.next().ok_or_else(|| io::Error::other("no core may be used"))?;
        let cores = Self { server, load: cores.next_back().unwrap_or(server) };
        pin_to(cores.load)?;
        Ok(cores)
    }

    pub(crate) fn are_two(self) -> bool {
        self.server != self.load
    }

    /// Starts a process on the server's core: a child begins where its parent is.
    pub(crate) fn start(self, command: &mut Command) -> io::Result<Process> {
        pin_to(self.server)?;
        let child = command.spawn();
        pin_to(self.load)?;
        Ok(Process { child: child.map_err(|error| named(command, &error))? })
    }
}

fn named(command: &Command, error: &io::Error) -> io::Error {
    io::Error::new(
        error.kind(),
        format!("cannot start {}: {error}", command.get_program().display()),
    )
}

fn pin_to(core: usize) -> io::Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    Ok(sched_setaffinity(Pid::from_raw(0), &cores)?)
}

/// A running server. It ends with its value.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) child: Child,
}

impl Process {
    /// CPU time of all its threads, user's and system's.
    pub(crate) fn cpu(&self) -> io::Result<Duration> {
        Ok(Duration::from(clock_gettime(clock_getcpuclockid(self.pid())?)?))
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended_already = kill(self.pid(), Signal::SIGKILL);
        let _ended_already = self.child.wait();
    }
}
