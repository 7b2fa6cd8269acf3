//! Where points are received, and what bounds hold for that and for what waits to be written.

use super::super::NoteKind;
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
    key: "carbon.address",
    interface: "LINE_RECEIVER_INTERFACE",
    port: "LINE_RECEIVER_PORT",
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
        key: "carbon.protobuf",
        interface: "PROTOBUF_RECEIVER_INTERFACE",
        port: "PROTOBUF_RECEIVER_PORT",
        usual_port: 0,
    },
    Door {
        key: "carbon.query",
        interface: "CACHE_QUERY_INTERFACE",
        port: "CACHE_QUERY_PORT",
        usual_port: 7002,
    },
];

/// Whole numbers, and what unit the key's text has.
const BOUNDS: [(&str, &str, Option<&str>); 4] = [
    ("PICKLE_RECEIVER_MAX_LENGTH", "carbon.frame_max_bytes", None),
    ("METRIC_CLIENT_IDLE_TIMEOUT", "carbon.idle_timeout", Some("s")),
    ("MAX_CACHE_SIZE", "store.cache_max_points", None),
    ("MIN_TIMESTAMP_LAG", "store.write_after", Some("s")),
];

impl Options<'_> {
    pub(super) fn doors(&mut self) {
        let lines = self.door(&LINES);
        self.datagrams(lines);
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

    /// Datagrams come to the port of the lines, or not at all.
    fn datagrams(&mut self, lines: Option<i64>) {
        self.ask(&["UDP_RECEIVER_INTERFACE"]);
        let port = self.number("UDP_RECEIVER_PORT");
        let Some((line, true)) = self.flag("ENABLE_UDP_LISTENER") else { return };
        let port = port.map_or(2003, |(_, port)| port);
        match lines {
            _ if port == 0 => {}
            Some(lines) => {
                self.set("carbon.udp", line, true);
                if lines != port {
                    let message =
                        format!("UDP_RECEIVER_PORT: datagrams come to port {lines}, as lines do");
                    self.note(NoteKind::Warning, line, message);
                }
            }
            None => {
                let message = "ENABLE_UDP_LISTENER has no effect: datagrams come to the port of the \
                               lines, and LINE_RECEIVER_PORT is 0";
                self.note(NoteKind::Warning, line, message);
            }
        }
    }

    /// The port; none where it is off.
    fn door(&mut self, door: &Door) -> Option<i64> {
        let interface = self.get(door.interface);
        let port = self.number(door.port);
        let section = self.sections.first().map_or(0, |section| section.line);
        let line = port.map(|(line, _)| line).or(interface.as_ref().map(|entry| entry.line));
        let line = line.unwrap_or(section);
        let host = interface.map_or_else(|| "0.0.0.0".to_owned(), |Entry { value, .. }| value);
        let port = port.map_or(door.usual_port, |(_, port)| port);
        if port == 0 {
            self.set(door.key, line, "off");
            return None;
        }
        if u16::try_from(port).is_err() {
            self.mistake(line, format!("{}: {port} is no port", door.port));
            return None;
        }
        let host = if host.contains(':') { format!("[{host}]") } else { host };
        self.set(door.key, line, format!("{host}:{port}"));
        Some(port)
    }
}
