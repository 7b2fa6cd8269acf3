//! What the tests of several files need: nodes whose console says what a test wants.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use super::{NodeOptions, RelayOptions};

/// Fails a test that would wait for ever.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// What a node's console does with a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    Text(&'static str),
    Nothing,
    Closes,
}

/// A node: a socket for lines, and a console that counts what it was asked. It lives as long as the runtime.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) udp: UdpSocket,
    pub(super) options: NodeOptions,
    says: Arc<Mutex<Says>>,
    questions: Arc<AtomicUsize>,
}

impl Node {
    pub(super) fn start(runtime: &Runtime) -> Self {
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.set_read_timeout(Some(PATIENCE)).unwrap();
        let console = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let options = NodeOptions {
            host: "127.0.0.1".to_owned(),
            port: udp.local_addr().unwrap().port(),
            admin_port: console.local_addr().unwrap().port(),
        };
        let says = Arc::new(Mutex::new(Says::Text("health: up\n")));
        let questions = Arc::<AtomicUsize>::default();
        runtime.spawn(answer_all(console, Arc::clone(&says), Arc::clone(&questions)));
        Self { udp, options, says, questions }
    }

    pub(super) fn says(&self, what: Says) {
        *self.says.lock().unwrap() = what;
    }

    /// How often it was asked so far.
    pub(super) fn questions(&self) -> usize {
        self.questions.load(Ordering::SeqCst)
    }

    pub(super) fn receive(&self) -> String {
        let mut packet = vec![0; 65_535];
        let length = self.udp.recv(&mut packet).unwrap();
        String::from_utf8(packet[..length].to_vec()).unwrap()
    }

    /// Whether nothing has come: what this process has sent over the loopback is there at once.
    pub(super) fn has_nothing(&self) -> bool {
        self.udp.set_nonblocking(true).unwrap();
        let received = self.udp.recv(&mut [0; 1]);
        self.udp.set_nonblocking(false).unwrap();
        received.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.udp.local_addr().unwrap()
    }
}

async fn answer_all(console: TcpListener, says: Arc<Mutex<Says>>, questions: Arc<AtomicUsize>) {
    loop {
        let (stream, _) = console.accept().await.unwrap();
        let (says, questions) = (Arc::clone(&says), Arc::clone(&questions));
        tokio::spawn(answer(stream, says, questions));
    }
}

/// The rest is the peer's business, who may be gone.
async fn answer(mut stream: TcpStream, says: Arc<Mutex<Says>>, questions: Arc<AtomicUsize>) {
    let mut question = [0; 64];
    let length = stream.read(&mut question).await.unwrap_or(0);
    assert_eq!(&question[..length], b"health\r\n");
    let says = *says.lock().unwrap();
    questions.fetch_add(1, Ordering::SeqCst);
    match says {
        Says::Text(text) => drop(stream.write_all(text.as_bytes()).await),
        Says::Nothing => drop(stream.read(&mut question).await),
        Says::Closes => {}
    }
}

pub(super) fn options(nodes: &[Node], check_interval: Duration) -> RelayOptions {
    let nodes = nodes.iter().map(|node| node.options.clone()).collect();
    RelayOptions { nodes, check_interval }
}

/// Waits until something holds.
pub(super) fn until(holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "it never came to be");
        thread::yield_now();
    }
}
