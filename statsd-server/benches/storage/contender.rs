//! Who is measured: servers, and the floor. They may not know what is measured.

use crate::floor::Calls;
use crate::report;
use crate::server::{self, Server};

/// Ours stand first, and the floor after them.
pub(crate) const ALL: [Contender; 6] = [
    Contender { key: "ours", title: "statsd-server", by: By::Server(server::OURS) },
    Contender {
        key: "at-once",
        title: "statsd-server, write_after = 1s",
        by: By::Server(server::OURS_AT_ONCE),
    },
    Contender { key: "bare", title: "bare system calls", by: By::Calls(Calls::of) },
    Contender {
        key: "renamed",
        title: "bare system calls, and a rename",
        by: By::Calls(|row| (row == "new").then_some(Calls::NewRenamed)),
    },
    Contender { key: "carbon", title: "carbon-cache", by: By::Server(server::CARBON) },
    Contender { key: "victoria", title: "VictoriaMetrics", by: By::Server(server::VICTORIA) },
];

/// One of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contender {
    pub(crate) key: &'static str,
    title: &'static str,
    pub(crate) by: By,
}

/// How it does a row's work.
#[derive(Debug, Clone, Copy)]
pub(crate) enum By {
    Server(Server),
    /// By the calls for a row of that key, if it has some.
    Calls(fn(&str) -> Option<Calls>),
}

impl report::Contender for Contender {
    fn key(&self) -> &'static str {
        self.key
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn is_here(&self, is_quick: bool) -> Result<(), String> {
        match self.by {
            By::Server(_) if is_quick && self.key == "ours" => {
                Err("it writes after a minute".into())
            }
            By::Server(server) => (server.find)().map(drop),
            By::Calls(_) => Ok(()),
        }
    }

    fn does(&self, row: &str) -> bool {
        match self.by {
            By::Server(_) => true,
            By::Calls(of) => of(row).is_some(),
        }
    }
}
