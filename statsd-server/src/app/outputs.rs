//! [`Config`] → the outputs of every flush, and of every packet.

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::{AppError, cannot};
use crate::admin::{BackendFacts, Fact};
use crate::backend::{
    Backend, ConsoleBackend, DumpBackend, ExecBackend, ExecOptions, GraphiteBackend,
    GraphiteOptions, GraphiteProtocol, HttpBackend, HttpFormat, HttpOutputOptions, Lane,
    LiveBackend, MakeBackends, Naming, NamingOptions, Repeater, RepeaterOptions, RepeaterProtocol,
    StoreBackend,
};
use crate::config::{self, Config, Output};
use crate::http::HttpState;
use crate::key_flush::{KeyFlush, KeyLog};
use crate::message_log::MessageLog;
use crate::receiver::Receivers;
use crate::tap::Tap;
use crate::telemetry::{BackendStatus, Level, Telemetry};

/// A lane that is to be: its backends' names, what makes them, and what of the configuration they are made
/// of. Where that stays the same, the lane may stay.
pub(super) struct Plan {
    pub(super) names: Vec<&'static str>,
    pub(super) make: MakeBackends,
    pub(super) made_of: String,
}

impl Plan {
    fn new(
        names: &[&'static str],
        made_of: impl fmt::Debug,
        make: impl FnOnce() -> io::Result<Vec<Box<dyn Backend>>> + Send + 'static,
    ) -> Self {
        Self {
            names: names.to_vec(),
            make: Box::new(make),
            // Whoever compares these compares all that there is to see of the settings.
            made_of: format!("{made_of:?}"),
        }
    }

    pub(super) fn start(self, telemetry: Arc<Telemetry>) -> Result<Lane, AppError> {
        let backends = (self.make)().map_err(cannot("start an output"))?;
        Lane::start(backends, telemetry).map_err(cannot("start an output"))
    }
}

/// A lane for every output, so that none waits for another. The store and the live pages share one,
/// in this order: a page that is told of a flush must find it stored.
///
/// `raw_names` says whether names that were not cleaned may be among the metrics'.
pub(super) fn plans(
    config: &Config,
    raw_names: bool,
    state: &HttpState,
    console: Option<&SharedOut>,
) -> Vec<Plan> {
    let HttpState { store, hub, telemetry, clock, .. } = state.clone();
    let options = NamingOptions { raw_names, ..naming(config) };
    let naming = Naming::new(&options);
    let mut plans = Vec::new();
    let stores = config.data.is_some();
    let names: &[&str] = if stores { &["store", "live"] } else { &["live"] };
    let (counted, named) = (telemetry.clone(), naming.clone());
    let prefix_stats = config.prefix_stats.clone();
    plans.push(Plan::new(names, &options, move || {
        let live = LiveBackend::new(hub, counted.clone(), named.clone(), &prefix_stats);
        let mut both: Vec<Box<dyn Backend>> = Vec::new();
        if stores {
            both.push(Box::new(StoreBackend::new(store, counted, named)));
        }
        both.push(Box::new(live));
        Ok(both)
    }));
    if let Some(out) = console {
        plans.extend(printed(config, out.clone(), telemetry.clone()));
    }
    if config.runs(Output::Exec) {
        let exec = exec_options(&config.exec);
        let counted = telemetry.clone();
        plans.push(Plan::new(&["exec"], (&config.exec, &options), move || {
            Ok(vec![Box::new(ExecBackend::new(exec, naming, counted))])
        }));
    }
    if let Some(graphite) = graphite_options(config) {
        let flush_counts = config.graphite.flush_counts;
        let options = NamingOptions { flush_counts, ..options.clone() };
        let naming = Naming::new(&options);
        let (clock, telemetry) = (clock.clone(), telemetry.clone());
        plans.push(Plan::new(&["graphite"], (&config.graphite, &options), move || {
            let backend = GraphiteBackend::start(graphite, naming, clock, telemetry)?;
            Ok(vec![Box::new(backend)])
        }));
    }
    for output in config.http_output.iter().filter(|_| config.runs(Output::Http)) {
        let posted = http_options(config, output);
        let (clock, telemetry) = (clock.clone(), telemetry.clone());
        let (name, naming) = (posted.name, Naming::new(&options));
        plans.push(Plan::new(&[name], (output, &options), move || {
            Ok(vec![Box::new(HttpBackend::start(posted, naming, clock, telemetry)?)])
        }));
    }
    plans
}

/// The log of the busiest names, where there is to be one.
pub(super) fn key_flush(
    config: &Config,
    receivers: &Receivers,
    state: &HttpState,
    out: Option<&SharedOut>,
) -> Option<KeyFlush> {
    let log = match &config.key_flush.log {
        Some(path) => KeyLog::File(path.clone()),
        None => KeyLog::Out(Box::new(out?.clone())),
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
fn printed(config: &Config, out: SharedOut, telemetry: Arc<Telemetry>) -> Option<Plan> {
    let zone = TimeZone::system();
    let is_dump = config.runs(Output::Console);
    if !is_dump && !config.console.summary {
        return None;
    }
    let (pretty, thresholds) = (config.console.prettyprint, config.percent_threshold.clone());
    let prefix_stats = config.prefix_stats.clone();
    let made_of = (is_dump, pretty, &config.percent_threshold, &config.prefix_stats);
    let name = if is_dump { "dump" } else { "console" };
    Some(Plan::new(&[name], made_of, move || {
        Ok(vec![if is_dump {
            Box::new(DumpBackend::new(out, pretty, zone, thresholds))
        } else {
            Box::new(ConsoleBackend::new(out, telemetry, zone, &prefix_stats))
        }])
    }))
}

/// Standard output, or what stands for it, which one backend after another writes to.
#[derive(Clone)]
pub(super) struct SharedOut(Arc<Mutex<Box<dyn io::Write + Send>>>);

impl SharedOut {
    pub(super) fn new(out: Box<dyn io::Write + Send>) -> Self {
        Self(Arc::new(Mutex::new(out)))
    }
}

impl io::Write for SharedOut {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Whole pieces, because two may write.
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

impl fmt::Debug for SharedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedOut")
    }
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
        raw_names: false,
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
