//! Round after round over all rows and servers, and what came of it. May not know how a number comes
//! about. Its output ends on the terminal.

mod options;
mod rounds;
mod text;

use std::io;

use crate::contender;
use crate::process::Cores;
use options::Options;

/// Does what the command line's words ask for.
pub(crate) fn run(words: &[String], out: &mut impl io::Write) -> Result<(), String> {
    let options = Options::read(words)?;
    let cores = Cores::divide().map_err(|error| error.to_string())?;
    let mut notes = Vec::new();
    if !cores.are_two() {
        notes.push("The server shares its core with the load: these figures mean nothing.".into());
    }
    if options.is_quick {
        notes.push(
            "Quick: smaller numbers than the titles say, in one round; not to be quoted.".into(),
        );
    }
    let here: Vec<_> = contender::ALL
        .into_iter()
        .filter(|contender| match (contender.find)() {
            Ok(_) => true,
            Err(reason) => {
                notes.push(format!("{} is left out: {reason}", contender.title));
                false
            }
        })
        .collect();
    let findings = rounds::all(&here, &options, cores);
    let text = text::render(&findings, &here, &notes, &options);
    out.write_all(text.as_bytes()).map_err(|error| error.to_string())?;
    if findings.failures.is_empty() { Ok(()) } else { Err(findings.failures.join("\n")) }
}
