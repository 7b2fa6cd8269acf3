//! `whisper info`: what a header says.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};
use statsd_whisper::{Archive, Header, Retention};

use super::decimal;
use super::open::{File, open};
use crate::cli::terminal::print;
use crate::cli::{Failure, table};

/// Bytes of a slot.
const SLOT_BYTES: u64 = 12;

/// The arguments of `whisper info`.
#[derive(Debug, Args)]
pub(super) struct Info {
    #[command(flatten)]
    file: File,
    /// Print one field alone: aggregationMethod, maxRetention, xFilesFactor, archives or fileSize.
    #[arg(value_name = "FIELD")]
    field: Option<String>,
    /// Print JSON, with the names that Python's whisper-info.py has.
    #[arg(long)]
    json: bool,
}

impl Info {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let path = &self.file.path;
        let file = open(path)?;
        let bytes =
            fs_err::metadata(path).map_err(|error| Failure::Outside(error.to_string()))?.len();
        let fields = fields(file.header(), bytes);
        if let Some(field) = &self.field {
            let Some(value) = fields.get(field) else {
                let known =
                    fields.as_object().into_iter().flat_map(|fields| fields.keys().cloned());
                let known = known.collect::<Vec<_>>().join(", ");
                return Err(Failure::Input(format!("no field is called {field:?}, but {known}")));
            };
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            return print(&format!("{text}\n"));
        }
        if self.json {
            return print(&format!("{fields:#}\n"));
        }
        print(&format!("{}\n{}", path.display(), text(file.header(), bytes)))
    }
}

/// As Python has them.
fn fields(header: &Header, bytes: u64) -> Value {
    let archives = header.archives().iter().map(|archive| {
        let retention = archive.retention();
        json!({
            "offset": archive.offset(),
            "secondsPerPoint": retention.seconds_per_point,
            "points": retention.points,
            "retention": retention.seconds(),
            "size": size(archive),
        })
    });
    json!({
        "aggregationMethod": header.method().name(),
        "maxRetention": header.max_retention(),
        "xFilesFactor": decimal(header.x_files_factor()),
        "archives": archives.collect::<Vec<_>>(),
        "fileSize": bytes,
    })
}

/// For people; of the header alone, so that `dump` has it, too.
pub(super) fn text(header: &Header, bytes: u64) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _written = writeln!(text, "  {name:<18}  {value}");
    };
    line("aggregation method", header.method().name().to_owned());
    line("xFilesFactor", header.x_files_factor().to_string());
    line("max retention", duration(header.max_retention().into()));
    line("file size", format!("{bytes} bytes"));
    let mut rows =
        vec![["archive", "step", "points", "retention", "offset", "size"].map(str::to_owned)];
    for (number, archive) in header.archives().iter().enumerate() {
        let Retention { seconds_per_point, points } = archive.retention();
        rows.push([
            number.to_string(),
            duration(seconds_per_point.into()),
            points.to_string(),
            duration(archive.retention().seconds()),
            archive.offset().to_string(),
            size(archive).to_string(),
        ]);
    }
    text.push('\n');
    text.push_str(&table::aligned(&rows, "  "));
    text
}

fn size(archive: &Archive) -> u64 {
    u64::from(archive.retention().points) * SLOT_BYTES
}

/// In the largest unit that divides it, as retentions are written.
pub(super) fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 6] =
        [(31_536_000, "y"), (604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let unit = UNITS.iter().find(|(unit, _)| seconds >= *unit && seconds.is_multiple_of(*unit));
    unit.map_or_else(|| format!("{seconds}s"), |(unit, name)| format!("{}{name}", seconds / unit))
}
