//! Lines for a terminal that may have stopped: after Ctrl-S, or behind a pager that nobody scrolls, a
//! write waits for as long as the user likes. It waits here, on a thread of its own, and no flush does.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Failure;

/// Lines that wait while the terminal takes none; further ones are left out, and it is said how many.
const LINES_MAX: usize = 256;

/// How long the end of the process waits for lines that are still to be shown.
const LAST_LINES: Duration = Duration::from_millis(500);

pub(super) static STDOUT: LazyLock<Terminal> = LazyLock::new(|| Terminal::new(io::stdout()));
pub(super) static STDERR: LazyLock<Terminal> = LazyLock::new(|| Terminal::new(io::stderr()));

/// Writes a command's answer to standard output, and waits until all of it is taken: a pager may take its
/// time. One that has gone away has read what it wanted.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::outside("cannot write to standard output", error))
        }
        _ => Ok(()),
    }
}

/// Writes whole lines, never waits for the terminal and never fails: a reader that has gone away is no
/// reason to stop serving. Clones write to the same terminal.
#[derive(Debug, Clone)]
pub(super) struct Terminal {
    waiting: Arc<Waiting>,
}

/// What is to be shown.
#[derive(Debug, Default)]
struct Waiting {
    lines: Mutex<Lines>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Lines {
    queue: VecDeque<Vec<u8>>,
    left_out: u64,
    /// A line has left the queue and is not shown yet.
    is_writing: bool,
}

impl Terminal {
    fn new(out: impl Write + Send + 'static) -> Self {
        let waiting = Arc::<Waiting>::default();
        let shown = Arc::clone(&waiting);
        // Without the thread nothing is shown: silence is no reason to stop.
        let _thread = thread::Builder::new()
            .name("statsd-terminal".to_owned())
            .spawn(move || shown.show(out));
        Self { waiting }
    }

    /// Waits until the lines are shown; not for a terminal that has stopped.
    pub(super) fn finish(&self) {
        let unfinished = |lines: &mut Lines| lines.is_writing || !lines.queue.is_empty();
        let lines = self.waiting.lock();
        let _finished = self.waiting.changed.wait_timeout_while(lines, LAST_LINES, unfinished);
    }
}

impl Write for Terminal {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut lines = self.waiting.lock();
        if lines.queue.len() < LINES_MAX {
            lines.queue.push_back(line.to_vec());
            self.waiting.changed.notify_all();
        } else {
            lines.left_out += 1;
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Waiting {
    fn show(&self, mut out: impl Write) {
        let mut lines = self.lock();
        loop {
            let Some(mut text) = lines.queue.pop_front() else {
                lines = self.changed.wait(lines).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left_out = std::mem::take(&mut lines.left_out);
            if left_out > 0 {
                let note = format!("… {left_out} lines are left out, the terminal had stopped\n");
                text.extend_from_slice(note.as_bytes());
            }
            lines.is_writing = true;
            drop(lines);
            let _shown = out.write_all(&text).and_then(|()| out.flush());
            lines = self.lock();
            lines.is_writing = false;
            self.changed.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A terminal after Ctrl-S while somebody holds its text; then it keeps what it shows.
    #[derive(Clone, Default)]
    struct Stopped(Arc<Mutex<Vec<u8>>>);

    impl Write for Stopped {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn say(mut terminal: Terminal, line: usize) {
        terminal.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    #[test]
    fn lines_are_shown_in_order_before_the_end() {
        let out = Stopped::default();
        let terminal = Terminal::new(out.clone());
        say(terminal.clone(), 1);
        say(terminal.clone(), 2);
        terminal.finish();
        assert_eq!(*out.0.lock().unwrap(), b"1\n2\n");
    }

    #[test]
    fn a_stopped_terminal_stops_nobody_and_says_what_it_missed() {
        let out = Stopped::default();
        let terminal = Terminal::new(out.clone());
        let stopped = out.0.lock().unwrap();
        for line in 0..2 * LINES_MAX {
            // Were it to wait, it would wait for ever.
            say(terminal.clone(), line);
        }
        terminal.finish();
        drop(stopped);
        terminal.finish();
        let shown = String::from_utf8(out.0.lock().unwrap().clone()).unwrap();
        assert!(shown.starts_with("0\n"), "{shown}");
        assert!(shown.contains(" lines are left out, the terminal had stopped\n"), "{shown}");
    }
}
