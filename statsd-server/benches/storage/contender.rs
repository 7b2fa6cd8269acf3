//! The servers that are measured: how one is started, and how to know that it has stored something. They
//! may not know what is measured.

use std::env;
use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::process::{Cores, Process};
use crate::stored;

/// The archives of every series: ten seconds for six hours, a minute for a week, ten minutes for five
/// years.
const RETENTIONS: &str = "10:2160,60:10080,600:262974";

/// How long a server may take to open its socket.
const START_MAX: Duration = Duration::from_secs(20);

/// Ours stands first.
pub(crate) const ALL: [Contender; 4] = [
    Contender {
        key: "ours",
        title: "statsd-server",
        find: || Ok(env!("CARGO_BIN_EXE_statsd-server").into()),
        start: |program, folder, cores| ours(program, folder, cores, "60s"),
        stored: Stored::InFiles(""),
    },
    Contender {
        key: "at-once",
        title: "statsd-server, write_after = 1s",
        find: || Ok(env!("CARGO_BIN_EXE_statsd-server").into()),
        start: |program, folder, cores| ours(program, folder, cores, "1s"),
        stored: Stored::InFiles(""),
    },
    Contender {
        key: "carbon",
        title: "carbon-cache",
        find: || named_by_or_on_path("STATSD_BENCH_CARBON", "carbon-cache"),
        start: carbon,
        stored: Stored::InFiles("whisper"),
    },
    Contender {
        key: "victoria",
        title: "VictoriaMetrics",
        find: || named_by_or_on_path("STATSD_BENCH_VICTORIA", "victoria-metrics"),
        start: victoria,
        stored: Stored::Counted("vm_rows_inserted_total{type=\"graphite\"}"),
    },
];

/// One server.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contender {
    pub(crate) key: &'static str,
    pub(crate) title: &'static str,
    /// Where it is, or how it gets to be there.
    pub(crate) find: fn() -> Result<PathBuf, String>,
    start: fn(&Path, &Path, Cores) -> io::Result<Running>,
    stored: Stored,
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

impl Contender {
    pub(crate) fn start(&self, cores: Cores) -> Result<Running, String> {
        let folder = stored::empty_folder(self.key)?;
        let failed = |error: io::Error| format!("{}: {error}", self.title);
        let running = (self.start)(&(self.find)()?, &folder, cores).map_err(failed)?;
        Ok(Running { stored: self.stored, ..running })
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

fn ours(program: &Path, folder: &Path, cores: Cores, write_after: &str) -> io::Result<Running> {
    let file = folder.with_extension("toml");
    let text = format!(
        "statsd = 'off'\nhttp = 'off'\nadmin = 'off'\ncarbon = '127.0.0.1:0'\npickle = 'off'\n\
         data = '{}'\n[store]\nwrite_after = '{write_after}'\n[console]\nsummary = false\n",
        folder.display()
    );
    fs::write(&file, text)?;
    let mut command = Command::new(program);
    command.arg(file).stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(log(folder)?);
    let mut process = cores.start(&mut command)?;
    let stdout = process.child.stdout.take();
    let stdout = stdout.ok_or_else(|| io::Error::other("nothing is printed"))?;
    let mut printed = BufReader::new(stdout).lines();
    for line in &mut printed {
        if let Some(address) = line?.strip_prefix("carbon  tcp ") {
            let line = address.trim().parse().map_err(io::Error::other)?;
            thread::spawn(move || printed.map_while(Result::ok).for_each(drop));
            return Ok(running(process, line, None, folder));
        }
    }
    Err(io::Error::other("ended at once"))
}

fn carbon(program: &Path, folder: &Path, cores: Cores) -> io::Result<Running> {
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
    let mut command = Command::new(program);
    command.env("GRAPHITE_ROOT", folder).arg("--nodaemon");
    command.arg(format!("--config={}", conf.join("carbon.conf").display())).arg("start");
    command.stdin(Stdio::null()).stdout(log(folder)?).stderr(log(folder)?);
    let process = cores.start(&mut command)?;
    listens(line)?;
    Ok(running(process, line, None, folder))
}

fn victoria(program: &Path, folder: &Path, cores: Cores) -> io::Result<Running> {
    let (line, http) = (free_port()?, free_port()?);
    let mut command = Command::new(program);
    command.arg(format!("-storageDataPath={}", folder.join("data").display()));
    command.arg(format!("-graphiteListenAddr={line}")).arg(format!("-httpListenAddr={http}"));
    command.args(["-loggerLevel=ERROR", "-retentionPeriod=1"]);
    command.stdin(Stdio::null()).stdout(log(folder)?).stderr(log(folder)?);
    let process = cores.start(&mut command)?;
    listens(line)?;
    listens(http)?;
    Ok(running(process, line, Some(http), folder))
}

fn running(process: Process, line: SocketAddr, http: Option<SocketAddr>, folder: &Path) -> Running {
    Running { process, line, http, folder: folder.to_owned(), stored: Stored::InFiles("") }
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

fn log(folder: &Path) -> io::Result<fs::File> {
    fs::File::options().create(true).append(true).open(folder.with_extension("log"))
}

/// A file that an environment variable names, or a program that the shell would find.
fn named_by_or_on_path(variable: &str, program: &str) -> Result<PathBuf, String> {
    if let Some(named) = env::var_os(variable) {
        return Ok(named.into());
    }
    let folders = env::var_os("PATH").unwrap_or_default();
    let found =
        env::split_paths(&folders).map(|folder| folder.join(program)).find(|at| at.is_file());
    found.ok_or_else(|| format!("{variable} is not set, and `{program}` is not on the path"))
}
