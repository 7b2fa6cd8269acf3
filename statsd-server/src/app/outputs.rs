//! [`Config`] → the outputs of every flush, and of every packet.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::{AppError, cannot};
use crate::admin::{BackendFacts, Fact};
use crate::backend::{
    Backend, ConsoleBackend, DumpBackend, ExecBackend, ExecOptions, GraphiteBackend,
    GraphiteOptions, GraphiteProtocol, HttpBackend, HttpFormat, HttpOutputOptions, Lane,
    LiveBackend, Naming, NamingOptions, Repeater, RepeaterOptions, RepeaterProtocol, StoreBackend,
};
use crate::config::{self, Config, Output};
use crate::http::HttpState;
use crate::key_flush::{KeyFlush, KeyLog};
use crate::message_log::MessageLog;
use crate::receiver::Receivers;
use crate::tap::Tap;
use crate::telemetry::{BackendStatus, Level, Telemetry};

/// A lane for every output, so that none waits for another. The store and the live pages share one,
/// in this order: a page that is told of a flush must find it stored.
pub(super) fn lanes(
    config: &Config,
    state: &HttpState,
    console: Option<Box<dyn io::Write + Send>>,
) -> Result<Vec<Lane>, AppError> {
    let HttpState { store, hub, telemetry, clock, .. } = state.clone();
    let naming = Naming::new(&naming(config));
    let prefix_stats = &config.prefix_stats;
    let mut first: Vec<Box<dyn Backend>> = Vec::new();
    if config.data.is_some() {
        first.push(Box::new(StoreBackend::new(store, telemetry.clone(), naming.clone())));
    }
    first.push(Box::new(LiveBackend::new(hub, telemetry.clone(), naming.clone(), prefix_stats)));
    let mut lanes = vec![first];
    if let Some(console) = console.and_then(|out| printed(config, out, &telemetry)) {
        lanes.push(vec![console]);
    }
    if config.runs(Output::Exec) {
        let options = exec_options(&config.exec);
        lanes.push(vec![Box::new(ExecBackend::new(options, naming, telemetry.clone()))]);
    }
    if let Some(options) = graphite_options(config) {
        let flush_counts = config.graphite.flush_counts;
        let naming = Naming::new(&NamingOptions { flush_counts, ..self::naming(config) });
        let backend = GraphiteBackend::start(options, naming, clock.clone(), telemetry.clone());
        lanes.push(vec![Box::new(backend.map_err(cannot("start the graphite output"))?)]);
    }
    for output in config.http_output.iter().filter(|_| config.runs(Output::Http)) {
        let naming = Naming::new(&self::naming(config));
        let options = http_options(config, output);
        let backend = HttpBackend::start(options, naming, clock.clone(), telemetry.clone());
        lanes.push(vec![Box::new(backend.map_err(cannot("start the output over http"))?)]);
    }
    let start = |backends| Lane::start(backends, telemetry.clone());
    lanes.into_iter().map(start).collect::<io::Result<_>>().map_err(cannot("start an output"))
}

type Out = Box<dyn io::Write + Send>;

/// Standard output for two that write whole pieces to it.
pub(super) fn shared(out: Option<Out>) -> (Option<Out>, Option<Out>) {
    let shared = out.map(|out| Shared(Arc::new(Mutex::new(out))));
    let boxed = |shared: Shared| Box::new(shared) as Out;
    (shared.clone().map(boxed), shared.map(boxed))
}

