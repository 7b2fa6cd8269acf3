use super::*;
use crate::aggregate::Named;

fn shell(script: &str, deadline: Duration) -> ExecBackend {
    let arguments = vec!["-c".to_owned(), script.to_owned()];
    let options = ExecOptions { program: "sh".to_owned(), arguments, deadline };
    ExecBackend::new(options, Naming::default(), Arc::default())
}

const PATIENCE: Duration = Duration::from_secs(30);

fn snapshot(gauges: usize) -> Snapshot {
    let gauges = (0..gauges).map(|i| (format!("g{i}"), 0.5)).collect();
    Snapshot { timestamp: 1_000, interval: 10.0, gauges, ..Snapshot::default() }
}

#[test]
fn the_command_reads_every_number() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("points");
    let mut exec = shell(&format!("cat >> {}", file.display()), PATIENCE);
    let mut snapshot = snapshot(1);
    snapshot.counters = Named::from([("a;k=v", 1e21)]);
    snapshot.gauges = Named::from([("g0", 0.5), ("b|c\nd", -1e-7)]);
    exec.flush(&snapshot).unwrap();
    exec.flush(&Snapshot { timestamp: 1_010, ..Snapshot::default() }).unwrap();
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "stats.a;k=v|100000000000000000000|1000\nstats_counts.a;k=v|1e+21|1000\n\
         stats.gauges.g0|0.5|1000\nstats.gauges.b_c_d|-1e-7|1000\nstatsd.numStats|3|1000\n\
         statsd.numStats|0|1010\n"
    );
}

#[test]
fn one_that_reads_nothing_and_hangs_is_killed_with_its_children() {
    let deadline = Duration::from_millis(50);
    // A child of the shell that ignores the end of its parent, and holds the pipes.
    let mut exec = shell("sleep 3600 & wait", deadline);
    let begun = Instant::now();
    // More than a pipe holds.
    let error = exec.flush(&snapshot(20_000)).unwrap_err().to_string();
    assert_eq!(error, "sh: killed: it ran longer than 50ms");
    assert!(begun.elapsed() < PATIENCE);
    assert_eq!(exec.left_behind.len(), 0, "nobody holds a pipe");
}

#[test]
fn exit_codes_and_unread_points_are_errors() {
    let error = |script: &str, gauges| {
        shell(script, PATIENCE).flush(&snapshot(gauges)).unwrap_err().to_string()
    };
    assert_eq!(error("cat > /dev/null; exit 3", 1), "sh: exit status: 3");
    let unread = error("exit 0", 20_000);
    assert!(unread.starts_with("sh: it did not read all: "), "{unread}");
    let options = ExecOptions {
        program: "/no/such/program".to_owned(),
        arguments: Vec::new(),
        deadline: PATIENCE,
    };
    let mut exec = ExecBackend::new(options, Naming::default(), Arc::default());
    let none = exec.flush(&snapshot(1)).unwrap_err().to_string();
    assert!(none.starts_with("/no/such/program: "), "{none}");
}

#[test]
fn what_it_says_is_bounded_and_does_not_hold_it_up() {
    let mut exec = shell("cat > /dev/null; yes oops | head -c 1000000 >&2", PATIENCE);
    let mut running = exec.spawn(String::new()).unwrap();
    assert!(running.wait(Instant::now() + PATIENCE).unwrap().unwrap().success());
    running.collect(Instant::now() + PATIENCE);
    assert_eq!(running.stderr.unwrap().len(), EXEC_STDERR_MAX_BYTES);
    exec.flush(&snapshot(1)).unwrap();
}

#[test]
fn a_process_left_behind_holds_up_no_flush_until_there_are_many() {
    // Out of the group, so that it is not killed with it; ended by the test.
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let script = format!("cat > /dev/null; setsid sh -c 'read line < {}' &", fifo.display());
    let mut exec = shell(&script, PATIENCE);
    for left_behind in 1..=LEFT_BEHIND_MAX {
        exec.flush(&snapshot(1)).unwrap();
        assert_eq!(exec.left_behind.len(), left_behind);
    }
    let error = exec.flush(&snapshot(1)).unwrap_err().to_string();
    assert_eq!(error, "sh: processes of earlier flushes still hold its pipes");
    // Open for both, so that it waits for nobody; a line for each of them.
    let mut fifo = std::fs::OpenOptions::new().read(true).write(true).open(&fifo).unwrap();
    fifo.write_all(&[b'\n'; LEFT_BEHIND_MAX]).unwrap();
    for thread in std::mem::take(&mut exec.left_behind) {
        thread.join().unwrap();
    }
}
