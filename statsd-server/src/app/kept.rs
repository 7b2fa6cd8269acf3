//! The state file: what the last run left, told and taken over, and the lane that keeps this one's.

use std::sync::Arc;
use std::time::Duration;

use jiff::{Timestamp, tz::TimeZone};

use super::{AppError, cannot};
use crate::aggregate::Kept;
use crate::backend::{CheckpointBackend, Lane};
use crate::checkpoint::{CheckpointFile, Found};
use crate::clock::Clock;
use crate::config::Config;
use crate::telemetry::Telemetry;

/// The name of the lane.
pub(super) const LANE: &str = "state";

/// What the last run knew, if there was one and there is a file for it; and the lane, which is added.
pub(super) fn open(
    config: &Config,
    lanes: &mut Vec<Lane>,
    clock: &dyn Clock,
    telemetry: &Arc<Telemetry>,
) -> Result<Option<Kept>, AppError> {
    let Some(path) = config.state_file() else { return Ok(None) };
    let (mut file, found) = CheckpointFile::open(&path)?;
    let path = path.display();
    let kept = match found {
        Found::Nothing => None,
        Found::Aside { why, moved: Ok(to) } => {
            let to = to.display();
            tracing::error!(
                "cannot read state file {path}: {why}. It is now {to}; started without"
            );
            None
        }
        Found::Aside { why, moved: Err(error) } => {
            tracing::error!(
                "cannot read state file {path}: {why}. Nor can it be moved away: {error}"
            );
            None
        }
        Found::Kept(run) => {
            if !run.ended {
                telemetry.unclean_ends.add(1);
                let lost = lost(run.since, run.interval, &TimeZone::system());
                tracing::warn!("the last run did not end in order: {lost}");
            }
            let names = run.kept.len();
            telemetry.names_restored.add(names as u64);
            tracing::info!(names, "the state of the last run is restored");
            Some(if config.key_name_sanitize { run.kept.cleaned() } else { run.kept })
        }
    };
    if let Err(error) = file.begin(clock.seconds(), &config.prefix_stats, config.flush_interval) {
        telemetry.backends.named(LANE).errors.add(1);
        tracing::error!("cannot write state file {path}: {error}");
    }
    let backend = CheckpointBackend::new(file, telemetry);
    let lane = Lane::start(vec![Box::new(backend)], Arc::clone(telemetry));
    lanes.push(lane.map_err(cannot("start the output of the state"))?);
    Ok(kept)
}

/// What a run that did not end in order has lost.
fn lost(since: i64, interval: Duration, zone: &TimeZone) -> String {
    let time = Timestamp::from_second(since).unwrap_or_default().to_zoned(zone.clone());
    let time = time.strftime("%Y-%m-%d %H:%M:%S");
    format!("what StatsD's clients sent after {time}, at most {interval:?}, is lost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_is_told_in_words() {
        let lost = lost(1_700_000_000, Duration::from_secs(10), &TimeZone::UTC);
        assert_eq!(
            lost,
            "what StatsD's clients sent after 2023-11-14 22:13:20, at most 10s, is lost"
        );
    }
}
