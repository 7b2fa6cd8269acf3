//! One POST over one connection: as much of HTTP/1.1 as an answer's first lines need. A client library
//! would bring a runtime, or TLS, for this.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use super::HttpOutputOptions;
use crate::backend::graphite::NotTaken;
use crate::escape::printable;
use crate::http_url::HttpUrl;
use crate::limits::{HTTP_ANSWER_MAX_BYTES, HTTP_ANSWER_SHOWN_BYTES, RETRY_AFTER_MAX};

/// What became of a request that was answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Taken,
    /// For good; the status, and the first line of the answer's body.
    Refused(String),
}

/// Posts the lines, and reads how the answer begins.
pub(super) fn post(
    url: &HttpUrl,
    lines: &str,
    options: &HttpOutputOptions,
    until: Option<Instant>,
) -> Result<Answer, NotTaken> {
    let stream = connect(&url.address, options.connect_timeout, until)?;
    let own = Instant::now() + options.timeout;
    let stream = Timed { stream, until: until.map_or(own, |until| until.min(own)) };
    let mut head = format!("POST {} HTTP/1.1\r\nHost: {}\r\n", url.path, url.host);
    for (name, value) in &options.headers {
        for part in [name.as_str(), ": ", value, "\r\n"] {
            head.push_str(part);
        }
    }
    let rest = format!(
        "User-Agent: statsd-server/{}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
        env!("CARGO_PKG_VERSION"),
        lines.len()
    );
    head.push_str(&rest);
    let mut stream = stream;
    let sent = stream.write_all(head.as_bytes());
    let sent = sent.and_then(|()| stream.write_all(lines.as_bytes()));
    // Who refuses a request may answer before it has read all; then the answer says more.
    match (answer(stream), sent) {
        (Ok(answer), _) => answer,
        (Err(_), Err(error)) => Err(saying("cannot send", error).into()),
        (Err(error), Ok(())) => Err(saying("no answer", error).into()),
    }
}

fn connect(address: &str, timeout: Duration, until: Option<Instant>) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "it resolves to no address");
    let addresses = address.to_socket_addrs();
    for address in addresses.map_err(|error| saying("cannot resolve", error))? {
        let own = Instant::now() + timeout;
        let left = left(until.map_or(own, |until| until.min(own)))?;
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(saying("cannot connect", last))
}

/// A stream of which all reads and writes together end in time.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl io::Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.until)?))?;
        self.stream.write(bytes).map_err(timed_out)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl io::Read for Timed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.until)?))?;
        self.stream.read(bytes).map_err(timed_out)
    }
}

/// Reads the status, the headers, and of a refusal the first line of the body.
fn answer(stream: Timed) -> io::Result<Result<Answer, NotTaken>> {
    let mut lines = BufReader::new(stream.take(HTTP_ANSWER_MAX_BYTES));
    let mut line = || -> io::Result<String> {
        let mut bytes = Vec::new();
        lines.read_until(b'\n', &mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
    };
    let mut status: u16;
    let mut after = None;
    let mut chunked = false;
    loop {
        let first = line()?;
        let code = first.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
        status = code.ok_or_else(|| io::Error::other(format!("`{}` is no HTTP", shown(&first))))?;
        loop {
            let header = line()?;
            let Some((name, value)) = header.split_once(':') else { break };
            if name.eq_ignore_ascii_case("retry-after") {
                after = value.trim().parse().ok().map(Duration::from_secs);
            }
            chunked |= name.eq_ignore_ascii_case("transfer-encoding");
        }
        // Interim answers have another one behind them.
        if !(100..200).contains(&status) {
            break;
        }
    }
    if (200..300).contains(&status) {
        return Ok(Ok(Answer::Taken));
    }
    // A chunk's size stands before it. An answer that breaks off here has said enough.
    if chunked {
        let _size = line();
    }
    let said = line().unwrap_or_default();
    let said = format!("status {status} {}", shown(&said)).trim_end().to_owned();
    if status == 429 || status >= 500 {
        let after = after.map(|after: Duration| after.min(RETRY_AFTER_MAX));
        return Ok(Err(NotTaken { error: io::Error::other(said), after }));
    }
    Ok(Ok(Answer::Refused(said)))
}

/// As much of a line as a log needs.
fn shown(line: &str) -> String {
    printable(&line.as_bytes()[..line.len().min(HTTP_ANSWER_SHOWN_BYTES)])
}

/// What is left of the time; an error where nothing is.
fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Linux says of a timeout that the call would block.
fn timed_out(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

fn saying(what: &str, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}
