use std::fs;

use super::*;

fn parse(text: &str) -> Result<String, RuleError> {
    if text.contains("bad") { Err(RuleError::whole("it is bad")) } else { Ok(text.to_owned()) }
}

#[test]
fn a_file_is_read_again_when_it_has_changed_and_is_still() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules");
    fs::write(&path, "one").unwrap();
    let (mut watched, text) = Watched::open(&path, parse).unwrap();
    assert_eq!(text, "one");
    assert_eq!(watched.changed(parse), None, "nothing has changed");

    fs::write(&path, "").unwrap();
    assert_eq!(watched.changed(parse), None, "it may be half written");
    fs::write(&path, "second").unwrap();
    assert_eq!(watched.changed(parse), None, "and it was");
    assert_eq!(watched.changed(parse), Some(Ok("second".to_owned())));
    assert_eq!(watched.changed(parse), None);
}

#[test]
fn a_mistake_is_told_once_and_a_file_that_is_gone_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rules");
    fs::write(&path, "one").unwrap();
    let (mut watched, _) = Watched::open(&path, parse).unwrap();

    fs::write(&path, "bad text").unwrap();
    assert_eq!(watched.changed(parse), None);
    let error = watched.changed(parse).unwrap().unwrap_err();
    assert_eq!(error.to_string(), format!("{}: it is bad", path.display()));
    assert_eq!(watched.changed(parse), None, "it is known");

    fs::remove_file(&path).unwrap();
    assert_eq!(watched.changed(parse), None);
    fs::write(&path, "good again").unwrap();
    assert_eq!(watched.changed(parse), None);
    assert_eq!(watched.changed(parse), Some(Ok("good again".to_owned())));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.conf");
    let error = Watched::open(&missing, parse).unwrap_err().to_string();
    assert!(error.contains("missing.conf"), "{error}");

    let long = folder.path().join("long.conf");
    fs::write(&long, vec![b'a'; 1 + usize::try_from(RULE_FILE_MAX_BYTES).unwrap()]).unwrap();
    let error = Watched::open(&long, parse).unwrap_err().to_string();
    assert!(error.ends_with("long.conf: it is longer than 1048576 bytes"), "{error}");
}
