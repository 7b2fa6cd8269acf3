//! [`Config`] → the outputs of every flush, and of every packet.

use std::io;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{AppError, cannot};
use crate::backend::{
    Backend, ConsoleBackend, DumpBackend, ExecBackend, ExecOptions, GraphiteBackend,
    GraphiteOptions, GraphiteProtocol, Lane, LiveBackend, Naming, NamingOptions, Repeater,
    RepeaterOptions, RepeaterProtocol, StoreBackend,
};
use crate::config::{self, Config, Output};
use crate::http::HttpState;
use crate::tap::Tap;
use crate::telemetry::Telemetry;

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
        let backend = GraphiteBackend::start(options, naming, clock, telemetry.clone());
        lanes.push(vec![Box::new(backend.map_err(cannot("start the graphite output"))?)]);
    }
    let start = |backends| Lane::start(backends, telemetry.clone());
    lanes.into_iter().map(start).collect::<io::Result<_>>().map_err(cannot("start an output"))
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
