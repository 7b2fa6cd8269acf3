//! The house inspector: what ARCHITECTURE.md says of the folders is checked here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Room → the rooms it may import. What is not listed may not be named.
type Floors = &'static [(&'static str, &'static [&'static str])];

/// The rooms of `statsd-client/src`; those that know everybody are not listed.
const CLIENT: Floors = &[
    ("protocol", &[]),
    ("metric", &["protocol"]),
    ("slot", &[]),
    ("backend", &["slot"]),
    ("error", &[]),
    ("telemetry", &[]),
    // How its duration is written in a file.
    ("policy", &["config"]),
    ("pipeline", &["protocol", "metric", "backend", "policy", "slot", "telemetry"]),
    ("handle", &["child", "client", "global", "metric", "pipeline", "protocol"]),
    ("outcome", &[]),
    ("attribute", &["child", "client", "global", "handle", "outcome", "pipeline", "protocol"]),
    ("bridge", &["client", "handle"]),
    ("testing", &["client", "global", "pipeline", "protocol"]),
];

/// The rooms of `statsd-server/src`. `app` knows everybody, `cli` knows `app`.
const SERVER: Floors = &[
    ("clock", &[]),
    ("limits", &[]),
    ("health", &["limits"]),
    ("telemetry", &[]),
    ("http_url", &[]),
    ("python_regex", &["limits"]),
    ("config", &["http_url", "limits", "python_regex"]),
    ("escape", &[]),
    ("events", &["limits"]),
    ("aggregate", &["events", "limits"]),
    ("checkpoint", &["aggregate", "limits"]),
    ("tap", &["limits", "telemetry"]),
    ("receiver", &["aggregate", "limits", "tap", "telemetry"]),
    ("store", &["limits"]),
    ("live", &["limits"]),
    (
        "carbon",
        &[
            "aggregate",
            "clock",
            "escape",
            "limits",
            "python_regex",
            "receiver",
            "store",
            "telemetry",
        ],
    ),
    (
        "backend",
        &[
            "aggregate",
            "checkpoint",
            "clock",
            "escape",
            "http_url",
            "limits",
            "live",
            "store",
            "tap",
            "telemetry",
        ],
    ),
    ("admin", &["aggregate", "clock", "flush", "health", "limits", "telemetry"]),
    ("relay", &["admin", "aggregate", "clock", "health", "limits", "receiver", "telemetry"]),
    ("message_log", &["clock", "escape", "limits", "tap", "telemetry"]),
    (
        "flush",
        &["aggregate", "backend", "clock", "escape", "events", "health", "limits", "telemetry"],
    ),
    ("key_flush", &["aggregate", "clock", "telemetry"]),
    ("query", &["limits", "store"]),
    ("rrd", &["limits"]),
    ("draw", &["limits", "query"]),
    (
        "http",
        &["clock", "draw", "events", "health", "limits", "live", "query", "store", "telemetry"],
    ),
    // Of `store`, how a name is a path.
    ("cli", &["app", "clock", "config", "limits", "rrd", "store"]),
];

/// Rooms that compute and do nothing else.
const PURE: [&str; 15] = [
    "statsd-client/src/protocol",
    "statsd-client/src/metric",
    "statsd-server/src/aggregate",
    "statsd-server/src/events",
    "statsd-server/src/query",
    "statsd-server/src/draw",
    "statsd-server/src/carbon/rules/aggregation",
    "statsd-server/src/carbon/rules/lists",
    "statsd-server/src/carbon/rules/rewrite",
    "statsd-server/src/carbon/rules/template",
    "statsd-server/src/python_regex",
    "statsd-server/src/relay/cache",
    "statsd-server/src/relay/md5",
    "statsd-server/src/relay/ring",
    "statsd-server/src/rrd",
];

/// What a pure room may not name: clocks, files, sockets, threads, the runtime.
const IMPURE: [&str; 9] = [
    "std::fs",
    "fs_err",
    "std::net",
    "std::thread",
    "tokio",
    "SystemTime",
    "Instant",
    "axum",
    "std::env",
];

