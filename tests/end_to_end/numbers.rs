//! One test, because there is one installed client: with aggregation on, then off.

use std::process::Command;
use std::time::Duration;

use statsd_client::{Aggregation, Client, install, statsd_count, statsd_measure};
use statsd_tests::{Server, get};
use statsd_whisper::Whisper;

use super::{flushes, values, wait_for};

const CALLS: u64 = 2_345;

const PATIENCE: Duration = Duration::from_secs(20);

#[statsd_count("users.new")]
#[statsd_measure("checkout")]
fn subscribe(id: u64) -> Result<u64, String> {
    if id.is_multiple_of(3) {
        return Err(format!("user {id} exists"));
    }
    Ok(id)
}

#[test]
fn an_annotated_functions_calls_arrive_everywhere_exactly() {
    for aggregation in [Aggregation::On, Aggregation::Off] {
        let mut server = Server::start();
        let mut flushes = flushes(&server);
        let client = Client::builder()
            .address(server.statsd.to_string())
            .prefix("shop")
            .aggregation(aggregation)
            .build()
            .unwrap();
        let guard = install(client.clone());
        let failed = (0..CALLS).filter(|&id| subscribe(id).is_err()).count();
        assert_eq!(failed as u64, CALLS.div_ceil(3), "the function does what it did");
        assert!(client.flush(PATIENCE));
        drop(guard);

        // The account of the client …
        let stats = client.stats();
        assert_eq!((stats.calls, stats.dropped.total()), (2 * CALLS, 0), "{stats:?}");
        // … the page …
        let series = "stats_counts.shop.users.new";
        assert_eq!(wait_for(&mut flushes, series, CALLS as f64), CALLS as f64);
        // … the API …
        let render = |target: &str| {
            values(&get(server.http, &format!("/render?format=json&from=-10min&target={target}")))
        };
        assert_eq!(render(series).iter().sum::<f64>(), CALLS as f64);
        assert_eq!(render("stats.timers.shop.checkout.count").iter().sum::<f64>(), CALLS as f64);
        assert_eq!(render("stats_counts.shop.*.new").iter().sum::<f64>(), CALLS as f64);
        assert_eq!(render("stats_counts.statsd.bad_lines_seen").iter().sum::<f64>(), 0.0);
        // … and the file say the same number.
        server.stop();
        let file = server.whisper_file(series);
        let whisper = Whisper::open(&file).unwrap();
        let now = newest_point(&file) + 1;
        let fetched = whisper.fetch(now - 600, now, now).unwrap().unwrap();
        assert_eq!(fetched.values.iter().flatten().sum::<f64>(), CALLS as f64);
        python_reads_the_same(&file, now);
    }
}

/// A time at which the file's points are recent: when it was last written.
fn newest_point(file: &std::path::Path) -> i64 {
    let modified = std::fs::metadata(file).and_then(|file| file.modified()).expect("a file");
    let since = modified.duration_since(std::time::UNIX_EPOCH).expect("a time after 1970");
    i64::try_from(since.as_secs()).expect("a time before the sun's end")
}

/// Needs a Python that has the `whisper` module, named by `WHISPER_PYTHON`.
fn python_reads_the_same(file: &std::path::Path, now: i64) {
    let Some(python) = std::env::var_os("WHISPER_PYTHON") else {
        println!("WHISPER_PYTHON is not set: Python's library was not asked");
        return;
    };
    let script = "import sys, whisper\n\
         now = int(sys.argv[2])\n\
         info, values = whisper.fetch(sys.argv[1], now - 600, now, now)\n\
         print(int(sum(v for v in values if v is not None)))";
    let output = Command::new(python)
        .args(["-c", script])
        .arg(file)
        .arg(now.to_string())
        .output()
        .expect("the interpreter runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), CALLS.to_string());
}
