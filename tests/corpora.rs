//! Every input that a fuzzer found worth keeping, and those it began with, replayed: what has held once
//! holds on. `fuzz/README.md` says where they are from.

use std::fs;
use std::path::Path;

use statsd_tests::input;

/// Checks every input of a corpus, the name of a failing one said first.
fn replay(corpus: &str, at_least: usize, check: fn(&[u8])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let folder = root.join("fuzz/corpus").join(corpus);
    let mut replayed = 0;
    for entry in fs::read_dir(&folder).expect("the corpus") {
        let path = entry.expect("an input").path();
        let data = fs::read(&path).expect("an input");
        if let Err(panic) = std::panic::catch_unwind(|| check(&data)) {
            panic!("{} fails: {:?}", path.display(), panic.downcast_ref::<String>());
        }
        replayed += 1;
    }
    assert!(replayed >= at_least, "only {replayed} inputs in {}", folder.display());
}

#[test]
fn every_kept_packet_is_read_and_added_up() {
    replay("packet", 100, input::packet);
}

#[test]
fn every_kept_config_js_is_read_or_refused() {
    replay("config_js", 100, input::config_js);
}

#[test]
fn every_kept_whisper_file_is_used_or_refused() {
    replay("whisper_file", 30, input::whisper_file);
}

#[test]
fn every_kept_retention_text_is_read_or_refused() {
    replay("retentions", 30, input::retentions);
}

#[test]
fn every_kept_rrd_is_read_or_refused() {
    replay("rrd", 10, input::rrd);
}

#[test]
fn every_kept_carbon_line_is_taken_or_counted() {
    replay("carbon_line", 20, input::carbon_line);
}

#[test]
fn every_kept_pickle_is_read_or_refused() {
    replay("pickle", 50, input::pickle);
}

#[test]
fn every_kept_protobuf_frame_is_read_or_refused() {
    replay("protobuf", 10, input::protobuf);
}

#[test]
fn every_kept_segment_of_a_journal_is_read_or_ends() {
    replay("journal", 70, input::journal);
}
