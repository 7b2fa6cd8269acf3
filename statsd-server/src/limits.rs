//! Every bound of the server, in one place, each with its unit in its name and its reason beside it.
//! What hits a bound is counted in [`crate::telemetry::Telemetry`] and nothing else is lost.

use std::time::Duration;

mod journal;

pub use journal::*;
mod index;
mod store;

pub use index::*;
pub use store::*;

/// The largest UDP payload there is (IPv4: 65,535 less the headers); a receive buffer of this size cuts nothing.
pub const PACKET_MAX_BYTES: usize = 65_535;

/// Distinct names the aggregator keeps. A short one takes about 120 bytes, one of
/// `SERIES_NAME_MAX_BYTES` about 1,030.
pub const CONTEXTS_MAX: usize = 1_000_000;

/// Bytes of all names that the aggregator keeps, and again those of one receiver's interval: room for
/// a million of 128 bytes, and no room for a flood of names as long as packets.
pub const NAMES_HELD_MAX_BYTES: usize = 128 << 20;

/// Bytes of one context's name: a packet holds no longer one. Series have a bound of their own
/// (`SERIES_NAME_MAX_BYTES`), so that a longer name reaches outputs, but no file.
pub const CONTEXT_NAME_MAX_BYTES: usize = PACKET_MAX_BYTES;

/// Bytes of names that stand side by side in one text: as many as one name may have.
pub const NAME_TEXT_BYTES: usize = CONTEXT_NAME_MAX_BYTES;

/// Forgotten names, beyond as many as are known, whose places are kept; then all names are copied
/// without them.
pub const NAMES_SLACK: usize = 1_024;

/// Bytes of forgotten names, beyond twice those of the known ones, that are kept.
pub const NAMES_SLACK_BYTES: usize = 1 << 20;

/// First nodes of names whose new names are counted; together they take a few kilobytes.
pub const FIRST_NODES_MAX: usize = 64;

/// Bytes of such a node; a longer one is cut.
pub const FIRST_NODE_MAX_BYTES: usize = 64;

/// Of them, those that `/status` shows.
pub const FIRST_NODES_SHOWN: usize = 10;

/// Bytes of a bad line that are kept as an example, one for each reason: enough to know it by.
pub const BAD_LINE_EXAMPLE_MAX_BYTES: usize = 128;

/// How long nothing is logged of bad lines after something was, reason by reason.
pub const BAD_LINE_LOG_PAUSE: Duration = Duration::from_secs(60);

/// Events that are kept, in the log and in each receiver's interval: more than a graph can show.
pub const EVENTS_MAX: usize = 1_000;

/// Bytes of them; the longest has as many as a packet.
pub const EVENTS_HELD_MAX_BYTES: usize = 4 << 20;

/// Service checks whose newest result is kept. Their gauges have the bounds of gauges.
pub const SERVICE_CHECKS_MAX: usize = 256;

/// Bytes of the name, host and tags of such a check.
pub const SERVICE_CHECK_KEY_MAX_BYTES: usize = 1_024;

/// Bytes of its message that are kept.
pub const SERVICE_CHECK_MESSAGE_MAX_BYTES: usize = 1_024;

/// Names of one receiver whose lines are counted for the log of the busiest ones.
pub const COUNTED_NAMES_MAX: usize = 100_000;

/// Bytes of them.
pub const COUNTED_NAMES_BYTES: usize = 16 << 20;

/// Lines in a second that are logged where every one is to be; people read no more, and a log is soon full.
pub const LOGGED_LINES_MAX: u64 = 1_000;

/// Bytes of such a line; a longer one is cut.
pub const LOGGED_LINE_MAX_BYTES: usize = 1_024;

/// Deltas of one gauge that wait for its value, one by one as etsy's server adds them; further ones
/// are added to the last, which can differ in the last digit.
pub const GAUGE_DELTAS_MAX: usize = 1_024;

/// Samples kept for one timer in one interval: 8 MB, and a sort of it takes a tenth of a second.
pub const TIMER_SAMPLES_MAX: usize = 1_000_000;

/// Distinct members kept for one set in one interval.
pub const SET_MEMBERS_MAX: usize = 1_000_000;

/// Bytes of a set member that are kept; longer ones are cut, so two that differ later count once.
pub const SET_MEMBER_MAX_BYTES: usize = 1_024;

/// Bytes of timer samples and set members that one receiver holds in one interval, names aside. The
/// bounds above hold for one timer and one set; this one for all of them together.
pub const INTERVAL_HELD_MAX_BYTES: usize = 256 << 20;

/// Bytes of one request with lines; servers of Influx's kind take 25 MB, proxies before them often 1 MiB.
pub const HTTP_REQUEST_MAX_BYTES: usize = 512 << 10;

