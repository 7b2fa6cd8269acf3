//! Where points are received, and what bounds hold for that and for what waits to be written.

use super::ini::Entry;
use super::meaning::Options;

/// A listener of carbon's.
struct Door {
    key: &'static str,
    interface: &'static str,
    port: &'static str,
    /// Where nothing is said of it; 0 is off.
    usual_port: i64,
}

const LINES: Door = Door {
    key: "carbon",
    interface: "LINE_RECEIVER_INTERFACE",
    port: "LINE_RECEIVER_PORT",
    usual_port: 2003,
};

const DATAGRAMS: Door = Door {
    key: "carbon_options.udp",
    interface: "UDP_RECEIVER_INTERFACE",
    port: "UDP_RECEIVER_PORT",
    usual_port: 2003,
};

const OTHERS: [Door; 3] = [
    Door {
        key: "pickle",
        interface: "PICKLE_RECEIVER_INTERFACE",
        port: "PICKLE_RECEIVER_PORT",
        usual_port: 2004,
    },
    Door {
        key: "carbon_options.protobuf",
        interface: "PROTOBUF_RECEIVER_INTERFACE",
        port: "PROTOBUF_RECEIVER_PORT",
        usual_port: 0,
    },
    Door {
        key: "carbon_options.query",
        interface: "CACHE_QUERY_INTERFACE",
        port: "CACHE_QUERY_PORT",
        usual_port: 7002,
    },
];

/// Whole numbers, and what unit the key's text has.
const BOUNDS: [(&str, &str, Option<&str>); 5] = [
    ("MAX_RECEIVER_CONNECTIONS", "carbon_options.connections", None),
    ("PICKLE_RECEIVER_MAX_LENGTH", "carbon_options.frame_max_bytes", None),
    ("METRIC_CLIENT_IDLE_TIMEOUT", "carbon_options.idle", Some("s")),
    ("MAX_CACHE_SIZE", "store.cache_max_points", None),
    ("MIN_TIMESTAMP_LAG", "store.write_after", Some("s")),
];

impl Options<'_> {
    pub(super) fn doors(&mut self) {
        self.door(&LINES);
        match self.flag("ENABLE_UDP_LISTENER") {
            Some((_, true)) => self.door(&DATAGRAMS),
            _ => self.ask(&[DATAGRAMS.interface, DATAGRAMS.port]),
        }
        for door in &OTHERS {
            self.door(door);
        }
        for (option, key, unit) in BOUNDS {
            if let Some((line, number)) = self.number(option).filter(|(_, number)| *number > 0) {
                match unit {
                    Some(unit) => self.set(key, line, format!("{number}{unit}")),
                    None => self.set(key, line, number),
                }
            }
        }
    }

    fn door(&mut self, door: &Door) {
        let interface = self.get(door.interface);
        let port = self.number(door.port);
        let section = self.sections.first().map_or(0, |section| section.line);
        let line = port.map(|(line, _)| line).or(interface.as_ref().map(|entry| entry.line));
        let line = line.unwrap_or(section);
        let host = interface.map_or_else(|| "0.0.0.0".to_owned(), |Entry { value, .. }| value);
        match port.map_or(door.usual_port, |(_, port)| port) {
            0 => self.set(door.key, line, "off"),
            port if u16::try_from(port).is_err() => {
                self.mistake(line, format!("{}: {port} is no port", door.port));
            }
            port if host.contains(':') => self.set(door.key, line, format!("[{host}]:{port}")),
            port => self.set(door.key, line, format!("{host}:{port}")),
        }
    }
}
