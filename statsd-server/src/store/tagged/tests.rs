use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::*;
use crate::limits::SERIES_NODE_MAX_BYTES;
use crate::store::name::{NameError, SeriesName};

/// What graphite-web 1.1.10's `TaggedSeries` makes of a name: `parse(…).path`, and `encode` of that with
/// hashed file names.
const VECTORS: [(&str, &str, &str); 16] = [
    (
        "some.metric;tag1=value2;tag2=value.2",
        "some.metric;tag1=value2;tag2=value.2",
        "_tagged/eff/aae/effaae5b55950b150a7493d2f5430772ca2460bf7cccb4d9e523643df54c010f.wsp",
    ),
    (
        "disk.used;host=web1;rack=a1;datacenter=dc1",
        "disk.used;datacenter=dc1;host=web1;rack=a1",
        "_tagged/b88/adc/b88adc4ba2ee2a222afb12fdf6cec0ac6deb527b4c7a43c59c60b6386d610713.wsp",
    ),
    (
        "cpu;b=2;a=1",
        "cpu;a=1;b=2",
        "_tagged/913/b29/913b29d51f464cd909211c73193c948ce5c959bb2a42d2b4a83ab53c4920854c.wsp",
    ),
    (
        "cpu;a=1;a-b=2",
        "cpu;a-b=2;a=1",
        "_tagged/5af/07e/5af07e486f471d011e3760453285b7d8ca91591e09e8aa90d411ff662dcd17d3.wsp",
    ),
    (
        "cpu;a=1;a=2",
        "cpu;a=2",
        "_tagged/a04/061/a04061a7cb8fc4a59c227699d7e8c2787ff3275940da9200e0a382645f75cc1d.wsp",
    ),
    (
        "cpu;name=x;a=1",
        "cpu;a=1",
        "_tagged/979/940/979940df0c337bc065c133442f900a8a2cbba6b3b08161fcb1340dbfd873d2c3.wsp",
    ),
    (
        "~~cpu;a=1",
        "cpu;a=1",
        "_tagged/979/940/979940df0c337bc065c133442f900a8a2cbba6b3b08161fcb1340dbfd873d2c3.wsp",
    ),
    (
        "a..b;k=v",
        "a..b;k=v",
        "_tagged/7a9/9be/7a99be8f800cddc91fd24011e2d3b685a77a4a6ae8010d32d1ae08811618ed8c.wsp",
    ),
    (
        "m;path=/var/log",
        "m;path=/var/log",
        "_tagged/0be/327/0be3276c7264ec83bef7603ee816071fc8c09ebf11cc4645ef59a21c94e0a699.wsp",
    ),
    (
        "m;k=a=b",
        "m;k=a=b",
        "_tagged/70c/513/70c51347bdeaa8b30f1cf3de627d0f17c6ec726d4e544bbb122bc58e73327a73.wsp",
    ),
    (
        "ü.日本;stadt=Köln",
        "ü.日本;stadt=Köln",
        "_tagged/b7e/5fe/b7e5fe9b564e147b79a869da8f9b83a27dd5f82689088d81d59c8dfa50076326.wsp",
    ),
    ("cpu;name=x", "cpu", "cpu.wsp"),
    (
        "m;k=v!^",
        "m;k=v!^",
        "_tagged/c03/d82/c03d82f0632c5178602a674abc72aa627cb3fcb3f8c0a108086a66b2e0309d51.wsp",
    ),
    (
        "m;k k=v v",
        "m;k k=v v",
        "_tagged/9a1/245/9a12453cace2822ad9db0490806e02799c015a31a60fc758f2436563b7d12b7b.wsp",
    ),
    (
        "m;a~=x",
        "m;a~=x",
        "_tagged/ad7/99b/ad799b10cba5d1de3076d4dd46882a00e3d3a3dccdd0b024253effab928d59a4.wsp",
    ),
    (
        "m;k=a~",
        "m;k=a~",
        "_tagged/726/9b8/7269b8e8f1ec9b607133b9be7d693e828000dd0e9ff076b2f5b28b9a7d06b82d.wsp",
    ),
];

