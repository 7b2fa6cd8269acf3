//! HTTP/1.1 as far as a test needs it: one request a connection, and a stream of events.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Long enough for a loaded machine; a test that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The `content-type`, empty where there is none.
    pub content_type: String,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Panics
    /// It is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {} {:?}", self.status, self.body))
    }
}

/// `GET target`, which holds path and query.
///
/// # Panics
/// The server does not answer.
pub fn get(server: SocketAddr, target: &str) -> Answer {
    let exchange = || -> io::Result<Answer> {
        let (head, mut body) = open(server, target)?;
        let mut text = Vec::new();
        body.read_to_end(&mut text)?;
        let status = head[0].split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
        let content_type = head
            .iter()
            .find_map(|line| {
                line.to_ascii_lowercase().strip_prefix("content-type: ").map(str::to_owned)
            })
            .unwrap_or_default();
        Ok(Answer { status, content_type, body: String::from_utf8_lossy(&text).into_owned() })
    };
    exchange().unwrap_or_else(|error| panic!("GET {target}: {error}"))
}

/// A stream of server-sent events.
#[derive(Debug)]
pub struct Events {
    lines: BufReader<TcpStream>,
}

impl Events {
    /// Opens the stream.
    ///
    /// # Panics
    /// The server does not answer.
    pub fn open(server: SocketAddr, target: &str) -> Self {
        let (_head, lines) =
            open(server, target).unwrap_or_else(|error| panic!("{target}: {error}"));
        Self { lines }
    }

    /// The data of the next event of that name. Waits for it.
    ///
    /// # Panics
    /// The stream ends, or stays silent for long.
    pub fn next(&mut self, event: &str) -> serde_json::Value {
        let mut named = String::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("an event within the patience");
            assert_ne!(read, 0, "the stream ended before {event}");
            if let Some(name) = line.trim_end().strip_prefix("event: ") {
                name.clone_into(&mut named);
            } else if let Some(data) = line.strip_prefix("data: ")
                && named == event
            {
                return serde_json::from_str(data).expect("the data is JSON");
            }
        }
    }
}

/// Sends the request and reads the head; the rest is the body, which ends with the connection.
fn open(server: SocketAddr, target: &str) -> io::Result<(Vec<String>, BufReader<TcpStream>)> {
    let mut stream = TcpStream::connect(server)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // Version 1.0 asks for a body that ends with the connection instead of one in chunks.
    write!(stream, "GET {target} HTTP/1.0\r\nHost: {server}\r\n\r\n")?;
    let mut lines = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        match line.trim_end() {
            "" => return Ok((head, lines)),
            text => head.push(text.to_owned()),
        }
    }
}
