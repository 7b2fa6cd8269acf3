use proptest::prelude::*;

use super::*;

fn path_of(name: &str) -> String {
    SeriesName::parse(name).unwrap().relative_path().to_str().unwrap().to_owned()
}

fn error_of(name: &str) -> NameError {
    SeriesName::parse(name).unwrap_err()
}

#[test]
fn every_node_is_a_folder_and_the_last_one_the_file() {
    assert_eq!(path_of("a"), "a.wsp");
    assert_eq!(path_of("stats.timers.render.upper"), "stats/timers/render/upper.wsp");
    assert_eq!(path_of("Ümläut.日本"), "Ümläut/日本.wsp");
}

#[test]
fn empty_nodes_are_dropped() {
    for name in ["a..b", ".a.b", "a.b.", "...a...b..."] {
        assert_eq!(SeriesName::parse(name).unwrap().as_str(), "a.b", "{name}");
    }
}

#[test]
fn a_name_without_empty_nodes_is_borrowed() {
    assert!(matches!(SeriesName::parse("a.b").unwrap().0, Cow::Borrowed(_)));
}

#[test]
fn names_without_a_node_are_refused() {
    assert_eq!(error_of(""), NameError::Empty);
    assert_eq!(error_of("."), NameError::Empty);
    assert_eq!(error_of("...."), NameError::Empty);
}

#[test]
fn characters_that_no_file_name_holds_are_refused_with_their_place() {
    assert_eq!(error_of("é/b"), NameError::BadCharacter { at: 1, found: '/' });
    assert_eq!(error_of("a.b\\c"), NameError::BadCharacter { at: 3, found: '\\' });
    assert_eq!(error_of("a\0b"), NameError::BadCharacter { at: 1, found: '\0' });
    assert_eq!(error_of("a\nb"), NameError::BadCharacter { at: 1, found: '\n' });
    assert_eq!(error_of("a\u{85}b"), NameError::BadCharacter { at: 1, found: '\u{85}' });
    let message = error_of("../../etc/passwd").to_string();
    assert_eq!(message, "character 2 is '/', which a file name cannot hold");
}

#[test]
fn the_longest_name_and_node_are_taken_and_one_byte_more_is_not() {
    let node = "n".repeat(SERIES_NODE_MAX_BYTES);
    assert!(SeriesName::parse(&node).is_ok());
    assert_eq!(error_of(&format!("a.{node}n")), NameError::NodeTooLong { node: 1 });

    let long = [node.as_str(); 4].join(".");
    let longest = format!("{long}.{}", "n".repeat(SERIES_NAME_MAX_BYTES - long.len() - 1));
    assert_eq!(longest.len(), SERIES_NAME_MAX_BYTES);
    assert!(SeriesName::parse(&longest).is_ok());
    assert_eq!(error_of(&format!("{longest}n")), NameError::NameTooLong);
    assert_eq!(error_of(&"x".repeat(5_000)), NameError::NameTooLong);
}

#[test]
fn the_deepest_name_is_taken_and_one_node_more_is_not() {
    let deepest = ["n"; SERIES_NODES_MAX].join(".");
    assert!(SeriesName::parse(&deepest).is_ok());
    assert_eq!(error_of(&format!("{deepest}.n")), NameError::TooManyNodes);
}

#[test]
fn files_that_no_series_has_are_foreign() {
    for path in ["a.txt", "a", "a.b.wsp", ".a.wsp", ".wsp", "a/.wsp", "x.y/a.wsp", "../a.wsp"] {
        assert!(SeriesName::from_relative_path(Path::new(path)).is_err(), "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_name_that_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStrExt;

    let path = Path::new(OsStr::from_bytes(b"a/\xff.wsp"));
    assert_eq!(SeriesName::from_relative_path(path), Err(NameError::NotUtf8));
    assert!(!is_node(OsStr::from_bytes(b"\xff")));
}

#[test]
fn folders_with_a_dot_are_no_nodes() {
    assert!(is_node(OsStr::new("timers")));
    assert!(!is_node(OsStr::new(".git")));
    assert!(!is_node(OsStr::new("a.wsp")));
}

proptest! {
    #[test]
    fn whatever_is_taken_stays_below_the_folder_and_comes_back_from_its_path(
        name in prop_oneof!["\\PC{0,40}", "[ab.]{1,3}(;[ab]=[ab./\\\\_DOT~]{1,9}){1,2}", "[a/.\\\\\\x00é~]{0,12}", "(\\.\\./){0,3}[a.]{0,5}"],
    ) {
        if let Ok(series) = SeriesName::parse(&name) {
            let path = series.relative_path();
            prop_assert!(path.components().all(|c| matches!(c, Component::Normal(_))));
            if series.is_tagged() {
                prop_assert!(path.starts_with(TAGGED_FOLDER));
                prop_assert_eq!(path.components().count(), 4);
                if let Some(path) = series.spelt_path() {
                    prop_assert!(path.starts_with(TAGGED_FOLDER));
                    prop_assert!(path.components().all(|c| matches!(c, Component::Normal(_))));
                    let listed: PathBuf = path.components().collect();
                    let lost = path.as_os_str().len() - listed.as_os_str().len();
                    let back = SeriesName::from_relative_path(&listed);
                    prop_assert!(lost > 1 || back == Ok(series), "{path:?}");
                }
                return Ok(());
            }
            prop_assert_eq!(path.components().count(), series.nodes().count());
            let back = SeriesName::from_relative_path(&path).unwrap();
            prop_assert_eq!(back.as_str(), series.as_str());
        }
    }
}

#[test]
fn what_is_plain_at_a_glance_is_borrowed_as_it_is() {
    let longest = "n".repeat(SERIES_NODE_MAX_BYTES);
    for name in ["a", "a.b-c d~", "_tag.a", longest.as_str()] {
        assert!(is_plain(name), "{name}");
    }
    for name in ["", ".", "a/b", "a\\b", "a;b=c", "a\tb", "a\u{7f}", "ä", "a..b", ".a", "a."] {
        assert!(!is_plain(name), "{name}");
    }
    let too_many = vec!["a"; SERIES_NODES_MAX + 1].join(".");
    let too_long = format!("{longest}n");
    for name in ["_tagged", "_tagged.a", too_many.as_str(), too_long.as_str()] {
        assert!(!is_plain(name), "{name}");
    }
}

proptest! {
    #[test]
    fn nothing_is_plain_that_a_closer_look_refuses_or_changes(name in "[a.;/\\\\ _tged\u{1}\u{7f}ü]{0,40}") {
        if is_plain(&name) {
            let parsed = SeriesName::parse_any(&name);
            prop_assert_eq!(parsed.as_ref().map(SeriesName::as_str), Ok(name.as_str()));
        }
    }
}
