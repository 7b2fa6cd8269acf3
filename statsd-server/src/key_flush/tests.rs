use statsd_client::protocol::Dialect;

use super::*;

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Duration {
        Duration::from_secs(1_700_049_600)
    }
}

/// Passes on what is written.
struct Pipe(mpsc::Sender<Vec<u8>>);

impl Write for Pipe {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let _gone = self.0.send(text.to_vec());
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn shard(packet: &str) -> Arc<Mutex<Shard>> {
    let mut shard = Shard::new(Dialect::Etsy).counting_names(true);
    shard.record_packet(packet.as_bytes());
    Arc::new(Mutex::new(shard))
}

fn key_flush(shards: Vec<Arc<Mutex<Shard>>>, percent: f64, log: KeyLog) -> KeyFlush {
    let (interval, zone) = (Duration::from_millis(10), TimeZone::UTC);
    let (clock, telemetry) = (Arc::new(Noon), Arc::default());
    KeyFlush { shards, interval, percent, log, clock, zone, telemetry }
}

const DATE: &str = "Wed Nov 15 2023 12:00:00 GMT+0000 (Coordinated Universal Time)";

#[test]
fn the_busiest_names_are_printed_as_etsys_does() {
    let (sender, printed) = mpsc::channel();
    let shards = vec![shard("a:1|c\nb:1|c\nb:bad"), shard("a b:1|g|#k:v\na:2|ms\na:3|s")];
    let handle = key_flush(shards, 60.0, KeyLog::Out(Box::new(Pipe(sender)))).start().unwrap();
    let text = printed.recv_timeout(Duration::from_secs(30)).unwrap();
    let expected = format!("{DATE} count=3 key=a\n{DATE} count=2 key=b\n");
    assert_eq!(String::from_utf8(text).unwrap(), expected);
    handle.stop();
    assert!(printed.recv().is_err(), "there was nothing more to print");
}

#[test]
fn a_file_is_appended_to_and_what_was_printed_is_counted_anew() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.log");
    let shard = shard("a:1|c");
    let log = KeyLog::File(path.clone());
    let mut key_flush = key_flush(vec![Arc::clone(&shard)], 100.0, log);
    key_flush.print().unwrap();
    key_flush.print().unwrap();
    shard.lock().unwrap().record_packet(b"a:1|c\na:1|c");
    key_flush.print().unwrap();
    let text = fs_err::read_to_string(&path).unwrap();
    assert_eq!(text, format!("{DATE} count=1 key=a\n{DATE} count=2 key=a\n"));
    key_flush.log = KeyLog::File(folder.path().join("none").join("keys.log"));
    shard.lock().unwrap().record_packet(b"a:1|c");
    assert!(key_flush.print().is_err());
}

#[test]
fn a_shard_counts_only_where_it_is_asked_to() {
    let mut shard = Shard::new(Dialect::Etsy);
    shard.record_packet(b"a:1|c");
    assert_eq!(shard.take_hits().busiest(100.0), []);
}
