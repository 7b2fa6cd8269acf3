//! `whisper find-corrupt`.

use std::fs;

use statsd_whisper::AggregationMethod;

use super::{Folder, content, done, run};

#[test]
fn damaged_files_are_found_at_any_depth_and_repaired_where_they_can_be() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("a/b")).unwrap();
    fs::create_dir_all(folder.path(".trash")).unwrap();
    folder.filled("a/whole.wsp", AggregationMethod::Sum, 3);
    let cut = folder.filled("a/b/cut.wsp", AggregationMethod::Sum, 3);
    let fine = content(&cut)[0].clone();
    fs::File::options().write(true).open(&cut).unwrap().set_len(500).unwrap();
    fs::write(folder.path("a/b/foreign.wsp"), "not a file of series, but long enough for one")
        .unwrap();
    fs::write(folder.path("a/b/empty.wsp"), "").unwrap();
    fs::write(folder.path("a/b/notes.txt"), "").unwrap();
    fs::write(folder.path(".trash/old.wsp"), "").unwrap();

    let root = folder.0.path().to_str().unwrap();
    let ran = run(&["whisper", "find-corrupt", root]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, "statsd-server: 3 of 4 files are damaged\n"));
    let cut_text = cut.display();
    assert!(
        ran.stdout.contains(&format!("{cut_text}: 500 bytes, where its header promises 688\n")),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.ends_with("4 files checked, 3 damaged\n"), "{}", ran.stdout);

    let ran = run(&["whisper", "find-corrupt", root, "--repair"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("promises 688 (repaired)\n"), "{}", ran.stdout);
    assert!(ran.stdout.ends_with("4 files checked, 1 repaired, 2 damaged\n"), "{}", ran.stdout);
    assert_eq!(content(&cut)[0], fine);

    let ran = run(&["whisper", "find-corrupt", root, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((json["checked"].as_u64(), json["damaged"].as_u64()), (Some(4), Some(2)));
    assert_eq!(json["files"].as_array().unwrap().len(), 2);

    let deleted = done(&["whisper", "find-corrupt", root, "--delete-corrupt"]);
    assert!(deleted.ends_with("4 files checked, 2 deleted, 0 damaged\n"), "{deleted}");
    assert_eq!(done(&["whisper", "find-corrupt", root]), "2 files checked, 0 damaged\n");
    assert!(folder.path(".trash/old.wsp").exists());
}
