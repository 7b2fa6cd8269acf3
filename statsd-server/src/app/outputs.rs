//! [`Config`] → the outputs of every flush.

use std::io;
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{AppError, cannot};
use crate::backend::{
    Backend, ConsoleBackend, DumpBackend, ExecBackend, ExecOptions, GraphiteBackend,
    GraphiteOptions, GraphiteProtocol, Lane, LiveBackend, Naming, NamingOptions, Repeater,
    RepeaterOptions, RepeaterProtocol, StoreBackend,
};
use crate::config::Config;
use crate::config::outputs::{self, Console};
use crate::http::HttpState;
use crate::tap::Tap;
use crate::telemetry::Telemetry;

/// Below the data folder. No series can have that name: a node holds no dot.
const SPOOLS: &str = ".spool";

/// A lane for every output, so that none waits for another. The store and the live pages share one,
/// in this order: a page that is told of a flush must find it stored.
pub(super) fn lanes(
    config: &Config,
    state: &HttpState,
    console: Option<Box<dyn io::Write + Send>>,
) -> Result<Vec<Lane>, AppError> {
    let HttpState { store, hub, telemetry, clock, .. } = state.clone();
    let naming_options =
        NamingOptions { prefix_stats: config.prefix_stats.clone(), ..NamingOptions::default() };
    let naming = Naming::new(&naming_options);
    let prefix_stats = &config.prefix_stats;
    let mut lanes: Vec<Vec<Box<dyn Backend>>> = vec![vec![
        Box::new(StoreBackend::new(store, telemetry.clone(), naming.clone())),
        Box::new(LiveBackend::new(hub, telemetry.clone(), naming, prefix_stats)),
    ]];
    if let Some(out) = console {
        let zone = TimeZone::system();
        lanes.push(vec![match &config.console {
            Some(Console { prettyprint, .. }) => {
                let thresholds = config.percent_threshold.clone();
                Box::new(DumpBackend::new(out, *prettyprint, zone, thresholds))
            }
            None => Box::new(ConsoleBackend::new(out, telemetry.clone(), zone, prefix_stats)),
        }]);
    }
    if let Some(exec) = &config.exec {
        let options = exec_options(exec);
        let naming = Naming::new(&naming_options);
        lanes.push(vec![Box::new(ExecBackend::new(options, naming, telemetry.clone()))]);
    }
    if let Some(graphite) = &config.graphite {
        let naming =
            Naming::new(&NamingOptions { flush_counts: graphite.flush_counts, ..naming_options });
        let options = graphite_options(graphite, config);
        let backend = GraphiteBackend::start(options, naming, clock, telemetry.clone());
        lanes.push(vec![Box::new(backend.map_err(cannot("start the graphite output"))?)]);
    }
    let start = |backends| Lane::start(backends, telemetry.clone());
    lanes.into_iter().map(start).collect::<io::Result<_>>().map_err(cannot("start an output"))
}

/// The tap for the receivers, and who is at its other end; a tap that does nothing where packets go
/// to nobody else.
pub(super) fn repeater(
    config: &Config,
    telemetry: Arc<Telemetry>,
) -> Result<(Tap, Option<Repeater>), AppError> {
    let Some(repeater) = &config.repeater else { return Ok((Tap::default(), None)) };
    let options = RepeaterOptions {
        targets: repeater.addresses.clone(),
        protocol: match repeater.protocol {
            outputs::RepeaterProtocol::Udp => RepeaterProtocol::Udp,
            outputs::RepeaterProtocol::Tcp => RepeaterProtocol::Tcp,
        },
    };
    let started = Repeater::start(&options, telemetry).map_err(cannot("start the repeater"))?;
    Ok((started.0, Some(started.1)))
}

fn exec_options(exec: &outputs::Exec) -> ExecOptions {
    let mut words = exec.command.iter().cloned();
    ExecOptions {
        program: words.next().unwrap_or_default(),
        arguments: words.collect(),
        deadline: exec.deadline,
    }
}

fn graphite_options(graphite: &outputs::Graphite, config: &Config) -> GraphiteOptions {
    let folder = graphite.spool.clone();
    let folder = folder.unwrap_or_else(|| config.data.join(SPOOLS).join("graphite"));
    let mut options = GraphiteOptions::new(&graphite.address, folder);
    options.protocol = match graphite.protocol {
        outputs::GraphiteProtocol::Text => GraphiteProtocol::Text,
        outputs::GraphiteProtocol::Pickle => GraphiteProtocol::Pickle,
    };
    options.connect_timeout = graphite.connect_timeout;
    options.write_timeout = graphite.write_timeout;
    options.confirm_timeout = graphite.confirm.then_some(graphite.write_timeout);
    options.replay = graphite.replay;
    options.spool.max_bytes = graphite.spool_max_bytes.unwrap_or(options.spool.max_bytes);
    options
}
