//! The servers that are measured: how one is started, and how to know that it has stored something. They
//! may not know what is measured.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Cores, Process};
use crate::program::{named_by, on_path, printed};
use crate::stored;

/// The archives of every series: ten seconds for six hours, a minute for a week, ten minutes for five
/// years.
pub(crate) const RETENTIONS: &str = "10:2160,60:10080,600:262974";

/// How long a server may take to open its socket.
const START_MAX: Duration = Duration::from_secs(20);

pub(crate) const OURS: Server = Server {
    find: || Ok(env!("CARGO_BIN_EXE_statsd-server").into()),
    start: |start| ours(start, "60s"),
    stored: Stored::InFiles("data"),
};

pub(crate) const OURS_AT_ONCE: Server = Server { start: |start| ours(start, "1s"), ..OURS };

pub(crate) const CARBON: Server = Server {
    find: || named_by("STATSD_BENCH_CARBON").or_else(|_| on_path("carbon-cache")),
    start: carbon,
    stored: Stored::InFiles("whisper"),
};

pub(crate) const VICTORIA: Server = Server {
    find: || named_by("STATSD_BENCH_VICTORIA").or_else(|_| on_path("victoria-metrics")),
    start: victoria,
    stored: Stored::Counted("vm_rows_inserted_total{type=\"graphite\"}"),
};

/// One server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Server {
    /// Where it is, or how it gets to be there.
    pub(crate) find: fn() -> Result<PathBuf, String>,
    start: fn(&Start<'_>) -> io::Result<Running>,
    stored: Stored,
}

/// What a server is started with.
struct Start<'a> {
    program: PathBuf,
    /// New, and its own.
    folder: &'a Path,
    cores: Cores,
    /// What it says beside what is read.
    log: File,
}

/// How it is known that points are stored.
#[derive(Debug, Clone, Copy)]
enum Stored {
    /// In Whisper files, in this folder of the server's.
    InFiles(&'static str),
    /// In files of its own: by a counter that it publishes.
    Counted(&'static str),
}

/// A server that listens.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: Process,
    /// Carbon's plaintext port.
    pub(crate) line: SocketAddr,
    http: Option<SocketAddr>,
    folder: PathBuf,
    stored: Stored,
}

impl Server {
    /// Starts it in a new folder; its log stays in cargo's target folder.
    pub(crate) fn start(&self, key: &str, cores: Cores, folder: &Path) -> Result<Running, String> {
        let failed = |error: io::Error| format!("does not start: {error}");
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("storage-{key}.log"));
        let log = File::create(log).map_err(failed)?;
        let start = Start { program: (self.find)()?, folder, cores, log };
        let running = (self.start)(&start).map_err(failed)?;
        Ok(Running { stored: self.stored, ..running })
    }
}

impl Start<'_> {
    fn command(&self) -> io::Result<Command> {
        let mut command = Command::new(&self.program);
        command.stdin(Stdio::null()).stdout(self.log.try_clone()?).stderr(self.log.try_clone()?);
        Ok(command)
    }

    fn running(&self, process: Process, line: SocketAddr, http: Option<SocketAddr>) -> Running {
        let folder = self.folder.to_owned();
        Running { process, line, http, folder, stored: Stored::InFiles("") }
    }
}

impl Running {
    /// Waits until it has stored so many points of so many series.
    pub(crate) fn wait(&self, series: usize, points: usize) -> Result<(), String> {
        match self.stored {
            Stored::InFiles(below) => stored::wait(&self.folder.join(below), series, points),
            Stored::Counted(counter) => self.wait_for(counter, series * points),
        }
    }

    fn wait_for(&self, counter: &str, rows: usize) -> Result<(), String> {
        let started = Instant::now();
        loop {
            let text = self.http.map(metrics).transpose().map_err(|error| error.to_string())?;
            let text = text.unwrap_or_default();
            let counted = text.lines().find_map(|line| line.strip_prefix(counter));
            let counted = counted.and_then(|text| text.trim().parse::<f64>().ok());
            if counted.is_some_and(|counted| counted >= rows as f64) {
                return Ok(());
            }
            if started.elapsed() > Duration::from_secs(120) {
                return Err(format!("{counter} is {counted:?}, not {rows}"));
            }
            thread::park_timeout(Duration::from_millis(50));
        }
    }
}

