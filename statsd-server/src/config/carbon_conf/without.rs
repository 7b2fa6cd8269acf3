//! What carbon's options have no counterpart for, and what there is instead.

/// An option that becomes no key.
pub(super) struct Without {
    /// Options, or the beginnings of them where they end in `_`.
    pub(super) keys: &'static [&'static str],
    /// Values, in lower case, that ask for nothing that is not so anyway.
    pub(super) quiet: &'static [&'static str],
    /// What there is instead.
    pub(super) instead: &'static str,
}

pub(super) fn find(key: &str) -> Option<&'static Without> {
    let fits = |known: &&str| *known == key || (known.ends_with('_') && key.starts_with(known));
    WITHOUT.iter().find(|without| without.keys.iter().any(fits))
}

const fn without(
    keys: &'static [&'static str],
    quiet: &'static [&'static str],
    instead: &'static str,
) -> Without {
    Without { keys, quiet, instead }
}

const NO: &[&str] = &["false", "no", "0", "off"];
const YES: &[&str] = &["true", "yes", "1", "on"];
const EITHER: &[&str] = &["false", "no", "0", "off", "true", "yes", "1", "on"];

/// Those of `[cache]`, `[relay]` and `[aggregator]`, as they stand in carbon's sample file.
const WITHOUT: &[Without] = &[
    without(&["DATABASE"], &["whisper"], "files are Whisper's, and no others"),
    without(&["ENABLE_LOGROTATION"], EITHER, "the log goes to standard error"),
    without(
        &["LOG_DIR", "PID_DIR"],
        &[],
        "the log goes to standard error, and there is no PID file",
    ),
    without(&["USER"], &[""], "the server is whoever starts it: name the user in its service"),
    without(
        &["MAX_UPDATES_PER_SECOND", "MAX_UPDATES_PER_SECOND_ON_SHUTDOWN"],
        &["inf"],
        "writing is paced by time, and what is not written yet is in the journal",
    ),
    without(
        &["MAX_CREATES_PER_MINUTE"],
        &["inf"],
        "new files are made as their points are due, and no point is dropped for it",
    ),
    without(&["MIN_TIMESTAMP_RESOLUTION"], &["0", "1"], "the finest archive's step does that"),
    without(
        &["CACHE_WRITE_STRATEGY"],
        &["sorted", "timesorted"],
        "what has waited longest is written first, so nothing waits for a day",
    ),
    without(
        &["WHISPER_AUTOFLUSH"],
        NO,
        "points are safe when the journal is synced, so that files need not be",
    ),
    without(
        &["WHISPER_SPARSE_CREATE", "WHISPER_FALLOCATE_CREATE"],
        EITHER,
        "new files are sparse, and appear whole or not at all",
    ),
    without(&["WHISPER_LOCK_WRITES"], NO, "one process writes"),
    without(&["WHISPER_FADVISE_RANDOM"], NO, "files are read only where a question asks for it"),
    without(
        &[
            "LOG_UPDATES",
            "LOG_CREATES",
            "LOG_CACHE_HITS",
            "LOG_CACHE_QUEUE_SORTS",
            "LOG_LISTENER_CONN_LOST",
            "LOG_LISTENER_CONN_SUCCESS",
            "LOG_AGGREGATOR_MISSES",
        ],
        EITHER,
        "STATSD_LOG says how much is logged",
    ),
    without(
        &["USE_INSECURE_UNPICKLER"],
        NO,
        "a pickle is read as data, and nothing in it is run; there is no other way",
    ),
    without(
        &["ENABLE_AMQP"],
        NO,
        "there is no AMQP: let a consumer of the queue send lines over TCP",
    ),
    without(&["AMQP_", "BIND_PATTERNS"], &["#"], "there is no AMQP"),
    without(&["ENABLE_MANHOLE", "MANHOLE_"], NO, "nobody is let into the running program"),
    without(&["CERES_"], &[], "there is no Ceres"),
    without(
        &["GRAPHITE_URL", "TAG_UPDATE_INTERVAL", "TAG_BATCH_SIZE", "TAG_QUEUE_SIZE"],
        &[],
        "tags are indexed in this process, at once: there is no URL, batch or queue",
    ),
    without(
        &["ENABLE_TAGS", "SKIP_TAGS_FOR_NONTAGGED"],
        YES,
        "series with tags are indexed, and no others",
    ),
    without(&["RAVEN_DSN"], &[], "errors go to the log"),
    without(
        &["TCP_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT"],
        YES,
        "dead connections end by their silence",
    ),
    without(
        &["CACHE_METRIC_NAMES_MAX", "CACHE_METRIC_NAMES_TTL"],
        &[],
        "names are remembered within a bound",
    ),
    without(
        &["MAX_RECEIVER_CONNECTIONS"],
        &["inf"],
        "connections have a bound of their own, which `/status` shows where it is reached",
    ),
    without(&["USE_FLOW_CONTROL"], YES, "senders wait while there is no room; nothing is dropped"),
    without(
        &[
            "RELAY_METHOD",
            "RELAY_RULES",
            "REPLICATION_FACTOR",
            "DIVERSE_REPLICAS",
            "DESTINATION_",
            "DESTINATIONS_POOL_REPLICAS",
            "DYNAMIC_ROUTER",
            "DYNAMIC_ROUTER_MAX_RETRIES",
            "ROUTER_HASH_TYPE",
            "MAX_QUEUE_SIZE",
            "QUEUE_LOW_WATERMARK_PCT",
            "MAX_DATAPOINTS_PER_MESSAGE",
            "TIME_TO_DEFER_SENDING",
            "USE_RATIO_RESET",
            "MIN_RESET_",
            "TAG_RELAY_NORMALIZED",
        ],
        // They stand in what is said of DESTINATIONS.
        &["*"],
        "points are not sent on",
    ),
];
