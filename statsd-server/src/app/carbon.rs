//! [`Config`] → carbon's doors.

use std::net::SocketAddr;

use super::bind::{first_of, refused};
use super::{AppError, cannot};
use crate::carbon::{Doors, DoorsHandle, DoorsOptions, Protocol, Stage};
use crate::config::{Config, Listen};
use crate::http::HttpState;

/// Every door that is to be open; none where no points are kept.
pub(super) fn bind_doors(config: &Config) -> Result<Doors, AppError> {
    let carbon = &config.carbon;
    let idle = Some(carbon.idle_timeout).filter(|idle| !idle.is_zero());
    let options =
        DoorsOptions { idle, frame_max_bytes: carbon.frame_max_bytes, ..DoorsOptions::default() };
    let mut doors = Doors::new(options);
    if config.data.is_none() {
        return Ok(doors);
    }
    let lines = open(&mut doors, "carbon", Protocol::Lines, &carbon.address)?;
    if let (true, Some(lines), Some(address)) = (carbon.udp, lines, carbon.address.address()) {
        // A port from the system is to be the same for both, unless it is somebody else's over UDP.
        let mut opened = doors.open(Protocol::Datagrams, lines);
        if address.ends_with(":0") && opened.is_err() {
            opened = first_of(address, |at| doors.open(Protocol::Datagrams, at));
        }
        opened.map_err(refused("carbon.udp", address))?;
    }
    open(&mut doors, "pickle", Protocol::Pickle, &config.pickle)?;
    open(&mut doors, "carbon.protobuf", Protocol::Protobuf, &carbon.protobuf)?;
    open(&mut doors, "carbon.query", Protocol::Query, &carbon.query)?;
    Ok(doors)
}

/// Whether any of them is to be open: without one, no point meets a rule or a metric of the server's own.
pub(super) fn opens_doors(config: &Config) -> bool {
    let carbon = &config.carbon;
    let doors = [&carbon.address, &config.pickle, &carbon.protobuf, &carbon.query];
    let is_open = doors.into_iter().any(|door| door.address().is_some());
    config.data.is_some() && !config.is_relay() && is_open
}

/// Opens them, if there are any.
pub(super) fn start_doors(
    doors: Doors,
    stages: Vec<Box<dyn Stage>>,
    state: &HttpState,
) -> Result<Option<DoorsHandle>, AppError> {
    if doors.listening().is_empty() {
        return Ok(None);
    }
    let (store, clock) = (state.store.clone(), state.clock.clone());
    let started = doors.start(store, stages, clock, state.telemetry.clone());
    started.map(Some).map_err(cannot("serve carbon's ports"))
}

fn open(
    doors: &mut Doors,
    key: &'static str,
    protocol: Protocol,
    listen: &Listen,
) -> Result<Option<SocketAddr>, AppError> {
    let Some(address) = listen.address() else { return Ok(None) };
    first_of(address, |at| doors.open(protocol, at)).map(Some).map_err(refused(key, address))
}