fn ours(start: &Start<'_>, write_after: &str) -> io::Result<Running> {
    let file = start.folder.join("statsd.toml");
    let text = format!(
        "statsd = 'off'\nhttp = 'off'\nadmin = 'off'\ncarbon = '127.0.0.1:0'\npickle = 'off'\n\
         data = '{}'\n[store]\nwrite_after = '{write_after}'\n[console]\nsummary = false\n",
        start.folder.join("data").display()
    );
    fs::write(&file, text)?;
    let mut command = start.command()?;
    let mut process = start.cores.start(command.arg(file).stdout(Stdio::piped()))?;
    let line = printed(&mut process.child, "carbon  tcp ")?;
    Ok(start.running(process, line.parse().map_err(io::Error::other)?, None))
}

fn carbon(start: &Start<'_>) -> io::Result<Running> {
    let folder = start.folder;
    let (line, pickle, query) = (free_port()?, free_port()?, free_port()?);
    let conf = folder.join("conf");
    fs::create_dir_all(&conf)?;
    let text = format!(
        "[cache]\nSTORAGE_DIR = {folder}\nCONF_DIR = {folder}/conf\nLOG_DIR = {folder}/log\n\
         PID_DIR = {folder}\nLOCAL_DATA_DIR = {folder}/whisper\nUSER =\n\
         MAX_CACHE_SIZE = inf\nMAX_UPDATES_PER_SECOND = inf\nMAX_CREATES_PER_MINUTE = inf\n\
         LINE_RECEIVER_INTERFACE = 127.0.0.1\nLINE_RECEIVER_PORT = {}\n\
         PICKLE_RECEIVER_INTERFACE = 127.0.0.1\nPICKLE_RECEIVER_PORT = {}\n\
         CACHE_QUERY_INTERFACE = 127.0.0.1\nCACHE_QUERY_PORT = {}\n\
         WHISPER_SPARSE_CREATE = True\nLOG_UPDATES = False\nLOG_CREATES = False\n\
         LOG_CACHE_HITS = False\nENABLE_LOGROTATION = False\nCARBON_METRIC_INTERVAL = 0\n\
         ENABLE_TAGS = False\n",
        line.port(),
        pickle.port(),
        query.port(),
        folder = folder.display(),
    );
    fs::create_dir_all(folder.join("log"))?;
    fs::write(conf.join("carbon.conf"), text)?;
    let schemas = format!("[all]\npattern = .*\nretentions = {RETENTIONS}\n");
    fs::write(conf.join("storage-schemas.conf"), schemas)?;
    let mut command = start.command()?;
    command.env("GRAPHITE_ROOT", folder).arg("--nodaemon");
    command.arg(format!("--config={}", conf.join("carbon.conf").display())).arg("start");
    let process = start.cores.start(&mut command)?;
    listens(line)?;
    Ok(start.running(process, line, None))
}

fn victoria(start: &Start<'_>) -> io::Result<Running> {
    let (line, http) = (free_port()?, free_port()?);
    let mut command = start.command()?;
    command.arg(format!("-storageDataPath={}", start.folder.join("data").display()));
    command.arg(format!("-graphiteListenAddr={line}")).arg(format!("-httpListenAddr={http}"));
    command.args(["-loggerLevel=ERROR", "-retentionPeriod=1"]);
    let process = start.cores.start(&mut command)?;
    listens(line)?;
    listens(http)?;
    Ok(start.running(process, line, Some(http)))
}

/// What a server publishes about itself.
fn metrics(http: SocketAddr) -> io::Result<String> {
    let mut stream = TcpStream::connect(http)?;
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n")?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

/// Waits until somebody listens there.
fn listens(address: SocketAddr) -> io::Result<()> {
    let started = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(_) => return Ok(()),
            Err(error) if started.elapsed() > START_MAX => return Err(error),
            Err(_) => thread::park_timeout(Duration::from_millis(20)),
        }
    }
}

/// A port that is free now.
fn free_port() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
