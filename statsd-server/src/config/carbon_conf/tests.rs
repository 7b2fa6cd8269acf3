use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::super::NoteKind;
use super::*;

const CONF: &str = "/opt/graphite/conf";

fn loaded(text: &str) -> Loaded {
    read(text, Path::new(CONF), None).unwrap_or_else(|error| panic!("{error}"))
}

fn notes(loaded: &Loaded) -> Vec<String> {
    loaded.notes.iter().map(ToString::to_string).collect()
}

fn refused(text: &str) -> String {
    read(text, Path::new(CONF), None).expect_err(text).to_string()
}

#[test]
fn what_carbon_has_not_is_off_and_data_is_where_carbon_keeps_it() {
    let loaded = loaded("[cache]\n");
    let config = &loaded.config;
    assert_eq!(config.data, Some(PathBuf::from("/opt/graphite/storage/whisper")));
    assert!(config.statsd.is_empty());
    assert_eq!(config.admin.to_string(), "off");
    assert_eq!(config.http, Config::default().http);
    assert!(
        notes(&loaded)[0].starts_with("line 1: points are kept in /opt/graphite/storage/whisper;")
    );
}

#[test]
fn folders_are_put_together_as_python_does() {
    let text = "[cache]\nSTORAGE_DIR = /var/lib/carbon\nLOCAL_DATA_DIR = %(STORAGE_DIR)s/whisper/";
    assert_eq!(loaded(text).config.data, Some(PathBuf::from("/var/lib/carbon/whisper/")));
    let text = "[cache]\nSTORAGE_DIR = /var/lib/carbon";
    assert_eq!(loaded(text).config.data, Some(PathBuf::from("/var/lib/carbon/whisper")));
    let text = "[cache]\nLOCAL_DATA_DIR = %(GRAPHITE_ROOT)s/data";
    assert_eq!(loaded(text).config.data, Some(PathBuf::from("/opt/graphite/data")));
    // Nobody means this; it ends all the same.
    let text =
        "[cache]\nSTORAGE_DIR = %(STORAGE_DIR)s%(STORAGE_DIR)s\nLOCAL_DATA_DIR = %(STORAGE_DIR)s/x";
    assert!(read(text, Path::new(CONF), None).is_ok());
}

#[test]
fn an_instance_says_what_is_else_there() {
    let text = "[cache]\nCARBON_METRIC_INTERVAL = 30\nCARBON_METRIC_PREFIX = own\n\
                [cache:b]\nCARBON_METRIC_INTERVAL = 90";
    let own = read(text, Path::new(CONF), Some("b")).unwrap();
    assert_eq!(own.config.carbon_metrics.interval, Duration::from_secs(90));
    assert_eq!(own.config.carbon_metrics.prefix, "own");
    assert_eq!(own.config.carbon_metrics.instance, "b");

    let first = loaded(text);
    assert_eq!(first.config.carbon_metrics.interval, Duration::from_secs(30));
    assert_eq!(first.config.carbon_metrics.instance, "a");
    let expected = "line 4: [cache:b] is another instance's; --instance says whose file to make";
    assert_eq!(notes(&first).last().map(String::as_str), Some(expected));

    let error = read(text, Path::new(CONF), Some("c")).unwrap_err().to_string();
    assert_eq!(error, "no section is that of instance c, such as [cache:c]");
}

#[test]
fn mistakes_have_their_lines() {
    for (text, expected) in [
        ("", "no section is [cache], [aggregator] or [relay]: this is no carbon.conf"),
        (
            "[stats]\npattern = x",
            "no section is [cache], [aggregator] or [relay]: this is no carbon.conf",
        ),
        ("X = 1\n[cache]", "line 1: X stands in front of the first [section]"),
        ("[cache]\nwhat", "line 2: `what` is neither `[section]` nor `KEY = value`"),
        ("[cache]\n[cache]", "line 2: [cache] stands there twice, first in line 1"),
        ("[cache]\nUSER = a\nuser = b", "line 3: USER stands there twice, first in line 2"),
        (
            "[cache]\nUSE_WHITELIST = maybe",
            "line 2: USE_WHITELIST: `maybe` is neither True nor False",
        ),
        ("[cache]\nLINE_RECEIVER_PORT = 70000", "line 2: LINE_RECEIVER_PORT: 70000 is no port"),
        (
            "[cache]\nCARBON_METRIC_INTERVAL = often",
            "line 2: CARBON_METRIC_INTERVAL: `often` is no whole number from 0",
        ),
        (
            "[aggregator]\nMAX_AGGREGATION_INTERVALS = 2000",
            "line 2: carbon_rules.intervals: 2000 is above 1000",
        ),
        (
            "[cache]\nLOCAL_DATA_DIR = x\nUSE_WHITELIST = x\nLINE_RECEIVER_PORT = x",
            "line 3: USE_WHITELIST: `x` is neither True nor False\n\
             line 4: LINE_RECEIVER_PORT: `x` is no whole number from 0",
        ),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
}

#[test]
fn files_that_stand_beside_it_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for name in ["whitelist.conf", "aggregation-rules.conf", "own-rewrite.conf"] {
        fs::write(at(name), "").unwrap();
    }
    let text = "[cache]\nUSE_WHITELIST = True\n[aggregator]\nREWRITE_RULES = own-rewrite.conf\n\
                FORWARD_ALL = no\nMAX_AGGREGATION_INTERVALS = 3\nWRITE_BACK_FREQUENCY = 20\n\
                DESTINATIONS = 127.0.0.1:2004";
    let loaded = read(text, folder.path(), None).unwrap();
    let rules = &loaded.config.carbon_rules;
    assert_eq!(rules.whitelist, Some(at("whitelist.conf")));
    assert_eq!(rules.blacklist, None);
    assert_eq!(rules.aggregation, Some(at("aggregation-rules.conf")));
    assert_eq!(rules.rewrite, Some(at("own-rewrite.conf")));
    assert_eq!((rules.intervals, rules.forward_all), (3, false));
    assert_eq!(rules.write_back, Some(Duration::from_secs(20)));
    let notes = notes(&loaded);
    assert!(notes.iter().any(|note| note.contains("blacklist.conf is not there")), "{notes:?}");
    assert!(!notes.iter().any(|note| note.contains("DESTINATIONS")), "{notes:?}");
}

