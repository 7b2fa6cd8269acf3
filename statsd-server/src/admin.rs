//! etsy's management console: a TCP port that people and proxies type commands at. Control plane; may
//! not know backends, sockets that receive, or HTTP. What it shows comes from the flush thread, which
//! an [`Inquirer`](crate::flush::Inquirer) asks, and goes to the terminal of whoever asked.
//!
//! Replies are those of etsy/statsd's `stats.js` and `lib/mgmt_console.js`, byte for byte; so is the
//! framing, in which a command is what one read of the socket yields. Hence two commands in one write
//! are an error, and a command needs no newline.

mod command;
mod inspect;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

pub use command::{Admin, BackendFacts, Console, Fact, Reply, Shown};
pub(crate) use command::{health_reply, listed, nearest_second, text_of};

use crate::limits::{
    ADMIN_COMMAND_MAX_BYTES, ADMIN_CONNECTIONS_MAX, ADMIN_SILENCE_MAX, ADMIN_STALL_MAX,
};

/// How long the listener rests after an error, such as too many open files: it would come at once again.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Bytes that a client must take within [`ADMIN_STALL_MAX`].
const PIECE_BYTES: usize = 64 * 1_024;

/// Answers every connection until the future is dropped, which ends them all.
///
/// At most [`ADMIN_CONNECTIONS_MAX`] at a time: one more ends the one that was silent for longest, so
/// that no number of idle connections keeps a proxy's health check out. Each command costs what it
/// shows; a slow reader costs its own reply's memory and nobody's time.
pub async fn serve(listener: TcpListener, admin: Arc<impl Console>) {
    serve_within(listener, admin, Bounds::default()).await;
}

/// What connections may take; less in tests.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    connections: usize,
    silence: Duration,
    stall: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: ADMIN_CONNECTIONS_MAX,
            silence: ADMIN_SILENCE_MAX,
            stall: ADMIN_STALL_MAX,
        }
    }
}

async fn serve_within(listener: TcpListener, admin: Arc<impl Console>, bounds: Bounds) {
    let mut tasks = JoinSet::new();
    let mut places: Vec<Place> = Vec::new();
    let turns = Arc::new(AtomicU64::new(0));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "the console cannot accept a connection");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        while tasks.try_join_next().is_some() {}
        places.retain(|place| !place.task.is_finished());
        if places.len() >= bounds.connections {
            let silent = (0..places.len()).min_by_key(|&at| places[at].heard.when());
            if let Some(at) = silent {
                places.swap_remove(at).task.abort();
                admin.telemetry().admin_over_limit.add(1);
            }
        }
        let heard = Heard::new(&turns);
        let connection =
            Connection { stream, admin: Arc::clone(&admin), bounds, heard: heard.clone() };
        places.push(Place { heard, task: tasks.spawn(connection.run()) });
    }
}

/// One of the connections.
struct Place {
    heard: Heard,
    task: AbortHandle,
}

/// When something last went through a connection, told by a count of such events.
#[derive(Debug, Clone)]
struct Heard {
    turns: Arc<AtomicU64>,
    last: Arc<AtomicU64>,
}

impl Heard {
    fn new(turns: &Arc<AtomicU64>) -> Self {
        let heard = Self { turns: Arc::clone(turns), last: Arc::default() };
        heard.now();
        heard
    }

    fn now(&self) {
        self.last.store(self.turns.fetch_add(1, Ordering::Relaxed), Ordering::Relaxed);
    }

    fn when(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }
}

struct Connection<C> {
    stream: TcpStream,
    admin: Arc<C>,
    bounds: Bounds,
    heard: Heard,
}

impl<C: Console> Connection<C> {
    async fn run(mut self) {
        // A disconnect, at whatever moment, is nobody's error.
        if let Err(error) = self.answer_all().await
            && error.kind() == io::ErrorKind::TimedOut
        {
            self.admin.telemetry().admin_silent.add(1);
        }
    }

    async fn answer_all(&mut self) -> io::Result<()> {
        // Replies are written whole; to wait for more of them would only delay them.
        self.stream.set_nodelay(true)?;
        let mut chunk = vec![0; ADMIN_COMMAND_MAX_BYTES];
        loop {
            let bytes = timeout(self.bounds.silence, self.stream.read(&mut chunk)).await??;
            if bytes == 0 {
                return Ok(());
            }
            self.heard.now();
            let telemetry = self.admin.telemetry();
            telemetry.admin_commands.add(1);
            telemetry.admin_commands_cut.add(u64::from(bytes == chunk.len()));
            match self.admin.reply(&chunk[..bytes]).await {
                Reply::Text(text) => self.write(text.as_bytes()).await?,
                Reply::Close => return self.stream.shutdown().await,
            }
        }
    }

    async fn write(&mut self, text: &[u8]) -> io::Result<()> {
        for piece in text.chunks(PIECE_BYTES) {
            // Before it: once the client has the reply, its place in the order is fixed.
            self.heard.now();
            timeout(self.bounds.stall, self.stream.write_all(piece)).await??;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
