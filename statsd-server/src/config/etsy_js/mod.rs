//! etsy's `config.js`, read without a JavaScript engine: text → values → [`Config`](super::Config).
//! May not know TOML, flags or any part of the server. Nothing is run: a file that computes its values is
//! refused with the place, and with what to write instead.
//!
//! What is read: comments; `{…}` alone, in parentheses, or behind `module.exports =`; keys with and
//! without quotes; texts in `'…'`, `"…"` and `` `…` `` without `${`; numbers in every base; `true`,
//! `false`, `null`, `undefined`; lists and objects, with a comma at their end or without; arithmetic
//! with numbers that stand there, and texts joined with `+`.
//!
//! `scan` finds the places, `text` and `number` read literals, `parse` puts them together and `refuse`
//! explains what is none of it. `keys` takes values by their keys, `meaning` and its neighbours
//! `servers`, `outputs` and `proxy` say what each means.

mod keys;
mod meaning;
mod number;
mod outputs;
mod parse;
mod proxy;
mod refuse;
mod scan;
mod servers;
mod text;
mod value;

use super::{ConfigError, Format, Loaded, Note, NoteKind};
use keys::Remark;
use value::Mistake;

/// Reads the text of a `config.js`.
///
/// What its file leaves open is as with etsy's StatsD, with these exceptions: the admin console listens
/// on this machine alone. What etsy's does not have is off: nothing is stored, and no page is served. A
/// file with `nodes` is that of a relay, as etsy's `proxy.js` takes it.
///
/// ```
/// use statsd_server::config::etsy_js;
///
/// let loaded = etsy_js::read("{ port: 9125, flushInterval: 60 * 1000, backends: ['./backends/console'] }")?;
/// assert_eq!(loaded.config.statsd[0].to_string(), "udp 0.0.0.0:9125");
/// assert_eq!(loaded.config.flush_interval.as_secs(), 60);
///
/// let refused = etsy_js::read("{\n  graphiteHost: process.env.CARBON\n}").unwrap_err();
/// assert!(refused.to_string().starts_with("line 2, column 17: `process.env.CARBON` is not read here"));
/// # Ok::<(), statsd_server::config::ConfigError>(())
/// ```
///
/// # Errors
/// Every value that is not understood, with its line and column; of texts that cannot be taken apart
/// the first such place.
pub fn read(text: &str) -> Result<Loaded, ConfigError> {
    let root = parse::parse(text).map_err(|mistake| error(text, mistake))?;
    let (config, mut mistakes, mut remarks) = meaning::config(&root, text.len());
    if mistakes.is_empty()
        && let Err(wrong) = super::validate::check(&config)
    {
        let at = root.at_of(wrong.key);
        mistakes.push(Mistake { at, message: format!("{}: {}", wrong.key, wrong.message) });
    }
    mistakes.sort_by_key(|mistake| mistake.at);
    if let Some(errors) =
        ConfigError::all(mistakes.into_iter().map(|mistake| error(text, mistake)).collect())
    {
        return Err(errors);
    }
    remarks.sort_by_key(|remark| remark.at);
    let notes = remarks.into_iter().map(|remark| note(text, remark)).collect();
    Ok(Loaded { config, format: Format::EtsyJs, notes })
}

fn error(text: &str, mistake: Mistake) -> ConfigError {
    let (line, column) = place(text, mistake.at);
    ConfigError::Text { path: None, line, column, message: one_line(&mistake.message) }
}

fn note(text: &str, remark: Remark) -> Note {
    let (line, column) = place(text, remark.at);
    let kind = if remark.is_warning { NoteKind::Warning } else { NoteKind::Note };
    Note { kind, line, column, message: one_line(&remark.message) }
}

/// Messages show pieces of the file, and a text in it may hold what breaks a line or moves a cursor.
fn one_line(message: &str) -> String {
    message.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// Line and character, from 1, of a byte.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = 1 + before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, 1 + before[start..].chars().count())
}

#[cfg(test)]
mod tests;