#[test]
fn what_has_no_counterpart_says_what_there_is_instead() {
    let text = "[cache]\nMAX_UPDATES_PER_SECOND = 500\nENABLE_AMQP = True\nENABLE_AMQPX = 1\n\
                MAX_CACHE_SIZEE = 1\nDATABASE = ceres\n[webapp]\nX = 1";
    let loaded = loaded(text);
    let notes = notes(&loaded);
    for expected in [
        "line 2: MAX_UPDATES_PER_SECOND has no effect: writing is paced by time, and what is not \
         written yet is in the journal",
        "line 3: ENABLE_AMQP has no effect: there is no AMQP: let a consumer of the queue send lines \
         over TCP",
        "line 5: unknown option MAX_CACHE_SIZEE: it has no effect; did you mean MAX_CACHE_SIZE?",
        "line 6: DATABASE has no effect: files are Whisper's, and no others",
        "line 7: [webapp] is no section of carbon's: it has no effect",
    ] {
        assert!(notes.iter().any(|note| note == expected), "{expected}\n{notes:#?}");
    }
    let unknown = loaded.notes.iter().find(|note| note.line == 5).unwrap();
    assert_eq!(unknown.kind, NoteKind::Warning);
}

#[test]
fn what_is_not_sent_on_is_said_with_its_options_and_lines() {
    let text = "[cache]\nLINE_RECEIVER_PORT = 2003\n[relay]\nLINE_RECEIVER_PORT = 2013\n\
                PICKLE_RECEIVER_PORT = 0\nRELAY_METHOD = rules\nREPLICATION_FACTOR = 2\n\
                DESTINATIONS = 127.0.0.1:2004, 10.0.0.1:2004\nRELAY_METHODE = rules\n\
                [aggregator]\nDESTINATIONS = graphite.example.org:2004\nMAX_QUEUE_SIZE = 5";
    let loaded = loaded(text);
    let notes = notes(&loaded);
    let kept = "points are kept in this server's store and sent nowhere else; to send them on, keep \
                carbon-relay or carbon-c-relay in front of it";
    for expected in [
        "line 4: LINE_RECEIVER_PORT of [relay] has no effect: nothing listens on 2013 for it; send to \
         the cache's ports what went there",
        &format!(
            "line 8: DESTINATIONS of [relay] has no effect, nor have RELAY_METHOD (line 6), \
             REPLICATION_FACTOR (line 7): {kept}"
        ),
        "line 9: unknown option RELAY_METHODE: it has no effect",
        &format!(
            "line 11: DESTINATIONS of [aggregator] has no effect, nor have MAX_QUEUE_SIZE (line 12): {kept}"
        ),
    ] {
        assert!(notes.iter().any(|note| note.starts_with(expected)), "{expected}\n{notes:#?}");
    }
    let warnings = loaded.notes.iter().filter(|note| note.kind == NoteKind::Warning);
    assert_eq!(warnings.map(|note| note.line).collect::<Vec<_>>(), [8, 9, 11]);
}

#[test]
fn a_relay_to_caches_of_the_same_machine_is_not_missed() {
    let text = "[relay]\nDESTINATIONS = 127.0.0.1:2004:a, localhost:2104:b, [::1]:2204:c\nRELAY_METHOD = rules";
    let loaded = loaded(text);
    let expected = "line 1: [relay] has no effect, nor have RELAY_METHOD (line 3): what arrives goes through \
                    the rules to the store in one process, which needs no relay between";
    assert!(notes(&loaded).iter().any(|note| note == expected), "{:#?}", notes(&loaded));
    assert!(loaded.notes.iter().all(|note| note.kind == NoteKind::Note));
}

#[test]
fn files_of_series_with_tags_are_called_as_before() {
    for (text, is_hashed) in
        [("", true), ("TAG_HASH_FILENAMES = True", true), ("TAG_HASH_FILENAMES = False", false)]
    {
        let loaded = loaded(&format!("[cache]\n{text}"));
        assert_eq!(loaded.config.store.tag_hash_filenames, is_hashed, "{text}");
        assert_eq!(loaded.notes.len(), 1, "{:?}", notes(&loaded));
    }
}

/// Every option of carbon's sample file, at its value there: none is unknown.
#[test]
fn every_option_of_carbons_sample_file_is_known() {
    const OPTIONS: &str = include_str!("sample_options.txt");
    let mut text = String::new();
    for line in OPTIONS.lines().filter(|line| !line.starts_with('#')) {
        text.push_str(line);
        text.push('\n');
    }
    assert!(text.lines().count() > 100);
    let loaded = loaded(&text);
    let unknown: Vec<_> =
        notes(&loaded).into_iter().filter(|note| note.contains("unknown option")).collect();
    assert_eq!(unknown, [""; 0]);
}

#[test]
fn what_is_converted_is_read_as_the_same() {
    let text = "[cache]\nCARBON_METRIC_INTERVAL = 0\n[aggregator]\nFORWARD_ALL = False";
    let config = loaded(text).config;
    assert_eq!(Config::parse(&config.to_toml().unwrap()).unwrap(), config);
}
