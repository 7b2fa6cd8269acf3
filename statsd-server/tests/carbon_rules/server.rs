//! Rules where they belong: between carbon's doors and the files.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use statsd_server::app::stages;
use statsd_server::carbon::{Doors, DoorsOptions, Protocol};
use statsd_server::clock::{Clock as _, SystemClock};
use statsd_server::config::Config;
use statsd_server::store::{LocalStore, NoStore, Store, StoreOptions};
use statsd_server::telemetry::Telemetry;
use statsd_whisper::Whisper;

fn config(folder: &Path) -> Config {
    let file = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let text = format!(
        "[carbon_rules]\nblacklist = '{}'\nrewrite = '{}'\naggregation = '{}'\n",
        file("blacklist.conf", "^secret"),
        file("rewrite-rules.conf", "[pre]\n^in = out\n[post]\n_sum$ ="),
        file("aggregation-rules.conf", "total_sum (60) = sum out.*"),
    );
    Config::parse(&text).expect("a configuration")
}

#[test]
fn rules_stand_between_the_doors_and_the_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path());
    let telemetry = Arc::new(Telemetry::default());
    let data = folder.path().join("data");
    let options = StoreOptions::new(Duration::from_secs(10));
    let store: Arc<dyn Store> = Arc::new(LocalStore::open(&data, options).expect("a store"));
    let stages = stages(&config, &telemetry, &store).expect("stages");
    let mut doors = Doors::new(DoorsOptions::default());
    let any = "127.0.0.1:0".parse().expect("an address");
    let carbon = doors.open(Protocol::Lines, any).expect("a port");
    let doors = doors.start(store, stages, Arc::new(SystemClock), Arc::clone(&telemetry));
    let doors = doors.expect("threads");
    let now = SystemClock.seconds();
    let mut stream = TcpStream::connect(carbon).expect("a connection");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out");
    let lines = format!("in.a 1 {now}\nin.b 2 {now}\nsecret.in 3 {now}\n");
    stream.write_all(lines.as_bytes()).expect("a write");
    stream.shutdown(Shutdown::Write).expect("an end");
    // It is closed once the points are stored.
    assert_eq!(stream.read(&mut [0; 1]).expect("no answer"), 0);
    // What has not been told of aggregates is told at the end.
    doors.stop();

    let stored = |name: &str| -> Vec<f64> {
        let path = data.join(name).with_extension("wsp");
        let file = Whisper::open(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let fetched = file.fetch(now - 600, now + 1, now + 1).expect("a file");
        fetched.expect("a range").values.into_iter().flatten().collect()
    };
    assert_eq!(stored("out/a"), [1.0]);
    assert_eq!(stored("out/b"), [2.0]);
    assert_eq!(stored("total"), [3.0]);
    assert_eq!(telemetry.blacklist_matches.get(), 1);
    assert!(!data.join("secret").exists());
}

#[test]
fn a_file_with_a_mistake_is_told_before_anything_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config(folder.path());
    let file = folder.path().join("aggregation-rules.conf");
    fs::write(&file, "total (60) = sum out.*\ntotal (60) = sum out.*(?=x)").expect("a file");
    let store: Arc<dyn Store> = Arc::new(NoStore);
    let error = stages(&config, &Arc::default(), &store).expect_err("a mistake").to_string();
    let at = format!("{}:2: `out.*(?=x)`: look-ahead, `(?=`, is not supported", file.display());
    assert_eq!(error, at);
}
