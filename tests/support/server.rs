//! A whole server on ports from the kernel, with its data in a folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use statsd_server::app::App;
use statsd_server::config::Config;
use tempfile::TempDir;
use tokio::sync::oneshot;

/// A running server; flushed every second.
#[derive(Debug)]
pub struct Server {
    /// Where it receives StatsD.
    pub statsd: SocketAddr,
    /// Where it serves HTTP.
    pub http: SocketAddr,
    folder: TempDir,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts one.
    ///
    /// # Panics
    /// It does not start.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let text = "statsd = '127.0.0.1:0'\nhttp = '127.0.0.1:0'\nadmin = 'off'\n\
                    carbon = 'off'\npickle = 'off'\nflush_interval = '1s'";
        let mut config = Config::parse(text).expect("the configuration is valid");
        config.data = Some(folder.path().join("data"));
        let app = App::bind(&config, None).expect("everything can be bound");
        let addresses = app.addresses();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            let stopped = async { stopped.await.unwrap_or_default() };
            runtime.block_on(app.run(stopped)).expect("it runs");
        });
        Self {
            statsd: addresses.statsd.expect("it receives"),
            http: addresses.http.expect("it serves"),
            folder,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The file of a series.
    pub fn whisper_file(&self, series: &str) -> PathBuf {
        self.data().join(series.replace('.', "/")).with_extension("wsp")
    }

    /// The folder of the Whisper files.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder around the data folder, in which nothing else must ever appear.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops it as SIGTERM does, and waits for its end; its files stay until it is dropped.
    ///
    /// # Panics
    /// It does not end in order.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server ends in order");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A failure was reported by `stop`, or another one is being reported.
            let _ended = thread.join();
        }
    }
}
