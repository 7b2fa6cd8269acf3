//! The file is read again: on SIGHUP, and when it has changed.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::run::Run;
use super::{Failure, LogLevel, say};
use crate::app::{Reloaded, Reloader};
use crate::config::NoteKind;

/// How often the file is looked at. Nobody waits for it, and a look costs a microsecond.
const LOOK: Duration = Duration::from_secs(1);

/// Reads the file again whenever there is a reason to, until it is dropped or the server has ended.
pub(super) struct Reloads {
    run: Run,
    reloader: Reloader,
    log_level: LogLevel,
    hangup: Signal,
    looks: Interval,
    file: Option<Watched>,
}

impl Reloads {
    /// `file` was looked at before it was read.
    pub(super) fn new(
        run: Run,
        reloader: Reloader,
        log_level: LogLevel,
        file: Option<Watched>,
        hangup: Signal,
    ) -> Self {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { run, reloader, log_level, hangup, looks, file }
    }

    /// Does it, for as long as the server runs.
    pub(super) async fn run(mut self) {
        loop {
            let has_changed = tokio::select! {
                asked = self.hangup.recv() => {
                    if asked.is_none() {
                        return;
                    }
                    // What is read now needs no second look.
                    let _seen = self.file.as_mut().map(Watched::has_changed);
                    true
                }
                _ = self.looks.tick() => {
                    let has_changed = self.file.as_mut().is_some_and(Watched::has_changed);
                    has_changed && self.reloader.config().automatic_config_reload
                }
            };
            if has_changed && !self.reload().await {
                return;
            }
        }
    }

    /// Whether the server still runs.
    async fn reload(&mut self) -> bool {
        let Some(file) = self.file.as_ref().map(|file| file.path.display().to_string()) else {
            tracing::warn!("there is no configuration file to be read again");
            return true;
        };
        let (config, notes) = match self.run.settings() {
            Ok(settings) => settings,
            Err(failure) => {
                self.refuse(&failure.to_string());
                return true;
            }
        };
        match self.reloader.reload(&config).await {
            Ok(Some(reloaded)) => {
                for (_, note) in notes.iter().filter(|(kind, _)| *kind == NoteKind::Warning) {
                    tracing::warn!("{note}");
                }
                self.log_level.set(config.debug);
                tell(&file, &reloaded);
                true
            }
            Ok(None) => false,
            Err(error) => {
                self.refuse(&format!("{file}: {error}"));
                true
            }
        }
    }

    /// As `check` says it, line by line.
    fn refuse(&self, why: &str) {
        self.reloader.count_refused();
        for line in why.lines() {
            tracing::error!("{line}");
        }
        tracing::error!("the configuration is not taken: all stays as it was");
    }
}

/// From now on SIGHUP does not end the process.
pub(super) fn hangup() -> Result<Signal, Failure> {
    signal(SignalKind::hangup()).map_err(|error| Failure::outside("cannot handle signals", error))
}

fn tell(file: &str, reloaded: &Reloaded) {
    let Reloaded { changed, needs_restart } = reloaded;
    if !changed.is_empty() {
        say(format_args!("{file} is read again: {}", changed.join(", ")));
    } else if needs_restart.is_empty() {
        say(format_args!("{file} is read again: nothing has changed"));
    }
    for key in needs_restart {
        tracing::warn!("{file}: {key} has changed, which needs a restart");
    }
}

/// A file, and how it looked when it was last read.
pub(super) struct Watched {
    path: PathBuf,
    mark: Option<Mark>,
}

/// What another text of a file changes. Of links, those of what they lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    modified: (i64, i64),
    bytes: u64,
    inode: u64,
}

impl Watched {
    /// The file as it is now.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { mark: mark(&path), path }
    }

    /// Whether it looks otherwise than at the last call. One that is away has not changed: editors
    /// put another one in its place.
    fn has_changed(&mut self) -> bool {
        let now = mark(&self.path);
        let has_changed = now.is_some() && now != self.mark;
        self.mark = now.or(self.mark);
        has_changed
    }
}

fn mark(path: &Path) -> Option<Mark> {
    let data = fs_err::metadata(path).ok()?;
    let modified = (data.mtime(), data.mtime_nsec());
    Some(Mark { modified, bytes: data.len(), inode: data.ino() })
}

#[cfg(test)]
mod tests;
