//! A disk that is full, or read-only, under a running server, and then is good again.

use std::process::Command;
use std::sync::atomic::Ordering;

use serde_json::{Value, json};

use crate::disk::SmallDisk;
use crate::load::{SERIES, files_are_valid};
use crate::senders::{Batches, Load, Sent, all_acknowledged_is_there, all_is_there};
use crate::server::{Server, command, until};

/// What may be logged of a bad disk in a test: nobody reads more, and a log lies on a disk, too.
const LOG_MAX_BYTES: usize = 100_000;

fn binary(disk: &SmallDisk) -> (tempfile::TempDir, Command) {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("statsd.toml");
    let text =
        "flush_interval = '1s'\n[store]\nwrite_after = '0s'\n[carbon_metrics]\ninterval = '0s'\n";
    std::fs::write(&config, text).unwrap();
    let (config, data) = (config.to_str().unwrap(), disk.data());
    let data = data.to_str().unwrap();
    (folder, command(&["--config", config, "--carbon", "127.0.0.1:0", "--data", data]))
}

fn start(disk: &SmallDisk) -> Server {
    let (_folder, mut command) = binary(disk);
    Server::from(&mut command)
}

/// Has the disk made worse until the server has said so and flushed on, and then mended.
fn endure(
    load: &Load<'_>,
    server: &Server,
    disk: &mut SmallDisk,
    worsen: fn(&mut SmallDisk),
    is_told: fn(&Value, &Value, &Batches) -> bool,
    mend: fn(&mut SmallDisk),
) {
    load.is_acknowledged();
    load.is_in_files(&disk.data());
    let flushes = |status: &Value| status["backends"]["store"]["flushes"].as_u64().unwrap();
    worsen(disk);
    let before = server.status();
    let batches = load.go_on();
    until("word of the disk", || {
        worsen(disk);
        let status = server.status();
        let is_told = is_told(&before["store"], &status["store"], batches);
        (is_told && flushes(&status) >= flushes(&before) + 3).then_some(())
    });
    mend(disk);
    load.go_on();
    until("good news of the disk", || {
        let store = &server.status()["store"];
        let journal = &store["journal"];
        let is_good = store["failing_series"] == 0 && store["failing_by_reason"] == json!({});
        let is_safe = journal["unjournaled_series"] == 0 && journal["trouble"] == Value::Null;
        (is_good && is_safe).then_some(())
    });
    load.is_acknowledged();
}

/// All that was sent is there, and then in files that are whole.
fn is_unharmed(sent: &[Sent], server: Server, disk: &SmallDisk) {
    assert!(sent.iter().all(|sent| sent.acknowledged > 0), "{sent:?}");
    all_is_there(sent, &server);
    let (code, log) = server.end("-TERM");
    assert_eq!(code, Some(0), "{log}");
    assert!(log.len() < LOG_MAX_BYTES, "{} bytes of log: {log}", log.len());
    assert_eq!(files_are_valid(&disk.data()), sent.len() * SERIES);
    let again = start(disk);
    all_is_there(sent, &again);
    again.stop();
}

fn is_full(_before: &Value, store: &Value, batches: &Batches) -> bool {
    let journal = &store["journal"];
    let reason = "the disk is full";
    let is_named = journal["trouble"].as_str().is_some_and(|why| why.contains("No space left"));
    let is_counted = ["unappended", "unjournaled_series"].iter().all(|n| journal[n] != json!(0));
    let is_failing = store["failing"].as_array().is_some_and(|failing| {
        failing.iter().any(|one| one["reason"] == reason && one["points"].as_u64() > Some(0))
    });
    let refused = batches.refused.load(Ordering::Relaxed);
    is_named
        && is_counted
        && is_failing
        && store["failing_by_reason"][reason] != json!(0)
        && refused > 50
}

#[test]
fn a_disk_that_fills_up_under_load_and_is_freed_again() {
    let Some(mut disk) = SmallDisk::mount() else { return };
    let server = start(&disk);
    let load = Load::new(&server);
    let sent = load.run(|load| {
        endure(load, &server, &mut disk, SmallDisk::fill, is_full, SmallDisk::free);
    });
    load.is_counted();
    is_unharmed(&sent, server, &disk);
}

#[test]
fn killed_on_a_full_disk_it_has_all_that_it_acknowledged() {
    let Some(mut disk) = SmallDisk::mount() else { return };
    let server = start(&disk);
    let load = Load::new(&server);
    let sent = load.run(|load| {
        load.is_acknowledged();
        disk.fill();
        let batches = load.go_on();
        until("word of the disk", || {
            disk.fill();
            is_full(&Value::Null, &server.status()["store"], batches).then_some(())
        });
    });
    server.end("-KILL");
    // It comes up on what there is of a disk, and tells all that it had acknowledged.
    let again = start(&disk);
    all_acknowledged_is_there(&sent, &again);
    disk.free();
    again.stop();
    let again = start(&disk);
    all_acknowledged_is_there(&sent, &again);
    again.stop();
    files_are_valid(&disk.data());
}

fn is_read_only(before: &Value, store: &Value, batches: &Batches) -> bool {
    let reason = "the file system is read-only";
    let failing = store["failing"].as_array().is_some_and(|failing| {
        failing.iter().any(|one| one["reason"] == reason && one["points"].as_u64() > Some(0))
    });
    // The journal is a file that is open: its points are as safe as before.
    let is_journaled = store["journal"]["unappended"] == 0
        && batches.refused.load(Ordering::Relaxed) == 0
        && batches.acknowledged.load(Ordering::Relaxed) > 50;
    // Series whose files are open go on.
    let persisted = |store: &Value| store["points_persisted"].as_u64().unwrap();
    let is_going_on = persisted(store) > persisted(before) + 500;
    failing && is_journaled && is_going_on && store["failing_by_reason"][reason] != json!(0)
}

#[test]
fn a_folder_that_becomes_read_only_under_load_and_is_writable_again() {
    let Some(mut disk) = SmallDisk::mount() else { return };
    let server = start(&disk);
    let load = Load::new(&server);
    let mend = |disk: &mut SmallDisk| disk.make_writable();
    let sent = load.run(|load| {
        endure(load, &server, &mut disk, SmallDisk::make_read_only, is_read_only, mend);
    });
    load.is_counted();
    is_unharmed(&sent, server, &disk);
}

#[test]
fn a_folder_that_is_read_only_at_the_start_is_one_clear_error() {
    let Some(mut disk) = SmallDisk::mount() else { return };
    disk.make_read_only();
    let (_folder, mut command) = binary(&disk);
    let output = command.output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    let error = format!("cannot use data folder {}: ", disk.data().display());
    assert!(!output.status.success() && told.contains(&error), "{told}");
    assert!(told.contains("Read-only file system") && told.lines().count() == 1, "{told}");
}