/// Bytes of an answer to it that are read.
pub const HTTP_ANSWER_MAX_BYTES: u64 = 16 << 10;

/// Bytes of a line of such an answer that stand in the log.
pub const HTTP_ANSWER_SHOWN_BYTES: usize = 256;

/// The longest that a server may ask with `Retry-After` not to be sent anything.
pub const RETRY_AFTER_MAX: Duration = Duration::from_secs(600);

/// Outputs over HTTP; each has a thread and a spool.
pub const HTTP_OUTPUTS_MAX: usize = 8;

/// Headers that are sent with each request.
pub const HTTP_OUTPUT_HEADERS_MAX: usize = 32;

/// Packets read from a socket before they are recorded together, under one lock.
pub const RECEIVE_BATCH_PACKETS: usize = 64;

/// Sockets on one UDP address, each with a thread: as many as large machines have cores to spare.
pub const UDP_SOCKETS_MAX: usize = 64;

/// The longest pause between two reads of a socket: what a packet waits for the ones after it, so
/// that they are read together. Nothing beside a flush interval, and a hundred packets at 50,000 a second.
pub const DATAGRAM_NAP_MAX: Duration = Duration::from_millis(2);

/// The largest datagram over a Unix socket: what Linux lets a socket send that asks for no more
/// (212,992 bytes), rounded up. Longer ones are recognised and counted.
pub const UNIX_PACKET_MAX_BYTES: usize = 256 << 10;

/// Bytes of a line in a stream; a longer one is dropped and counted. A datagram holds no longer one.
pub const LINE_MAX_BYTES: usize = 64 << 10;

/// Streams, TCP and Unix, open at once. Each may hold the beginning of a line: 128 MB in the worst
/// case, and nothing where it is idle. Further ones are closed at once.
pub const STREAM_CONNECTIONS_MAX: usize = 2_048;

/// Connections that the kernel completes before they are accepted; it takes the system's own bound
/// where that is lower.
pub const STREAM_BACKLOG: i32 = 1_024;

/// Descriptors to which the process's soft limit is raised, as far as it may be.
pub const DESCRIPTORS_WANTED: u64 = 4_096;

/// Descriptors that streams leave to files, HTTP and everything else.
pub const DESCRIPTORS_OF_OTHERS: usize = OPEN_FILES_DEFAULT + HTTP_CONNECTIONS_MAX + 64;

/// Bytes to which a UDP socket's receive buffer is raised, as far as the system allows: a burst of
/// some ten thousand packets waits there while the receiver does not run.
pub const RECEIVE_BUFFER_BYTES: usize = 8 << 20;

/// Bytes of a series name. Python's Whisper users meet the file system's bound (255 a node) first.
pub const SERIES_NAME_MAX_BYTES: usize = 1_024;

/// Bytes of one node of a series name: a file name (255) less `.wsp`.
pub const SERIES_NODE_MAX_BYTES: usize = 251;

/// Nodes of a series name, which are folders on disk.
pub const SERIES_NODES_MAX: usize = 32;

/// Different series whose refusal or failure is logged in one minute; all of them are counted.
pub const LOGGED_SERIES_MAX: usize = 64;

/// Connections over HTTP at once, live pages among them. With the files kept open it stays below the
/// 1,024 descriptors that most systems allow a process. One more ends the oldest that never asked for
/// anything, or else waits.
pub const HTTP_CONNECTIONS_MAX: usize = LIVE_CLIENTS_MAX + 128;

const _: () = assert!(OPEN_FILES_DEFAULT + HTTP_CONNECTIONS_MAX <= 900);

/// How long a connection over HTTP is kept while nothing goes through it.
pub const HTTP_SILENCE_MAX: Duration = Duration::from_secs(30);

/// Targets in one render request.
pub const RENDER_TARGETS_MAX: usize = 128;

/// Series that one render request reads.
pub const RENDER_SERIES_MAX: usize = 2_000;

/// Points that one render request reads: 16 MB as JSON.
pub const RENDER_POINTS_MAX: usize = 1_000_000;

/// Bytes of one target or pattern.
pub const TARGET_MAX_BYTES: usize = 16 * 1_024;

/// Bytes of a time such as `noon_yesterday-2h30min`; the longest sensible one has about 30.
pub const TIME_MAX_BYTES: usize = 128;

/// Pixels of a picture's side: a wall screen has 3,840.
pub const PICTURE_SIDE_MAX_PIXELS: u32 = 4_096;

/// Renders and finds at work at once, each with at most `RENDER_POINTS_MAX` points in memory; others
/// wait their turn.
pub const QUERIES_AT_ONCE_MAX: usize = 8;

/// Parameters of one HTTP request, query and form together.
pub const HTTP_PARAMETERS_MAX: usize = 1_024;

