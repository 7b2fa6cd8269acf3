//! Is a node to stay on the ring? Its management console is asked, as etsy's proxy asks it: connect, send
//! `health` and CR LF, and look for `up` in what comes first.
//!
//! One failure takes a node from the ring and one success brings it back. Unlike with etsy's, a node that
//! closes without an answer has failed, and the name, the connection and the answer share one deadline.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::fleet::Fleet;
use super::{NodeOptions, resolve};
use crate::limits::RELAY_ANSWER_MAX_BYTES;

const QUESTION: &[u8] = b"health\r\n";

/// What stands in the answer of a node that is up.
const UP: &[u8] = b"up";

/// Bytes of an answer that the log shows.
const SHOWN_MAX_BYTES: usize = 80;

/// Checks all nodes, none of which waits for another, until it is dropped.
///
/// A check may take `within`; while it does, the next one of the same node waits.
pub(super) async fn watch(fleet: Arc<Fleet>, every: Duration, within: Duration) {
    let mut checks = JoinSet::new();
    for at in 0..fleet.nodes().len() {
        checks.spawn(watch_one(Arc::clone(&fleet), at, every, within));
    }
    // They do not end by themselves.
    checks.join_all().await;
}

async fn watch_one(fleet: Arc<Fleet>, at: usize, every: Duration, within: Duration) {
    let node = &fleet.nodes()[at].options;
    let mut lookup = Lookup::default();
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let found = match timeout(within, check(node, &mut lookup)).await {
            Ok(found) => found,
            Err(_) => Err(format!("no answer to a health check within {within:?}")),
        };
        fleet.checked(at, found);
    }
}

/// Where the node is, if it is up; else why it is not.
async fn check(node: &NodeOptions, lookup: &mut Lookup) -> Result<SocketAddr, String> {
    let address = lookup.find(node).await.map_err(|error| format!("its name: {error}"))?;
    let answer = ask(SocketAddr::new(address.ip(), node.admin_port)).await;
    let answer = answer.map_err(|error| format!("the health check failed: {error}"))?;
    if answer.windows(UP.len()).any(|word| word == UP) {
        return Ok(address);
    }
    let shown = String::from_utf8_lossy(&answer[..answer.len().min(SHOWN_MAX_BYTES)]);
    Err(format!("it says {:?}", shown.trim()))
}

/// What the console says first.
async fn ask(console: SocketAddr) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(console).await?;
    stream.write_all(QUESTION).await?;
    let mut answer = vec![0; RELAY_ANSWER_MAX_BYTES];
    let bytes = stream.read(&mut answer).await?;
    if bytes == 0 {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it closed without an answer"));
    }
    answer.truncate(bytes);
    Ok(answer)
}

/// A question to the resolver. One that takes longer than a check stays, and the next check waits for
/// its answer: a resolver that hangs holds one thread a node and no more.
#[derive(Debug, Default)]
struct Lookup(Option<JoinHandle<io::Result<SocketAddr>>>);

impl Lookup {
    async fn find(&mut self, node: &NodeOptions) -> io::Result<SocketAddr> {
        if let Some(address) = resolve::written(node) {
            return Ok(address);
        }
        let (host, port) = (node.host.clone(), node.port);
        let asked = self.0.get_or_insert_with(|| spawn_blocking(move || resolve::ask(&host, port)));
        let answer = asked.await.map_err(io::Error::other);
        self.0 = None;
        answer?
    }
}

#[cfg(test)]
mod tests;
