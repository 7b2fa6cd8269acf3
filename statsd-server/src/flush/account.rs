//! What an interval counted → telemetry, and the log where something was lost.

use crate::aggregate::Counts;
use crate::telemetry::Telemetry;

pub(super) fn count(telemetry: &Telemetry, counts: &Counts) {
    telemetry.packets.add(counts.packets);
    telemetry.lines.add(counts.lines);
    telemetry.bad_lines.add(counts.bad_lines());
    telemetry.events.add(counts.events);
    telemetry.service_checks.add(counts.service_checks);
    telemetry.names_too_long.add(counts.names_too_long);
    telemetry.contexts_over_limit.add(counts.contexts_over_limit);
    telemetry.samples_over_limit.add(counts.samples_over_limit);
    telemetry.timers_sketched.add(counts.timers_sketched);
    telemetry.sets_estimated.add(counts.sets_estimated);
    telemetry.results_not_finite.add(counts.results_not_finite);
    telemetry.kernel_drops.add(counts.lost.kernel_drops);
    telemetry.kernel_drops_merged.add(counts.lost.kernel_drops_merged);
    telemetry.packets_truncated.add(counts.lost.packets_truncated);
    telemetry.lines_too_long.add(counts.lost.lines_too_long);
    if counts.lost.kernel_drops > 0 {
        tracing::warn!(
            packets = counts.lost.kernel_drops,
            "the kernel dropped packets: they came faster than they were read"
        );
    }
    let over = counts.contexts_over_limit + counts.samples_over_limit + counts.names_too_long;
    if over > 0 {
        tracing::warn!(
            names = counts.contexts_over_limit,
            samples = counts.samples_over_limit,
            long_names = counts.names_too_long,
            "samples dropped, a limit is reached"
        );
    }
}