/// Concrete parts, which only `app.rs` puts together.
const CONCRETE: [&str; 10] = [
    "CheckpointBackend",
    "LocalStore",
    "NoStore",
    "StoreBackend",
    "LiveBackend",
    "ConsoleBackend",
    "DumpBackend",
    "ExecBackend",
    "GraphiteBackend",
    "HttpBackend",
];

const LINES_MAX: usize = 400;

const SOURCES: [&str; 10] = [
    "statsd-client",
    "statsd-macros",
    "statsd-server/benches",
    "statsd-server/src",
    "statsd-server/whisper",
    "statsd-server/tests",
    "bench",
    "examples",
    "fuzz/fuzz_targets",
    "tests",
];

struct File {
    /// From the root, with `/`.
    path: String,
    text: String,
}

impl File {
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.split('/').any(|part| part == "tests")
    }

    /// The code: without comments and documentation.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(at, line)| (at + 1, line));
        lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn rust_files() -> Vec<File> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = SOURCES.iter().map(|source| root().join(source)).collect();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the workspace").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file");
                let path = path.strip_prefix(root()).expect("below the root").display().to_string();
                files.push(File { path: path.replace('\\', "/"), text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 50, "the sources were not found");
    files
}

fn none(violations: &[String]) {
    assert!(violations.is_empty(), "\n{}\n", violations.join("\n"));
}

/// Room of a file below `source`: its folder, or its own name.
fn room<'a>(file: &'a File, source: &str) -> Option<&'a str> {
    let below = file.path.strip_prefix(source)?.strip_prefix('/')?;
    Some(below.split('/').next()?.trim_end_matches(".rs"))
}

/// The names that follow `crate::` in a line.
fn imports(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("crate::").filter_map(|(at, found)| {
        let before = line[..at].chars().next_back();
        // `$crate::` and `statsd_crate::` are other paths.
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            return None;
        }
        let rest = &line[at + found.len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        Some(&rest[..end])
    })
}

#[test]
fn imports_go_down() {
    let mut violations = Vec::new();
    for (source, floors) in [("statsd-client/src", CLIENT), ("statsd-server/src", SERVER)] {
        let floors: BTreeMap<_, _> = floors.iter().copied().collect();
        for file in rust_files().iter().filter(|file| !file.is_test()) {
            let Some(room) = room(file, source) else { continue };
            let Some(allowed) = floors.get(room) else { continue };
            for (at, line) in file.code() {
                for import in imports(line) {
                    if import != room && !allowed.contains(&import) {
                        violations
                            .push(format!("{}:{at}: {room} may not know {import}", file.path));
                    }
                }
            }
        }
    }
    none(&violations);
}

#[test]
fn pure_rooms_name_no_clock_no_file_and_no_socket() {
    let mut violations = Vec::new();
    for file in rust_files().iter().filter(|file| !file.is_test()) {
        if PURE.iter().any(|room| file.path.starts_with(room)) {
            for (at, line) in file.code() {
                for impure in IMPURE.iter().filter(|name| names(line, name)) {
                    violations.push(format!("{}:{at}: a pure room names {impure}", file.path));
                }
            }
        }
    }
    none(&violations);
}

#[test]
fn only_http_names_axum_and_only_app_puts_parts_together() {
    let mut violations = Vec::new();
    for file in
        rust_files().iter().filter(|f| f.path.starts_with("statsd-server/src") && !f.is_test())
    {
        let room = room(file, "statsd-server/src").unwrap_or_default();
        for (at, line) in file.code() {
            if names(line, "axum") && room != "http" {
                violations.push(format!("{}:{at}: only http/ names axum", file.path));
            }
            for part in CONCRETE.iter().filter(|part| names(line, part)) {
                if !["app", "store", "backend"].contains(&room) {
                    violations.push(format!("{}:{at}: only app.rs names {part}", file.path));
                }
            }
        }
    }
    none(&violations);
}

/// Whether a line holds a name as a whole word.
fn names(line: &str, name: &str) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(name).any(|(at, _)| {
        !word(line[..at].chars().next_back()) && !word(line[at + name.len()..].chars().next())
    })
}

