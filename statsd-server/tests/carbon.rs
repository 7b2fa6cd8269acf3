//! Carbon's doors of a whole server: what others send is stored, our own sender's flushes among it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use statsd_server::app::{Addresses, App, Support, parts};
use statsd_server::config::Config;
use statsd_whisper::Whisper;
use tempfile::TempDir;
use tokio::sync::oneshot;

const PATIENCE: Duration = Duration::from_secs(30);

const PORTS: &str =
    "statsd = '127.0.0.1:0'\nhttp = '127.0.0.1:0'\nadmin = 'off'\nflush_interval = '1h'\n";

struct Running {
    addresses: Addresses,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::parse(&(PORTS.to_owned() + more)).unwrap();
        config.data = config.data.map(|_| folder.path().join("data"));
        let app = App::bind(&config, None).unwrap();
        let addresses = app.addresses();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().unwrap();
            runtime.block_on(app.run(async { stopped.await.unwrap_or_default() })).unwrap();
        });
        Self { addresses, folder, stop: Some(stop), thread: Some(thread) }
    }

    /// As SIGTERM does.
    fn stop(&mut self) {
        drop(self.stop.take());
        self.thread.take().unwrap().join().unwrap();
    }

    fn file(&self, series: &str) -> PathBuf {
        self.folder.path().join("data").join(series.replace('.', "/")).with_extension("wsp")
    }

    /// All values of the last ten minutes.
    fn stored(&self, series: &str) -> Vec<f64> {
        let now = now() + 1;
        let fetched = Whisper::open(self.file(series)).unwrap().fetch(now - 600, now, now);
        fetched.unwrap().unwrap().values.into_iter().flatten().collect()
    }
}

fn now() -> i64 {
    #[expect(clippy::disallowed_methods, reason = "the server asks the machine, too")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// Sends, ends, and waits for the end: the points are stored by then.
fn send(address: Option<SocketAddr>, bytes: &[u8]) {
    let mut stream = TcpStream::connect(address.unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
}

fn frame(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

#[test]
fn what_comes_through_every_door_is_stored() {
    let mut server = Running::start(
        "pickle = '127.0.0.1:0'\n[carbon]\naddress = '127.0.0.1:0'\nudp = true\n\
         protobuf = '127.0.0.1:0'\nquery = '127.0.0.1:0'\n",
    );
    let addresses = server.addresses;
    assert_eq!(addresses.carbon, addresses.carbon_udp, "one port for both");
    let now = now();
    send(addresses.carbon, format!("through.lines 1.5 {now}\nthrough.now 2 -1\nbad\n").as_bytes());
    send(
        addresses.pickle,
        &frame(format!("(lp0\n(S'through.pickle'\n(I{now}\nF3.5\ntta.").as_bytes()),
    );
    let time = u32::try_from(now).unwrap();
    let varint: Vec<u8> = (0..5)
        .map(|at| (time >> (7 * at) & 0x7f).to_le_bytes()[0] | if at < 4 { 0x80 } else { 0 })
        .collect();
    let point = [&[8][..], &varint, &[0x11], &4.5_f64.to_le_bytes()].concat();
    let metric = [&b"\x0a\x10through.protobuf\x12\x0f"[..], &point].concat();
    send(
        addresses.protobuf,
        &frame(&[&[10, u8::try_from(metric.len()).unwrap()], &metric[..]].concat()),
    );
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let line = format!("through.datagrams 5.5 {now}");
    socket.send_to(line.as_bytes(), addresses.carbon_udp.unwrap()).unwrap();
    // It answers, so it is open.
    let mut query = TcpStream::connect(addresses.query.unwrap()).unwrap();
    query.write_all(&frame(b"}(U\x04typeU\x0bcache-queryU\x06metricU\x01xu.")).unwrap();
    let mut length = [0; 4];
    query.read_exact(&mut length).unwrap();
    query.read_exact(&mut vec![0; u32::from_be_bytes(length) as usize]).unwrap();
    let metadata = b"}(U\x04typeU\x0cget-metadataU\x06metricU\x0dthrough.linesU\x03keyU\x11aggregationMethodu.";
    query.write_all(&frame(metadata)).unwrap();
    query.read_exact(&mut length).unwrap();
    let mut answer = vec![0; u32::from_be_bytes(length) as usize];
    query.read_exact(&mut answer).unwrap();
    assert_eq!(answer, b"\x80\x02}(X\x05\0\0\0valueX\x07\0\0\0averageu.");
    server.stop();
    for (series, value) in
        [("lines", 1.5), ("now", 2.0), ("pickle", 3.5), ("protobuf", 4.5), ("datagrams", 5.5)]
    {
        assert_eq!(server.stored(&format!("through.{series}")), [value], "{series}");
    }
}

#[test]
fn another_servers_flush_comes_back() {
    let mut carbon = Running::start("carbon = '127.0.0.1:0'\npickle = '127.0.0.1:0'\n");
    for (name, protocol, address) in
        [("text", "text", carbon.addresses.carbon), ("pickled", "pickle", carbon.addresses.pickle)]
    {
        let port = address.unwrap().port();
        let graphite =
            format!("[graphite]\nhost = '127.0.0.1'\nport = {port}\nprotocol = '{protocol}'\n");
        let mut sender = Running::start(&format!("data = 'off'\n{graphite}"));
        assert_eq!(sender.addresses.carbon, None, "points would have nowhere to go");
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let packet = format!("{name}.users:7|c\n{name}.depth:17.5|g");
        socket.send_to(packet.as_bytes(), sender.addresses.statsd.unwrap()).unwrap();
        // The end flushes, and waits until carbon has closed behind it.
        sender.stop();
    }
    carbon.stop();
    for name in ["text", "pickled"] {
        assert_eq!(carbon.stored(&format!("stats_counts.{name}.users")), [7.0]);
        assert_eq!(carbon.stored(&format!("stats.gauges.{name}.depth")), [17.5]);
    }
}

#[test]
fn check_says_which_doors_are_open() {
    let said = |text: &str| -> Vec<_> {
        let parts = parts(&Config::parse(text).unwrap()).into_iter();
        let ours = |key: &str| key.starts_with("carbon") || key == "pickle";
        parts.filter(|part| ours(part.key)).map(|part| (part.key, part.support)).collect()
    };
    assert_eq!(said(""), [("carbon", Support::Done), ("pickle", Support::Done)]);
    assert_eq!(
        said("data = 'off'"),
        [("carbon", Support::NoEffect), ("pickle", Support::NoEffect)]
    );
    assert_eq!(said("carbon = 'off'\npickle = 'off'"), [("carbon", Support::Done)]);
    let all = "[carbon]\nudp = true\nprotobuf = '[::]:2005'\nquery = '[::]:7002'\nidle_timeout = '0s'\nframe_max_bytes = 9";
    assert_eq!(said(all).len(), 7);
}
