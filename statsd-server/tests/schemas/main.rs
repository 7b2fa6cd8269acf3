//! Carbon's own files, read as carbon reads them: of each of a thousand names the same section holds.

use std::path::Path;

use serde_json::Value;
use statsd_server::app::schemas;
use statsd_server::config::Config;
use statsd_whisper::Retention;

/// What `make.py` recorded of carbon's own code; it says of which.
const RECORDED: &str = include_str!("recorded.json");

#[test]
fn of_every_name_the_section_holds_that_carbon_chooses() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas");
    let text = format!(
        "[store]\nschemas = '{}'\naggregation = '{}'",
        folder.join("storage-schemas.conf").display(),
        folder.join("storage-aggregation.conf").display()
    );
    let schemas = schemas(&Config::parse(&text).unwrap()).unwrap();
    let recorded: Value = serde_json::from_str(RECORDED).unwrap();
    let cases = recorded["cases"].as_object().unwrap();
    assert!(cases.len() > 1_000);
    for (name, case) in cases {
        let rule = schemas.rule_of(name);
        // Where nothing fits, carbon has a section of its own, and we have ours.
        assert_eq!(rule.map_or("default", |rule| &rule.name), case[0], "{name}");
        if let Some(rule) = rule {
            let archives: Vec<_> = rule.retentions.iter().map(Retention::to_string).collect();
            assert_eq!(archives.join(","), case[1], "{name}");
        }
        let rule = schemas.aggregation_of(name);
        assert_eq!(rule.map_or("default", |rule| &rule.name), case[2], "{name}");
        if let Some(rule) = rule {
            // What a section leaves open is chosen by carbon's library.
            let method = case[3].as_str().unwrap_or("average");
            assert_eq!(rule.method.unwrap().name(), method, "{name}");
            let factor = case[4].as_f64().unwrap_or(0.5);
            assert!((f64::from(rule.x_files_factor.unwrap()) - factor).abs() < 1e-6, "{name}");
        }
    }
}
