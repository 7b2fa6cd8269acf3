//! What the server counts about itself. Plain relaxed counters: written by whoever sees the event,
//! read by the flush line and `/status`, so that nothing is counted in secret.

mod bad_lines;
mod nodes;
mod outputs;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub use bad_lines::{BadLines, BadReason};
pub use nodes::{NodeStatus, NodeStatuses};
pub use outputs::{BackendStatus, BackendStatuses};

/// A count that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds to it. One relaxed atomic addition.
    pub fn add(&self, n: u64) {
        self.0.fetch_add(n, Ordering::Relaxed);
    }

    /// What it has come to.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The last of a number that rises and falls.
#[derive(Debug, Default)]
pub struct Level(AtomicU64);

impl Level {
    /// What it is from now on.
    pub fn set(&self, now: u64) {
        self.0.store(now, Ordering::Relaxed);
    }

    /// What it is.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What the aggregator knew at the last flush; the flush thread writes it, `/status` reads it.
#[derive(Debug, Default)]
pub struct Known(Mutex<KnownNames>);

/// See [`Known`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KnownNames {
    /// Contexts: names of counters, timers, gauges and sets.
    pub contexts: usize,
    /// First nodes of names, and how many new names they brought since the start: those that brought
    /// most, the heaviest first.
    pub first_nodes: Vec<(String, u64)>,
}

impl Known {
    /// Replaces it.
    pub fn set(&self, names: KnownNames) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = names;
    }

    /// A copy of it.
    pub fn get(&self) -> KnownNames {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Declares the counts once: a field each, and the list that `/status` shows.
macro_rules! telemetry {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// The server's own counts since it started.
        #[derive(Debug, Default)]
        #[non_exhaustive]
        pub struct Telemetry {
            $($(#[$doc])+ pub $name: Count,)+
            /// What each output has done.
            pub backends: BackendStatuses,
            /// The bad lines, reason by reason; together they are `bad_lines`.
            pub bad_reasons: BadLines,
            /// Why points of carbon's ports were not taken; together they are `carbon_bad_points`.
            pub carbon_bad_reasons: BadLines,
            /// Connections to carbon's ports that are open.
            pub carbon_open: Level,
            /// What the aggregator knew at the last flush.
            pub known: Known,
            /// What each node got of a relay.
            pub nodes: NodeStatuses,
        }

        impl Telemetry {
            /// Every count by its name, in the order of their declaration.
            pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name.get()),)+].into_iter()
            }
        }
    };
}

