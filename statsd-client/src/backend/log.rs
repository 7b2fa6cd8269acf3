//! Lines as text, for eyes.

use std::io::{self, Stderr, Write};

use super::{Backend, LOCAL_PACKET_BYTES};

/// Writes each line as a line of text, and flushes the writer after each packet; packets of at most 8192
/// bytes. A writer that blocks holds up the client's thread and no call.
///
/// ```
/// use statsd_client::{Backend, LogBackend};
///
/// let mut text = Vec::new();
/// LogBackend::to(&mut text).send(b"users.new:1|c\nqueue.depth:17|g")?;
/// assert_eq!(text, b"users.new:1|c\nqueue.depth:17|g\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct LogBackend<W> {
    writer: W,
    /// Before each line.
    mark: &'static str,
    /// The text of the last packet; kept for its memory.
    text: Vec<u8>,
}

impl LogBackend<Stderr> {
    /// To the standard error stream, each line behind `[StatsD] `, so that it is told from what the
    /// application writes there.
    ///
    /// ```
    /// use statsd_client::{Backend, LogBackend};
    ///
    /// LogBackend::stderr().send(b"users.new:1|c")?; // [StatsD] users.new:1|c
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn stderr() -> Self {
        Self { mark: "[StatsD] ", ..Self::to(io::stderr()) }
    }
}

impl<W: Write + Send> LogBackend<W> {
    /// To a file, a pipe, a buffer: the lines and nothing else.
    ///
    /// ```
    /// use statsd_client::{Client, LogBackend};
    ///
    /// let path = std::env::temp_dir().join(format!("statsd-{}.log", std::process::id()));
    /// let file = std::fs::File::create(&path)?;
    /// let client = Client::builder().backend(LogBackend::to(file)).prefix("shop").build()?;
    /// client.increment("users.new");
    /// drop(client); // sends what is left
    ///
    /// assert_eq!(std::fs::read_to_string(&path)?, "shop.users.new:1|c\n");
    /// # std::fs::remove_file(path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to(writer: W) -> Self {
        Self { writer, mark: "", text: Vec::new() }
    }
}

impl<W: Write + Send> Backend for LogBackend<W> {
    /// In one `write_all`, so that what other threads and processes write there stands between
    /// packets and not inside of them.
    fn send(&mut self, packet: &[u8]) -> io::Result<()> {
        self.text.clear();
        for line in packet.split(|&byte| byte == b'\n') {
            self.text.extend_from_slice(self.mark.as_bytes());
            self.text.extend_from_slice(line);
            self.text.push(b'\n');
        }
        self.writer.write_all(&self.text)?;
        self.writer.flush()
    }

    fn max_packet_size(&self) -> usize {
        LOCAL_PACKET_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_packet_has_the_mark() {
        let mut text = Vec::new();
        let mut backend =
            LogBackend { mark: LogBackend::stderr().mark, ..LogBackend::to(&mut text) };
        backend.send(b"a:1|c\nb:2|g").unwrap();
        backend.send(b"c:3|ms").unwrap();
        assert_eq!(text, b"[StatsD] a:1|c\n[StatsD] b:2|g\n[StatsD] c:3|ms\n");
    }
}