#[test]
fn a_pipeline_knows_no_concrete_backend() {
    let concrete = ["UdpBackend", "CaptureBackend"];
    let mut violations = Vec::new();
    for file in
        rust_files().iter().filter(|file| file.path.starts_with("statsd-client/src/pipeline"))
    {
        for (at, line) in file.code() {
            for backend in concrete.iter().filter(|name| names(line, name)) {
                violations.push(format!("{}:{at}: names {backend}", file.path));
            }
        }
    }
    none(&violations);
}

#[test]
fn every_folder_says_what_lives_there_and_what_it_may_not_know() {
    let mut violations = Vec::new();
    for file in
        rust_files().iter().filter(|f| f.path.contains("/src/") && f.path.ends_with("/mod.rs"))
    {
        let doc: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
        let text = doc.join(" ").to_lowercase();
        if doc.is_empty() || !(text.contains("may not know") || text.contains("pure:")) {
            violations.push(format!("{}: begins without saying what it may not know", file.path));
        }
    }
    none(&violations);
}

#[test]
fn files_are_short_and_well_named() {
    let vague = ["util", "utils", "helper", "helpers", "common", "manager", "misc"];
    let mut violations = Vec::new();
    for file in rust_files() {
        let lines = file.text.lines().count();
        if lines > LINES_MAX && !file.is_test() {
            violations.push(format!("{}: {lines} lines, the aim is {LINES_MAX}", file.path));
        }
        if file.path.split('/').any(|part| vague.contains(&part.trim_end_matches(".rs"))) {
            violations.push(format!("{}: the name says nothing", file.path));
        }
    }
    none(&violations);
}

#[test]
fn nothing_is_left_for_later() {
    let marks =
        ["TO", "FIX"].map(|start| format!("{start}{}", if start == "TO" { "DO" } else { "ME" }));
    let mut violations = Vec::new();
    for file in rust_files() {
        for (at, line) in file.text.lines().enumerate() {
            if marks.iter().any(|mark| names(line, mark))
                || line.trim_start().starts_with("#[ignore")
            {
                violations.push(format!("{}:{}: {}", file.path, at + 1, line.trim()));
            }
        }
    }
    none(&violations);
}

#[test]
fn the_crates_depend_downwards_only() {
    let manifest = |path: &str| fs::read_to_string(root().join(path)).expect("a manifest");
    // With a question mark behind those that only a feature asks for.
    let dependencies = |path: &str| -> Vec<String> {
        let text = manifest(path);
        let section = text.split("\n[dependencies]\n").nth(1).unwrap_or_default();
        let lines = section.lines().take_while(|line| !line.starts_with('['));
        let names = lines.filter(|line| !line.starts_with('#') && line.contains(['.', '=']));
        names
            .map(|line| {
                let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
                let mark = if line.contains("optional = true") { "?" } else { "" };
                format!("{name}{mark}")
            })
            .collect()
    };
    assert_eq!(
        dependencies("statsd-client/Cargo.toml"),
        ["metrics?", "serde?", "statsd-macros?", "tracing?", "tracing-subscriber?"]
    );
    assert_eq!(dependencies("statsd-macros/Cargo.toml"), ["proc-macro2", "quote", "syn"]);
    assert_eq!(dependencies("statsd-server/whisper/Cargo.toml"), ["nix?"]);
    assert!(!manifest("statsd-macros/Cargo.toml").contains("statsd-client ="));
}

#[test]
fn architecture_names_every_room() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    assert!(text.lines().count() < 200, "ARCHITECTURE.md is to stay under 200 lines");
    let mut missing = Vec::new();
    for source in ["statsd-client/src", "statsd-server/src"] {
        for entry in fs::read_dir(root().join(source)).expect("a source folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // A file's folder of tests and parts goes by the file.
            let folder = entry.path().join("mod.rs").is_file();
            if folder && !text.contains(&format!("{name}/")) {
                missing.push(format!("{source}/{name} is not in ARCHITECTURE.md"));
            }
        }
    }
    none(&missing);
}