#[derive(Clone)]
struct Shared(Arc<Mutex<Out>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Out> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl io::Write for Shared {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.lock().write_all(piece).map(|()| piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lock().flush()
    }
}

/// The log of the busiest names, where there is to be one.
pub(super) fn key_flush(
    config: &Config,
    receivers: &Receivers,
    state: &HttpState,
    out: Option<Out>,
) -> Option<KeyFlush> {
    let log = match &config.key_flush.log {
        Some(path) => KeyLog::File(path.clone()),
        None => KeyLog::Out(out?),
    };
    Some(KeyFlush {
        shards: receivers.shards(),
        interval: config.key_flush.interval?,
        percent: config.key_flush.percent,
        log,
        clock: state.clock.clone(),
        zone: TimeZone::system(),
        telemetry: state.telemetry.clone(),
    })
}

/// What standard output gets of a flush: all of it, a line, or nothing.
fn printed(
    config: &Config,
    out: Box<dyn io::Write + Send>,
    telemetry: &Arc<Telemetry>,
) -> Option<Box<dyn Backend>> {
    let zone = TimeZone::system();
    if config.runs(Output::Console) {
        let (pretty, thresholds) = (config.console.prettyprint, config.percent_threshold.clone());
        return Some(Box::new(DumpBackend::new(out, pretty, zone, thresholds)));
    }
    let summary = ConsoleBackend::new(out, telemetry.clone(), zone, &config.prefix_stats);
    config.console.summary.then(|| Box::new(summary) as Box<dyn Backend>)
}

/// What the console tells of etsy's backends, in the order in which `backends` names them. The one for
/// graphite tells even of nothing, where no carbon is set up.
pub(super) fn facts(config: &Config, state: &HttpState) -> Vec<Arc<dyn BackendFacts>> {
    let started = (state.clock.now() + Duration::from_millis(500)).as_secs();
    let alone: &[Output] = if config.runs(Output::Graphite) { &[Output::Graphite] } else { &[] };
    let facts = |output: &Output| -> Option<Arc<dyn BackendFacts>> {
        match output {
            Output::Graphite if config.runs(Output::Graphite) => {
                Some(Arc::new(GraphiteFacts(state.telemetry.backends.named("graphite"))))
            }
            Output::Graphite => {
                let idle = BackendStatus::default();
                idle.last_flush.set(started);
                Some(Arc::new(GraphiteFacts(Arc::new(idle))))
            }
            Output::Console => Some(Arc::new(ConsoleFacts { started })),
            Output::Repeater | Output::Exec | Output::Http => None,
        }
    };
    config.backends.as_deref().unwrap_or(alone).iter().filter_map(facts).collect()
}

/// etsy's sets both of them once, at the start, and shows them as they are.
#[derive(Debug)]
struct ConsoleFacts {
    /// Seconds since the epoch.
    started: u64,
}

impl BackendFacts for ConsoleFacts {
    fn facts(&self) -> Vec<(&'static str, Fact)> {
        let started = Fact::Number(self.started);
        vec![("console.lastFlush", started), ("console.lastException", started)]
    }
}

#[derive(Debug)]
struct GraphiteFacts(Arc<BackendStatus>);

impl BackendFacts for GraphiteFacts {
    fn facts(&self) -> Vec<(&'static str, Fact)> {
        let Self(status) = self;
        let at = |level: &Level| Fact::At(i64::try_from(level.get()).unwrap_or(i64::MAX));
        vec![
            ("graphite.last_flush", at(&status.last_flush)),
            ("graphite.last_exception", at(&status.last_exception)),
            ("graphite.flush_time", Fact::Number(status.flush_time.get())),
            ("graphite.flush_length", Fact::Number(status.flush_length.get())),
        ]
    }
}

/// The tap for the receivers, and who is at its other end; a tap that does nothing where packets go
/// to nobody else.
pub(super) fn repeater(
    config: &Config,
    telemetry: Arc<Telemetry>,
) -> Result<(Tap, Option<Repeater>), AppError> {
    if !config.runs(Output::Repeater) {
        return Ok((Tap::default(), None));
    }
    let options = RepeaterOptions {
        targets: config.repeater.to.clone(),
        protocol: match config.repeater.protocol {
            config::RepeaterProtocol::Udp4 => RepeaterProtocol::Udp4,
            config::RepeaterProtocol::Udp6 => RepeaterProtocol::Udp6,
            config::RepeaterProtocol::Tcp => RepeaterProtocol::Tcp,
        },
    };
    let started = Repeater::start(&options, telemetry).map_err(cannot("start the repeater"))?;
    Ok((started.0, Some(started.1)))
}

/// The tap with an outlet for the log, where every line is to go there.
pub(super) fn message_log(
    config: &Config,
    tap: Tap,
    state: &HttpState,
) -> Result<(Tap, Option<JoinHandle<()>>), AppError> {
    if !config.dump_messages {
        return Ok((tap, None));
    }
    let telemetry = &state.telemetry;
    let (tap, tapped) = tap.with_outlet(|counts| &counts.packets_not_logged, telemetry.clone());
    let log = |line: &str| tracing::info!(target: "messages", "{line}");
    let messages = MessageLog::new(state.clock.clone(), telemetry.clone(), log);
    let thread = messages.start(tapped).map_err(cannot("start the log of lines"))?;
    Ok((tap, Some(thread)))
}

/// The names of series: etsy's of its graphite backend hold for the store and the page, too. Only the
/// store keeps counts that carbon is not sent.
fn naming(config: &Config) -> NamingOptions {
    let graphite = config.graphite.clone();
    NamingOptions {
        legacy: graphite.legacy_namespace,
        global_prefix: graphite.global_prefix,
        prefix_counter: graphite.prefix_counter,
        prefix_timer: graphite.prefix_timer,
        prefix_gauge: graphite.prefix_gauge,
        prefix_set: graphite.prefix_set,
        global_suffix: graphite.global_suffix,
        prefix_stats: config.prefix_stats.clone(),
        flush_counts: true,
        raw_names: !config.key_name_sanitize,
    }
}

fn exec_options(exec: &config::Exec) -> ExecOptions {
    let mut words = exec.command.iter().cloned();
    ExecOptions {
        program: words.next().unwrap_or_default(),
        arguments: words.collect(),
        deadline: exec.deadline,
    }
}

fn http_options(config: &Config, output: &config::HttpOutput) -> HttpOutputOptions {
    HttpOutputOptions {
        // A few for the whole run of the process: what is told of outputs goes by names that last.
        name: output.name.clone().leak(),
        url: output.url.clone(),
        format: match output.format {
            config::HttpOutputFormat::Influx => HttpFormat::Influx,
            config::HttpOutputFormat::Graphite => HttpFormat::Graphite,
        },
        headers: output.headers.clone().into_iter().collect(),
        connect_timeout: output.connect_timeout,
        timeout: output.timeout,
        retry_pause: Duration::from_millis(250),
        spool_folder: config.http_spool(output),
        spool_max_bytes: output.spool_max_bytes,
    }
}

/// None where no carbon gets anything.
fn graphite_options(config: &Config) -> Option<GraphiteOptions> {
    let graphite = &config.graphite;
    let address = graphite.address().filter(|_| config.runs(Output::Graphite))?;
    let mut options = GraphiteOptions::new(address);
    options.protocol = match graphite.protocol {
        config::GraphiteProtocol::Text => GraphiteProtocol::Text,
        config::GraphiteProtocol::Pickle => GraphiteProtocol::Pickle,
    };
    options.connect_timeout = graphite.connect_timeout;
    options.write_timeout = graphite.write_timeout;
    options.confirm_timeout = graphite.confirm.then_some(graphite.write_timeout);
    options.replay = graphite.replay;
    options.spool.folder = config.graphite_spool();
    options.spool.max_bytes = graphite.spool_max_bytes;
    Some(options)
}