#[test]
fn names_and_files_are_those_of_graphite() {
    for (given, canonical, path) in VECTORS {
        let name = SeriesName::parse(given).unwrap();
        assert_eq!(name.as_str(), canonical, "{given}");
        assert_eq!(name.relative_path(), Path::new(path), "{given}");
    }
}

/// What carbon calls the files of series with tags, in both ways; `tests/golden/tags/make.py` says of which.
#[test]
fn files_are_called_as_carbon_does_and_those_that_are_spelt_out_tell_their_names() {
    let recorded = include_str!("../../../tests/golden/tags/carbon.json");
    let recorded: Vec<serde_json::Value> = serde_json::from_str(recorded).unwrap();
    let mut told = 0;
    for one in &recorded {
        let Some(hashed) = one["hashed"].as_str() else { continue };
        let (path, spelt) = (one["path"].as_str().unwrap(), one["spelt"].as_str().unwrap());
        // Where there were tags in both forms, carbon does not put them in order.
        let Ok(name) = SeriesName::parse(path) else { continue };
        if name.as_str() != path {
            continue;
        }
        assert_eq!(name.relative_path(), Path::new(hashed));
        assert_eq!(name.spelt_path().as_deref(), Some(Path::new(spelt)));
        let told_by = |path: &str| SeriesName::from_relative_path(Path::new(path));
        assert_eq!(told_by(hashed), Err(NameError::Digest), "{path}");
        // As a folder lists it: of two slashes there is one.
        let listed: PathBuf = Path::new(spelt).components().collect();
        if spelt.len() - listed.as_os_str().len() > 1 {
            assert_eq!(SeriesName::from_relative_path(&listed), Err(NameError::Foreign), "{path}");
            continue;
        }
        assert_eq!(SeriesName::from_relative_path(&listed).as_ref(), Ok(&name), "{path}");
        told += 1;
        let elsewhere =
            spelt.replacen(&spelt[8..11], if &spelt[8..11] == "000" { "001" } else { "000" }, 1);
        assert_eq!(told_by(&elsewhere), Err(NameError::Foreign), "{elsewhere}");
    }
    assert!(told > 200, "{told}");
}

#[test]
fn a_name_that_no_file_can_have_is_not_spelt_out() {
    let spelt = |name: &str| SeriesName::parse(name).unwrap().spelt_path();
    assert_eq!(spelt("cpu"), None);
    let longest = format!("m;k={}", "v".repeat(SERIES_NODE_MAX_BYTES - 4));
    assert!(spelt(&longest).is_some());
    assert_eq!(spelt(&format!("{longest}v")), None);
    assert!(spelt(&format!("m;k={}", "v/".repeat(500))).is_some());
    // Written out, a dot takes five bytes.
    assert_eq!(spelt(&format!("m;k={}", "./".repeat(500))), None);
}

#[test]
fn a_text_of_many_dots_has_one_reading() {
    let own = |times: usize| format!("m.x;k={}", DOT.repeat(times));
    let told = |name: &str| of_stem(&stem(name), |reading| reading == name);
    assert_eq!(told(&own(SPELT_DOTS_MAX - 1)), Some(own(SPELT_DOTS_MAX - 1)));
    assert_eq!(told(&own(SPELT_DOTS_MAX)), None);
    let dots = format!("m;k={}", ".".repeat(40));
    assert_eq!(told(&dots), Some(dots));
}

