//! The XML of `rrdtool dump`. What it says of numbers has eleven digits, so the native file is the
//! better source where both are at hand.
#![cfg_attr(
    not(test),
    deny(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

use super::xml::{Token, Tokens};
use super::{Database, Function, RoundRobin, RrdError, Source, row_seconds, shown};
use crate::limits::{RRD_ARCHIVES_MAX, RRD_SOURCES_MAX, RRD_XML_DEPTH_MAX};

/// A `<rra>` as far as it is read.
#[derive(Default)]
struct Archive {
    function: Option<String>,
    per_row: Option<u64>,
    may_be_unknown: Option<f64>,
    values: Vec<f64>,
    /// Rows, those of functions that are skipped among them.
    rows: usize,
    /// Values of the row that is open.
    in_row: usize,
}

#[derive(Default)]
struct Reader<'a> {
    path: Vec<&'a str>,
    step: Option<u64>,
    updated: Option<u32>,
    /// Names and types.
    sources: Vec<(Option<String>, Option<String>)>,
    archive: Archive,
    archives: usize,
    round_robins: Vec<RoundRobin>,
    skipped: Vec<String>,
}

pub(super) fn read(text: &str) -> Result<Database, RrdError> {
    let mut tokens = Tokens::new(text);
    let mut reader = Reader::default();
    let mut is_whole = false;
    while let Some(token) = tokens.next()? {
        if is_whole {
            return Err(tokens.error("something stands behind the end of <rrd>"));
        }
        let done = match token {
            Token::Open(name) => reader.open(name),
            Token::Text(text) => reader.text(text),
            Token::Close(name) => reader.close(name),
        };
        done.map_err(|problem| tokens.error(problem))?;
        is_whole = reader.path.is_empty();
    }
    if !is_whole {
        return Err(tokens.error("the text ends before </rrd>"));
    }
    reader.finish().map_err(|problem| tokens.error(problem))
}

impl<'a> Reader<'a> {
    fn open(&mut self, name: &'a str) -> Result<(), String> {
        if self.path.is_empty() && name != "rrd" {
            return Err(format!("<{}> where <rrd> is to be", shown(name)));
        }
        if self.path.len() >= RRD_XML_DEPTH_MAX {
            return Err(format!("elements stand more than {RRD_XML_DEPTH_MAX} deep"));
        }
        self.path.push(name);
        match self.path.as_slice() {
            ["rrd", "ds"] if self.sources.len() >= RRD_SOURCES_MAX => {
                Err(format!("more than {RRD_SOURCES_MAX} sources"))
            }
            ["rrd", "ds"] if self.archives > 0 => Err("a source behind an archive".to_owned()),
            ["rrd", "ds"] => {
                self.sources.push((None, None));
                Ok(())
            }
            ["rrd", "rra"] if self.archives >= RRD_ARCHIVES_MAX => {
                Err(format!("more than {RRD_ARCHIVES_MAX} archives"))
            }
            ["rrd", "rra"] => {
                self.archives = self.archives.saturating_add(1);
                self.archive = Archive::default();
                Ok(())
            }
            ["rrd", "rra", "database", "row"] => {
                self.archive.in_row = 0;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let archive = &mut self.archive;
        match self.path.as_slice() {
            ["rrd", "step"] => self.step = Some(number(text)?),
            ["rrd", "lastupdate"] => {
                let problem =
                    || format!("the last update, {}, is no time before 2106", shown(text));
                self.updated = Some(text.parse().map_err(|_| problem())?);
            }
            ["rrd", "ds", "name"] => {
                if let Some((name, _)) = self.sources.last_mut() {
                    *name = Some(unescaped(text)?);
                }
            }
            ["rrd", "ds", "type"] => {
                if let Some((_, kind)) = self.sources.last_mut() {
                    *kind = Some(unescaped(text)?);
                }
            }
            ["rrd", "rra", "cf"] => archive.function = Some(unescaped(text)?),
            ["rrd", "rra", "pdp_per_row"] => archive.per_row = Some(number(text)?),
            // The second is where dumps of version 1 have it.
            ["rrd", "rra", "params", "xff"] | ["rrd", "rra", "xff"] => {
                archive.may_be_unknown = Some(value(text)?);
            }
            ["rrd", "rra", "database", "row", "v"] => {
                let function = archive.function.as_deref();
                let function = function.ok_or("rows before the function of their archive")?;
                let value = value(text)?;
                archive.in_row = archive.in_row.saturating_add(1);
                if Function::from_name(function).is_some() {
                    archive.values.push(value);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        let open = self.path.last().copied().unwrap_or_default();
        if open != name {
            return Err(format!("</{name}> where <{open}> is open"));
        }
        match self.path.as_slice() {
            ["rrd", "rra", "database", "row"] => {
                let (values, sources) = (self.archive.in_row, self.sources.len());
                if values != sources {
                    return Err(format!("a row of {values} values for {sources} sources"));
                }
                self.archive.rows = self.archive.rows.saturating_add(1);
            }
            ["rrd", "rra"] => self.close_archive()?,
            _ => {}
        }
        self.path.pop();
        Ok(())
    }

    fn close_archive(&mut self) -> Result<(), String> {
        let archive = std::mem::take(&mut self.archive);
        let name = archive.function.ok_or("an archive without <cf>")?;
        let per_row = archive.per_row.ok_or("an archive without <pdp_per_row>")?;
        let step = self.step.ok_or("an archive before <step>")?;
        if archive.rows == 0 {
            return Err("an archive of no rows".to_owned());
        }
        let step = row_seconds(step, per_row)?;
        match Function::from_name(&name) {
            Some(function) => self.round_robins.push(RoundRobin {
                function,
                step,
                may_be_unknown: archive.may_be_unknown.unwrap_or(f64::NAN),
                values: archive.values,
            }),
            None => self.skipped.push(name),
        }
        Ok(())
    }

    fn finish(self) -> Result<Database, String> {
        let updated = self.updated.ok_or("no <lastupdate>")?;
        if self.sources.is_empty() || self.archives == 0 {
            return Err(format!("{} sources and {} archives", self.sources.len(), self.archives));
        }
        let sources = self.sources.into_iter().map(|(name, kind)| {
            let name = name.filter(|name| !name.contains(char::is_control));
            let name = name.ok_or("a source without a name")?;
            Ok(Source { name, kind: kind.unwrap_or_default() })
        });
        let sources = sources.collect::<Result<Vec<_>, &str>>()?;
        let Self { round_robins, skipped, .. } = self;
        Ok(Database { updated, sources, round_robins, skipped })
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{} is no number", shown(text)))
}

/// A number as C writes it, `-nan` and `inf` among them.
fn value(text: &str) -> Result<f64, String> {
    text.parse().map_err(|_| format!("{} is no number", shown(text)))
}

/// A name, with the five entities that every XML has. RRDtool allows letters, digits, `_` and `-`; of
/// functions and types likewise.
fn unescaped(text: &str) -> Result<String, String> {
    const NAME_MAX_BYTES: usize = 255;
    if text.len() > NAME_MAX_BYTES {
        return Err(format!("{} is longer than {NAME_MAX_BYTES} bytes", shown(text)));
    }
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&amp;", "&")];
    let name = plain.iter().fold(text.to_owned(), |text, (entity, c)| text.replace(entity, c));
    if name.contains(char::is_control) {
        return Err(format!("{} has control characters", shown(text)));
    }
    Ok(name)
}

#[cfg(test)]
mod tests;
