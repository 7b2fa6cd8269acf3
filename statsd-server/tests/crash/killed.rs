//! A process that stores points and acknowledges them is killed, and started again in the same folder,
//! again and again: what it had acknowledged is there, and nothing else than what was sent.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use statsd_server::store::Store as _;

use crate::load::{Writer, files_are_valid, now, open};

/// Where the process that is to be killed finds its folder, and what was acknowledged.
const FOLDER: &str = "STATSD_CRASH_FOLDER";
const STATE: &str = "STATSD_CRASH_STATE";

/// Rounds of an ordinary run; `STATSD_ROUNDS` asks for more.
const ROUNDS: u64 = 20;

/// Rounds in the same series; then there are new ones, so that files are made at every stage of the test.
const ROUNDS_OF_A_BASE: u64 = 10;

const WRITERS: usize = 3;

/// Turns of a writer in one base: the finest archive reaches back an hour.
const TURNS_MAX: i64 = 3_000;

/// How far back a base lies.
const BASE_SECONDS: i64 = 3_200;

/// Long enough for a loaded machine; a round that needs it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn killed_at_any_moment_it_has_all_that_it_acknowledged() {
    match std::env::var_os(FOLDER) {
        Some(folder) => be_killed(Path::new(&folder)),
        None => rounds(),
    }
}

/// What a round knows of the ones before: how many turns of each writer were acknowledged.
struct State {
    base: i64,
    turns: [i64; WRITERS],
}

impl State {
    fn new() -> Self {
        Self { base: now() - BASE_SECONDS, turns: [0; WRITERS] }
    }

    fn to_text(&self) -> String {
        let turns = self.turns.map(|turns| turns.to_string());
        format!("{} {}", self.base, turns.join(" "))
    }

    fn from_text(text: &str) -> Self {
        let numbers: Vec<i64> = text.split(' ').map(|word| word.parse().unwrap()).collect();
        Self { base: numbers[0], turns: numbers[1..].try_into().unwrap() }
    }

    fn writers(&self) -> impl Iterator<Item = (Writer, i64)> {
        let base = self.base;
        self.turns
            .into_iter()
            .enumerate()
            .map(move |(number, turns)| (Writer { base, number }, turns))
    }

    fn check(&self, folder: &Path) {
        let store = open(folder);
        self.writers().for_each(|(writer, turns)| writer.check(&store, turns));
    }
}

/// The process that is killed: looks whether everything is there, then stores and acknowledges.
fn be_killed(folder: &Path) {
    let state = State::from_text(&std::env::var(STATE).unwrap());
    let store = open(folder);
    println!("\nopen");
    state.writers().for_each(|(writer, turns)| writer.check(&store, turns));
    println!("right");
    thread::scope(|scope| {
        for (writer, turns) in state.writers() {
            let store = &store;
            scope.spawn(move || {
                for turn in turns..TURNS_MAX {
                    assert!(writer.write(store, turn), "turn {turn} was not taken");
                    store.commit().unwrap();
                    // One write, so that no line of another writer gets between.
                    let told = format!("ack {} {}\n", writer.number, turn + 1);
                    std::io::stdout().write_all(told.as_bytes()).unwrap();
                }
                thread::park();
            });
        }
    });
}

fn start(folder: &Path, state: &State) -> (Child, Receiver<String>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--nocapture",
            "--exact",
            "killed::killed_at_any_moment_it_has_all_that_it_acknowledged",
        ])
        .env(FOLDER, folder)
        .env(STATE, state.to_text())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = BufReader::new(child.stdout.take().unwrap());
    let (lines, read) = channel();
    thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if lines.send(line).is_err() {
                break;
            }
        }
    });
    (child, read)
}

fn rounds() {
    let rounds = std::env::var("STATSD_ROUNDS").map_or(ROUNDS, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let mut state = State::new();
    let mut random = u64::from(std::process::id()) << 20;
    let (mut acknowledged, mut slowest) = (0, Duration::ZERO);
    for round in 0..rounds {
        let is_nearly_done = state.turns.iter().any(|turns| *turns > TURNS_MAX / 2);
        if is_nearly_done || (round > 0 && round % ROUNDS_OF_A_BASE == 0) {
            acknowledged += state.turns.iter().sum::<i64>();
            state.check(folder.path());
            state = State::new();
        }
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(round | 1);
        let pause = Duration::from_micros((random >> 33) % 400_000);
        // One in four may find it before it is up; the others are at work.
        let opened = kill_after(folder.path(), &mut state, pause, (random >> 20) % 4 == 0);
        slowest = slowest.max(opened.unwrap_or_default());
    }
    state.check(folder.path());
    acknowledged += state.turns.iter().sum::<i64>();
    let files = files_are_valid(folder.path());
    println!(
        "{rounds} rounds: {acknowledged} batches were acknowledged, all of their points are there; \
         {files} files; the slowest start took {slowest:?}"
    );
    assert!(acknowledged > i64::try_from(rounds).unwrap(), "only {acknowledged} were acknowledged");
}

/// One round. Yields how long the start took, if it came to that.
fn kill_after(
    folder: &Path,
    state: &mut State,
    pause: Duration,
    from_the_start: bool,
) -> Option<Duration> {
    let begun = Instant::now();
    let (mut child, lines) = start(folder, state);
    let (mut opened, mut is_right) = (None, false);
    let mut ends = begun + if from_the_start { pause } else { PATIENCE };
    // Until its end, and then what it had said before.
    while let Ok(line) = lines.recv_timeout(ends.saturating_duration_since(Instant::now())) {
        hear(&line, state);
        if line == "open" {
            opened = Some(begun.elapsed());
        }
        if line == "right" {
            is_right = true;
            if !from_the_start {
                ends = Instant::now() + pause;
            }
        }
    }
    if let Some(status) = child.try_wait().unwrap() {
        panic!("it ended by itself: {status}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    for line in &lines {
        hear(&line, state);
    }
    assert!(from_the_start || is_right, "it did not come up in {PATIENCE:?}");
    opened
}

fn hear(line: &str, state: &mut State) {
    if let Some(told) = line.strip_prefix("ack ") {
        let (writer, turns) = told.split_once(' ').unwrap();
        // The last line may be a part of one.
        if let (Ok(writer), Ok(turns)) = (writer.parse::<usize>(), turns.parse()) {
            state.turns[writer] = state.turns[writer].max(turns);
        }
    }
}