#[test]
fn what_graphite_refuses_is_refused_with_the_tag_and_the_reason() {
    let error = |name| match SeriesName::parse(name).unwrap_err() {
        NameError::Tags(error) => error,
        other => panic!("{name} gave {other:?}"),
    };
    for name in [";k=v", ";=", "~;k=v", ";", ";;;"] {
        assert_eq!(error(name), BadTags::NoName, "{name}");
    }
    for (name, tag) in [("m;", 1), ("m;k", 1), ("m;;k=v", 1), ("m;k=v;", 2), ("m;a=1;b", 2)] {
        assert_eq!(error(name), BadTags::NoEquals { tag }, "{name}");
    }
    assert_eq!(error("m;=v"), BadTags::NoKey { tag: 1 });
    assert_eq!(error("m;a=1;k="), BadTags::NoValue { tag: 2 });
    assert_eq!(error("m;k=~v"), BadTags::Tilde { tag: 1 });
    assert_eq!(error("m;!k=v"), BadTags::KeyCharacter { tag: 1, found: '!' });
    assert_eq!(error("m;k^=v"), BadTags::KeyCharacter { tag: 1, found: '^' });
    assert_eq!(error("m;a!b=c").to_string(), "the key of tag 1 holds '!'");
    let at_most = |tags: usize| {
        let name = (0..tags).fold("m".to_owned(), |name, tag| format!("{name};k{tag:02}=v"));
        SeriesName::parse(&name).map(|name| name.as_str().len())
    };
    assert!(at_most(SERIES_TAGS_MAX).is_ok());
    assert_eq!(at_most(SERIES_TAGS_MAX + 1), Err(NameError::Tags(BadTags::TooMany)));
}

#[test]
fn a_name_with_tags_holds_no_control_character_and_is_no_longer_than_any() {
    let found = |name: &str| SeriesName::parse(name).unwrap_err();
    assert_eq!(found("m;k=a\0b"), NameError::BadCharacter { at: 5, found: '\0' });
    assert_eq!(found("m\n;k=v"), NameError::BadCharacter { at: 1, found: '\n' });
    assert_eq!(found(&format!("m;k={}", "v".repeat(1_024))), NameError::NameTooLong);
    let long = format!("m;k={}", "v".repeat(1_020));
    assert_eq!(SeriesName::parse(&long).unwrap().as_str(), long);
}

#[test]
fn a_name_in_order_is_borrowed_and_tells_its_tags() {
    assert!(matches!(canonical("m;a-b=2;a=1"), Ok(Cow::Borrowed(_))));
    let name = SeriesName::parse("disk.used;host=a;mount=/x=y").unwrap();
    let tags: Vec<_> = name.tags().unwrap().collect();
    assert_eq!(tags, [("name", "disk.used"), ("host", "a"), ("mount", "/x=y")]);
    assert!(SeriesName::parse("disk.used").unwrap().tags().is_none());
}

#[test]
fn no_plain_name_reaches_the_folder_of_tagged_series() {
    for name in ["_tagged", "_tagged.eff.aae.effaae5b", "..._tagged.x"] {
        assert_eq!(SeriesName::parse(name), Err(NameError::Reserved), "{name}");
    }
    assert!(SeriesName::parse("a._tagged").is_ok());
    assert!(SeriesName::parse("_tagged2.a").is_ok());
}

proptest! {
    #[test]
    fn the_order_of_tags_is_no_other_series(
        tags in prop::collection::vec(("[a-c-]{1,2}", "[a-c=/.]{1,3}"), 1..5),
        turn in 0_usize..5,
    ) {
        let mut unique: Vec<(String, String)> = Vec::new();
        for (key, value) in tags {
            if unique.iter().all(|(other, _)| *other != key) {
                unique.push((key, value));
            }
        }
        let text = |tags: &[(String, String)]| {
            let tags: Vec<String> = tags.iter().map(|(key, value)| format!(";{key}={value}")).collect();
            format!("m{}", tags.concat())
        };
        let first = text(&unique);
        let turn = turn % unique.len();
        unique.rotate_left(turn);
        let second = text(&unique);
        let first = SeriesName::parse(&first).unwrap();
        let second = SeriesName::parse(&second).unwrap();
        prop_assert_eq!(&first, &second);
        let again = SeriesName::parse(first.as_str()).unwrap();
        prop_assert_eq!(&again, &first);
        prop_assert_eq!(first.tags().unwrap().count(), unique.len() + 1);
    }
}