/// Names that `/metrics/index.json` answers: about 6 MB of JSON.
pub const INDEX_NAMES_MAX: usize = 100_000;

/// Names that `/metrics/find` answers.
pub const FIND_RESULTS_MAX: usize = 10_000;

/// Bytes of an HTTP request's body (a form with targets).
pub const HTTP_BODY_MAX_BYTES: usize = 1 << 20;

/// Live pages served at once; each holds one connection open.
pub const LIVE_CLIENTS_MAX: usize = 256;

/// Flushes a slow live page may fall behind before it is brought to the newest state.
pub const LIVE_BACKLOG_FLUSHES: usize = 8;

/// Series in one live event; the page asks `/render` for others.
pub const LIVE_SERIES_MAX: usize = 256;

/// The shortest flush interval: Whisper's finest step, so that every flush has a slot of its own.
pub const FLUSH_INTERVAL_MIN: Duration = Duration::from_secs(1);

/// The shortest flush interval where nothing is stored: etsy's own tests take 200 ms.
pub const FLUSH_INTERVAL_UNSTORED_MIN: Duration = Duration::from_millis(10);

/// The longest flush interval; what a stopped server could lose must stay bearable.
pub const FLUSH_INTERVAL_MAX: Duration = Duration::from_secs(3_600);

/// Flush intervals without a flush after which the server says that it is not healthy.
pub const SILENT_FLUSHES_MAX: u32 = 3;

/// The shortest such time: a machine may be busy for some seconds.
pub const SILENT_FLUSHES_MIN: Duration = Duration::from_secs(10);

/// How far the clock may be set back behind the last flush and be waited for; further, and it was wrong
/// before. An hour is what a mistaken time zone makes.
pub const CLOCK_BACK_MAX: Duration = Duration::from_secs(2 * 3_600);

/// Live events that wait for one page's connection; the rest wait in the hub, where old ones are
/// skipped.
pub const LIVE_CONNECTION_EVENTS: usize = 1;

/// Bytes of a configuration: a thousand times an ordinary one. It is read into memory whole.
pub const CONFIG_MAX_BYTES: u64 = 1 << 20;

/// How deep lists, objects and parentheses may stand in each other in a `config.js`: its reader calls
/// itself for each. etsy's deepest key stands three deep.
pub const CONFIG_DEPTH_MAX: usize = 64;

/// Mistakes, and notes, that are told of one configuration; nobody reads more of them at once.
pub const CONFIG_NOTES_MAX: usize = 64;

/// Sockets that receive StatsD; each has a thread.
pub const STATSD_LISTENERS_MAX: usize = 64;

/// Bytes of a Unix socket's path: the kernel's own bound, less the zero at its end.
pub const UNIX_PATH_MAX_BYTES: usize = 107;

/// Percentiles of a timer; each is five series for every timer.
pub const PERCENT_THRESHOLDS_MAX: usize = 100;

/// Histograms; the name of every timer is searched for each.
pub const HISTOGRAMS_MAX: usize = 256;

/// Bins of a histogram; each is a series for every timer that it is for.
pub const HISTOGRAM_BINS_MAX: usize = 1_000;

/// Servers that packets are repeated to; each packet is sent to every one.
pub const REPEATER_TARGETS_MAX: usize = 64;

/// Flushes that wait for one lane of backends. They are shared by all lanes, and a lane that is this
/// far behind does not keep up at all.
pub const LANE_FLUSHES_MAX: usize = 8;

/// Metrics in the flushes that wait for one lane; about 200 MB. One flush may always wait.
pub const LANE_METRICS_MAX: usize = 2_000_000;

/// How long a backend may take for a flush before it is counted as late, and how long the end of the
/// server waits for it, unless it says something else. Most init systems give a process ten seconds.
pub const BACKEND_DEADLINE: Duration = Duration::from_secs(5);

/// The same for the store, which loses points for ever if it is cut off: a million files take about
/// as long.
pub const STORE_DEADLINE: Duration = Duration::from_secs(60);

/// Bytes of flushes that a spool keeps for a carbon server that is away, unless configured: a day and
/// a half of a thousand counters.
pub const SPOOL_BYTES: u64 = 1 << 30;

/// The same, as far as it may be configured: 1 TiB; what is more is a mistake.
pub const SPOOL_BYTES_MAX: u64 = 1 << 40;

/// Bytes of flushes that wait in memory where there is no folder for them: an outage of some hours of
/// a thousand counters.
pub const SPOOL_MEMORY_BYTES: u64 = 64 << 20;

/// Bytes of a state file that are read: more than a million names with `NAMES_HELD_MAX_BYTES` take.
pub const STATE_FILE_MAX_BYTES: u64 = 256 << 20;

