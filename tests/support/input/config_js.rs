//! Any text as etsy's `config.js`.

use statsd_server::config::{Config, etsy_js};
use statsd_server::limits::CONFIG_NOTES_MAX;

/// Bytes that are said of one mistake at most: what stands there is shortened, so this is generous.
const SAID_MAX_BYTES: usize = 4_096;

/// Checks what must hold of every text; bytes that are none are no text that a file is read as.
///
/// # Panics
/// It does not hold.
pub fn config_js(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match etsy_js::read(text) {
        Ok(loaded) => {
            // One more says how many more there are.
            assert!(loaded.notes.len() <= CONFIG_NOTES_MAX + 1, "{} notes", loaded.notes.len());
            for note in &loaded.notes {
                bounded(&note.to_string());
            }
            loaded.config.validate().expect("what is accepted is within its ranges");
            let toml = loaded.config.to_toml().expect("what is accepted can be written");
            let again = Config::parse(&toml).unwrap_or_else(|error| panic!("{error} in\n{toml}"));
            assert_eq!(again, loaded.config, "{toml}");
        }
        Err(error) => {
            let said = error.to_string();
            assert!(said.contains("line ") && said.contains("column "), "no place: {said}");
            let lines: Vec<&str> = said.lines().collect();
            assert!(lines.len() <= CONFIG_NOTES_MAX + 1, "{} mistakes", lines.len());
            lines.into_iter().for_each(bounded);
        }
    }
}

fn bounded(said: &str) {
    assert!(!said.is_empty() && said.len() <= SAID_MAX_BYTES, "{} bytes: {said:.200}", said.len());
    assert!(!said.contains(['\n', '\r']), "more than a line: {said:?}");
}