telemetry! {
    /// Datagrams read, and chunks of streams that ended a line.
    packets,
    /// Lines in them.
    lines,
    /// Lines, or values in a line, that could not be read.
    bad_lines,
    /// Events (DogStatsD).
    events,
    /// Service checks (DogStatsD).
    service_checks,
    /// Events that are no longer kept because newer ones took their place.
    events_forgotten,
    /// Service checks whose message is not kept: newer ones took its place, or their name is too long.
    service_checks_forgotten,
    /// Lines left out of the log of the busiest names because `COUNTED_NAMES_MAX` names were counted.
    key_flush_left_out,
    /// Samples dropped because `CONTEXTS_MAX` names, or names of `NAMES_HELD_MAX_BYTES`, are known.
    contexts_over_limit,
    /// Samples dropped because timers and sets held `INTERVAL_HELD_MAX_BYTES` in one interval.
    samples_over_limit,
    /// Timers, flush for flush, of more samples than are kept: their percentiles come from a sketch.
    timers_sketched,
    /// Sets, flush for flush, of more members than are kept: their size is an estimate.
    sets_estimated,
    /// Samples dropped because their name is longer than `CONTEXT_NAME_MAX_BYTES`.
    names_too_long,
    /// Results of a flush left out because they are infinite or not a number.
    results_not_finite,
    /// Errors of a socket that receives.
    receive_errors,
    /// Datagrams that the kernel dropped because a socket's buffer was full.
    kernel_drops,
    /// Those among them that may have been several datagrams each, because a sender segments.
    kernel_drops_merged,
    /// Datagrams longer than the place for them, of which no line was read.
    packets_truncated,
    /// Lines of streams longer than `LINE_MAX_BYTES`; they are among the bad ones.
    lines_too_long,
    /// Connections of streams that were accepted.
    stream_connections,
    /// Connections of streams that were closed at once because as many as may be were open.
    stream_connections_over_limit,
    /// Lines that a broken connection, or the server's end, left without their end.
    stream_lines_unfinished,
    /// Configurations that were taken while the server ran.
    reloads,
    /// Those that were not, because of a mistake in them.
    reloads_refused,
    /// Names taken over from the run before.
    names_restored,
    /// 1 where the run before did not end in order, so that some of its last interval is lost.
    unclean_ends,
    /// Points stored.
    points,
    /// Points refused because their name cannot be a series.
    points_refused,
    /// Points lost to an error of the file system.
    points_failed,
    /// Points left out because their name is on carbon's blacklist.
    blacklist_matches,
    /// Points left out because their name is not on carbon's whitelist.
    whitelist_rejects,
    /// Points that carbon's aggregation rules made.
    aggregates_told,
    /// Values not aggregated because their interval is forgotten, or lies too far ahead.
    aggregation_late,
    /// Values not aggregated because one of the bounds of aggregation was reached.
    aggregation_over_limit,
    /// Files with carbon's rules that had changed and were read again.
    rules_read,
    /// Those that were not taken because of a mistake; the rules from before hold on.
    rules_refused,
    /// Flushes done.
    flushes,
    /// Times that flushes were held because the clock was set back behind the last one.
    clock_set_back,
    /// Backends that did not take a flush.
    backend_errors,
    /// Flushes that a backend was not handed because it had fallen behind.
    flushes_skipped,
    /// Series that a request asked for and that could not be read.
    series_unreadable,
    /// HTTP requests answered with a 4xx: wrong, over a bound, or to no such place.
    requests_refused,
    /// Connections over HTTP that had to wait until another one made room, or ended.
    connections_over_limit,
    /// Live pages that fell behind and skipped flushes.
    live_lagged,
    /// Live pages refused because `LIVE_CLIENTS_MAX` are served.
    live_refused,
    /// Series left out of live events because `LIVE_SERIES_MAX` were in them.
    live_series_over_limit,
    /// Raw packets sent on to other servers, one for each server.
    packets_repeated,
    /// Raw packets that were not: a server was too slow, or its socket failed.
    packets_not_repeated,
    /// Raw packets whose lines were not logged because the log is too slow.
    packets_not_logged,
    /// Lines that were not logged because `LOGGED_LINES_MAX` were in that second.
    lines_not_logged,
    /// Lines that a relay dropped because no node was up.
    relay_lines_no_node,
    /// Lines that a relay dropped because a socket did not take their packet.
    relay_lines_not_sent,
    /// Points that came as lines over carbon's TCP port.
    carbon_line_points,
    /// Points that came as lines over carbon's UDP port.
    carbon_udp_points,
    /// Points that came in pickles.
    carbon_pickle_points,
    /// Points that came in protobuf frames.
    carbon_protobuf_points,
    /// Lines, and points of frames, that could not be taken; `carbon_bad_reasons` says why.
    carbon_bad_points,
    /// Points that were dropped, as carbon does, because their value is "not a number".
    carbon_points_not_a_number,
    /// Frames that could not be read, or were refused because they would build an object; none of their points
    /// is taken.
    carbon_bad_frames,
    /// Points over UDP that were dropped because as many as may be waited for the store.
    carbon_udp_points_dropped,
    /// Lines and frames that a broken connection, a time-out or the server's end left without their end.
    carbon_unfinished,
    /// Connections to carbon's ports.
    carbon_connections,
    /// Those that were closed at once because as many as may be were open.
    carbon_connections_over_limit,
    /// Those that were closed because nothing came for too long.
    carbon_connections_idle,
    /// Those whose client sent a frame too slowly, or took an answer too slowly.
    carbon_connections_slow,
    /// Times that reading stopped because the store was full.
    carbon_pauses,
    /// Connections that were reset at their end, not closed, because their points may not be safe.
    carbon_not_acknowledged,
    /// Questions for the points of a series that wait to be written.
    carbon_cache_queries,
    /// The same for many series at once.
    carbon_cache_bulk_queries,
    /// Commands that the console took.
    admin_commands,
    /// Commands cut because they are longer than `ADMIN_COMMAND_MAX_BYTES`.
    admin_commands_cut,
    /// Replies of the console cut because they are longer than `ADMIN_REPLY_MAX_BYTES`.
    admin_replies_cut,
    /// Connections to the console ended to make room for a newer one.
    admin_over_limit,
    /// Connections to the console ended because nothing went through them for too long.
    admin_silent,
}
