//! `whisper create`: a file without points, or how large it would be.

use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use statsd_whisper::{
    AggregationMethod, Allocation, CreateOptions, Header, Retention, Whisper, parse_retentions,
};

use super::info;
use super::open::{Writing, failed};
use crate::cli::Failure;
use crate::cli::terminal::print;

/// Bytes that most file systems give at once.
const BLOCK_BYTES: u64 = 4_096;

/// The arguments of `whisper create`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag")]
#[command(
    after_help = "A retention is STEP:POINTS, or with units STEP:LENGTH: 60:1440 and 60s:1d are a day of minutes."
)]
pub(super) struct Create {
    /// The Whisper file, left out with --estimate, and its retentions, each an argument or all with
    /// commas: 10s:6h 1m:7d or 10s:6h,1m:7d.
    #[arg(value_name = "PATH RETENTION", required = true)]
    arguments: Vec<String>,
    /// The share of fine values that must be known before a coarse one is written.
    #[arg(long, visible_alias = "xFilesFactor", value_name = "SHARE", default_value_t = 0.5)]
    x_files_factor: f32,
    /// How fine values become coarse ones.
    #[arg(
        long,
        visible_alias = "aggregationMethod",
        value_name = "METHOD",
        default_value = "average"
    )]
    aggregation_method: AggregationMethod,
    /// Replace a file that there is, with all that is in it.
    #[arg(long)]
    overwrite: bool,
    /// Say how large the file would be, and make none.
    #[arg(long, conflicts_with_all = ["overwrite", "sparse", "fallocate"])]
    estimate: bool,
    /// Take room on the disk when points are written (which is what happens without a flag).
    #[arg(long, conflicts_with = "fallocate")]
    sparse: bool,
    /// Take all room on the disk now, so that no full disk stops a point later.
    #[arg(long)]
    fallocate: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    writing: Writing,
}

impl Create {
    pub(super) fn execute(self) -> Result<(), Failure> {
        if self.estimate {
            let header = self.header(&self.arguments)?;
            return print(&if self.json { estimate_json(&header) } else { estimate(&header) });
        }
        let Some((path, retentions)) =
            self.arguments.split_first().filter(|(_, list)| !list.is_empty())
        else {
            return Err(Failure::Input("a path and at least one retention are needed".to_owned()));
        };
        let path = Path::new(path);
        let header = self.header(retentions)?;
        let _alone = self.writing.alone(path)?;
        let replaces = self.overwrite && fs_err::symlink_metadata(path).is_ok();
        self.make(path, &header, replaces)?;
        let bytes = header.file_bytes();
        if self.json {
            let path = path.display().to_string();
            return print(&format!("{}\n", serde_json::json!({ "path": path, "fileSize": bytes })));
        }
        let done = if replaces { "replaced" } else { "created" };
        print(&format!("{}: {done} ({bytes} bytes)\n", path.display()))
    }

    fn header(&self, retentions: &[String]) -> Result<Header, Failure> {
        let archives = parse_retentions(&retentions.join(",")).map_err(failed)?;
        Header::new(&archives, self.aggregation_method, self.x_files_factor).map_err(failed)
    }

    fn make(&self, path: &Path, header: &Header, replaces: bool) -> Result<(), Failure> {
        let allocation = if self.fallocate { Allocation::Preallocated } else { Allocation::Sparse };
        let options = CreateOptions { allocation, ..CreateOptions::default() };
        if !replaces {
            Whisper::create_with(path, header, options).map_err(failed)?;
            return Ok(());
        }
        // In the place of the old one when it is whole.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let folder = tempfile::Builder::new()
            .prefix(".create-")
            .tempdir_in(parent.unwrap_or(Path::new(".")));
        let folder =
            folder.map_err(|error| Failure::outside(&path.display().to_string(), error))?;
        let new = folder.path().join("series");
        Whisper::create_with(&new, header, options).map_err(failed)?;
        fs_err::rename(new, path).map_err(|error| Failure::Outside(error.to_string()))
    }
}

/// Bytes on a disk that gives whole blocks.
fn on_disk(header: &Header) -> u64 {
    header.file_bytes().next_multiple_of(BLOCK_BYTES)
}

fn estimate(header: &Header) -> String {
    let mut text = String::new();
    for (number, archive) in header.archives().iter().enumerate() {
        let Retention { seconds_per_point, points } = archive.retention();
        let (step, all) = (
            info::duration(seconds_per_point.into()),
            info::duration(archive.retention().seconds()),
        );
        // Writing to a `String` cannot fail.
        let _written = writeln!(text, "archive {number}: {points} points of {step}, {all}");
    }
    let bytes = on_disk(header);
    let _written =
        writeln!(text, "a file has {} bytes, and {bytes} of a disk", header.file_bytes());
    for thousands in [1, 10, 100, 1_000] {
        let size = human(bytes.saturating_mul(thousands * 1_000));
        let _written = writeln!(text, "{:>9} series: {size:>10}", thousands * 1_000);
    }
    text
}

fn estimate_json(header: &Header) -> String {
    let archives: Vec<_> =
        header.archives().iter().map(|archive| archive.retention().to_string()).collect();
    let told = serde_json::json!({
        "archives": archives, "fileSize": header.file_bytes(), "diskSize": on_disk(header),
    });
    format!("{told}\n")
}

/// Bytes as people read them.
fn human(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = bytes as f64;
    let mut units = UNITS.iter().peekable();
    while let Some(unit) = units.next() {
        if value < 1024.0 || units.peek().is_none() {
            return format!("{value:.1} {unit}");
        }
        value /= 1024.0;
    }
    format!("{bytes} bytes")
}