/// The shortest wait for another machine, or a command, that may be configured.
pub const OUTPUT_WAIT_MIN: Duration = Duration::from_millis(1);

/// The longest one; whoever waits that long may as well wait for the next attempt.
pub const OUTPUT_WAIT_MAX: Duration = Duration::from_secs(3_600);

/// Words of a command that gets flushes; the system's own bound counts their bytes.
pub const EXEC_WORDS_MAX: usize = 256;

/// Flushes in a spool, which are files of one folder: eleven days of one in ten seconds.
pub const SPOOL_FLUSHES_MAX: usize = 100_000;

/// Bytes of delivered flushes that are kept in memory to be sent again after an outage.
pub const REPLAY_MAX_BYTES: usize = 64 << 20;

/// The longest pause between two attempts to reach a carbon server.
pub const RETRY_PAUSE_MAX: Duration = Duration::from_secs(10);

/// Bytes of one pickle; carbon refuses 1 MiB and more.
pub const PICKLE_MAX_BYTES: usize = 512 << 10;

/// Batches of raw packets that wait for one server that they are repeated to: as many as 64 times
/// `RECEIVE_BATCH_PACKETS` packets.
pub const REPEATER_BATCHES_MAX: usize = 64;

/// Bytes of a packet that is repeated in one piece: what IPv4 carries less the headers.
pub const REPEATED_PACKET_MAX_BYTES: usize = 65_507;

/// Bytes of those batches together, so that large packets do not take a gigabyte.
pub const REPEATER_BYTES_MAX: usize = 16 << 20;

/// Bytes of a command's standard error that are logged in one flush.
pub const EXEC_STDERR_MAX_BYTES: usize = 4 << 10;

/// Samples of a timer, and members of a set, that a snapshot holds for outputs that print them: as
/// many as Node prints of an array.
pub const RAW_VALUES_MAX: usize = 100;

/// Nodes of a relay. Each has a socket's worth of probes, and a packet's room in every receiver.
pub const RELAY_NODES_MAX: usize = 256;

/// Bytes of a packet that a relay makes of several lines: what an Ethernet frame carries, less the headers
/// of IPv6 and UDP and some room for a tunnel's. A longer line travels alone.
pub const RELAY_PACKET_MAX_BYTES: usize = 1_432;

/// Places for names whose node a receiver of a relay remembers: two megabytes, of which ten thousand names
/// use a third. A name whose place another one has taken costs its digest.
pub const RELAY_CACHE_NAMES: usize = 32_768;

/// Bytes of such a name, so that it and its node fill one line of that cache. Longer ones cost their digest.
pub const RELAY_CACHE_NAME_MAX_BYTES: usize = 61;

/// How long a relay's socket may not take a packet before its lines are dropped. Packets meanwhile wait in
/// the receivers' buffers.
pub const RELAY_SEND_WAIT_MAX: Duration = Duration::from_millis(100);

/// How long the start of a relay waits for the names of its nodes to resolve; those that have not are
/// out of the ring until a health check finds them.
pub const RELAY_RESOLVE_WAIT_MAX: Duration = Duration::from_secs(5);

/// How long a node may take to answer a health check that is made more often than that: less would take a
/// busy node for a dead one.
pub const RELAY_CHECK_WAIT_MIN: Duration = Duration::from_secs(1);

/// The same where checks are made less often than that; between the two it is the time between checks.
pub const RELAY_CHECK_WAIT_MAX: Duration = Duration::from_secs(10);

/// Bytes of a node's answer to a health check that are read; etsy's has 11.
pub const RELAY_ANSWER_MAX_BYTES: usize = 1_024;

/// Connections to the console at once. With files and HTTP they stay below the 1,024 descriptors that
/// most systems allow a process. One more ends the one that was silent for longest.
pub const ADMIN_CONNECTIONS_MAX: usize = 32;

/// Bytes that the console reads at once, which is one command: as many as Node.js reads, so that a
/// longer line is cut where etsy's is.
pub const ADMIN_COMMAND_MAX_BYTES: usize = 64 * 1_024;

/// Bytes of metrics in one reply of the console: some 200,000 counters. All connections together hold
/// at most `ADMIN_CONNECTIONS_MAX` of them.
pub const ADMIN_REPLY_MAX_BYTES: usize = 8 << 20;

/// How long a connection to the console may be silent; people think while they are connected.
pub const ADMIN_SILENCE_MAX: Duration = Duration::from_secs(600);

/// How long a client of the console may take no byte of a reply.
pub const ADMIN_STALL_MAX: Duration = Duration::from_secs(30);

/// Requests of the console that wait for the flush thread: one at work, and the word to stop.
pub const FLUSH_REQUESTS_MAX: usize = 2;
