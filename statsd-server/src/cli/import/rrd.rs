//! `statsd-server import rrd`: RRDtool's databases → a Whisper file for each source and function.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;
use statsd_whisper::Whisper;

use super::files::{Source, find};
use super::names;
use super::report::{FileReport, SeriesReport};
use crate::cli::folder::{self, Held};
use crate::cli::progress::Progress;
use crate::cli::terminal::print;
use crate::cli::{Failure, told, warn};
use crate::limits::RRD_FILE_MAX_BYTES;
use crate::rrd::{self, Database, Function, Series};
use crate::store::SeriesName;

/// What holds for all of it.
const RULES: &str = "\
A series is called PREFIX.FILE, with the source's name behind it where a file has several. AVERAGE is
the series itself; MIN, MAX and LAST are FILE.min, FILE.max and FILE.last beside it. Of a folder, the
folders below it are nodes of the name, too; dots and spaces in them become _.

RRDtool stamps a row with the end of what it covers and Whisper with the start, so the row that
`rrdtool fetch` shows at t becomes the point at t - step. Counters stay the rates that RRDtool made of
them. Archives whose steps do not divide each other are resampled, those that reach no farther back
than a finer one are left out, and both is said; archives of predictions (HWPREDICT …) hold no values.

Native files are read as 64-bit little-endian machines write them. For those of other machines, let
`rrdtool dump` write the XML there.";

/// The arguments of `import rrd`.
#[derive(Debug, Args)]
#[command(after_help = RULES)]
pub(super) struct Rrd {
    /// Databases, what `rrdtool dump` has written of them, or folders of both.
    #[arg(required = true, value_name = "FILE|DIR")]
    files: Vec<PathBuf>,
    /// The data folder of a server, which must not run meanwhile.
    #[arg(long, value_name = "DIR", conflicts_with = "into", required_unless_present_any = ["into", "dry_run"])]
    data: Option<PathBuf>,
    /// Another folder, for files that are moved or served later.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// What all names begin with: hosts.web1.
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// What to call the series of a single file, instead of by its name.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The functions to import [default: all].
    #[arg(long = "cf", value_name = "CF", value_delimiter = ',', ignore_case = true)]
    functions: Vec<Cf>,
    /// Replace series that there are.
    #[arg(long)]
    overwrite: bool,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    /// Say it as JSON.
    #[arg(long)]
    json: bool,
}

/// A consolidation function, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Cf {
    Average,
    Min,
    Max,
    Last,
}

impl Cf {
    fn function(self) -> Function {
        match self {
            Self::Average => Function::Average,
            Self::Min => Function::Min,
            Self::Max => Function::Max,
            Self::Last => Function::Last,
        }
    }
}

impl Rrd {
    pub(super) fn execute(self) -> Result<(), Failure> {
        let sources = find(&self.files)?;
        if self.name.is_some() && sources.len() > 1 {
            let count = sources.len();
            return Err(Failure::Input(format!("--name is for one file, and there are {count}")));
        }
        let _held = self.hold()?;
        let mut names = HashSet::new();
        let mut reports = Vec::new();
        let mut totals = Totals::default();
        let mut progress = Progress::new("importing", sources.len() as u64);
        for source in sources {
            let mut report = FileReport::new(source.path.clone());
            if let Err(failure) = self.import(&source, &mut names, &mut report) {
                progress.clear();
                warn(format_args!("{}: {failure}", source.path.display()));
                report.error = Some(failure);
            }
            totals.add(&report);
            if self.json {
                reports.push(report);
            } else {
                progress.clear();
                print(&report.text())?;
            }
            progress.advance(1);
        }
        progress.clear();
        if self.json {
            print(&format!("{}\n", serde_json::json!({ "files": reports })))?;
        } else {
            print(&totals.text(self.dry_run))?;
        }
        totals.failure()
    }

    /// Where the files go; nothing for a dry run that was told nothing.
    fn folder(&self) -> Option<&Path> {
        self.data.as_deref().or(self.into.as_deref())
    }

    /// Keeps a server from the folder for as long as this runs.
    fn hold(&self) -> Result<Option<Held>, Failure> {
        if self.dry_run {
            return Ok(None);
        }
        match (&self.data, &self.into) {
            (Some(data), _) => folder::take(data).map(Some),
            (None, Some(into)) => folder::beside(into).map(Some),
            (None, None) => Ok(None),
        }
    }

    fn import(
        &self,
        source: &Source,
        names: &mut HashSet<String>,
        report: &mut FileReport,
    ) -> Result<(), String> {
        let bytes = read(&source.path)?;
        let database = rrd::read(&bytes).map_err(|error| error.to_string())?;
        drop(bytes);
        report.updated = Some(database.updated);
        report.skipped.clone_from(&database.skipped);
        let asked = |series: &Series| {
            self.functions.is_empty()
                || self.functions.iter().any(|cf| cf.function() == series.function)
        };
        let all = rrd::series(&database);
        let mut functions: Vec<Function> = all.iter().map(|series| series.function).collect();
        functions.sort_unstable();
        functions.dedup();
        let base = self.name.clone().unwrap_or_else(|| names::base(&source.below));
        let wanted: Vec<_> = all.into_iter().filter(asked).collect();
        if wanted.is_empty() {
            return Err("it has no archive of a function that is asked for".to_owned());
        }
        for series in wanted {
            let name = names::name(self.prefix.as_deref(), &base, &database, &series, &functions);
            let name =
                SeriesName::parse(&name).map_err(|error| format!("the name {name:?}: {error}"))?;
            if !names.insert(name.as_str().to_owned()) {
                return Err(format!("another file has brought {} already", name.as_str()));
            }
            let path = self.folder().map(|folder| folder.join(name.relative_path()));
            let points = match &path {
                Some(path) if !self.dry_run => self.write(&database, &series, path)?,
                _ => count(&database, &series),
            };
            let source = &database.sources[series.source];
            report.series.push(SeriesReport {
                name: name.as_str().to_owned(),
                path,
                source: source.name.clone(),
                kind: source.kind.clone(),
                function: series.function.name(),
                archives: series
                    .archives
                    .iter()
                    .map(|archive| archive.retention.to_string())
                    .collect(),
                x_files_factor: series.x_files_factor,
                points,
                notes: series.notes,
            });
        }
        Ok(())
    }

    /// Makes the file, whole or not at all, and answers how many points are in it.
    fn write(&self, database: &Database, series: &Series, path: &Path) -> Result<usize, String> {
        if !self.overwrite && fs_err::symlink_metadata(path).is_ok() {
            return Err(format!("{} exists already; --overwrite replaces it", path.display()));
        }
        let parent = path.parent().unwrap_or(Path::new("."));
        fs_err::create_dir_all(parent).map_err(|error| error.to_string())?;
        let folder = tempfile::Builder::new().prefix(".import-").tempdir_in(parent);
        let folder = folder.map_err(|error| format!("{}: {error}", parent.display()))?;
        let temporary = folder.path().join("series");
        let retentions: Vec<_> = series.archives.iter().map(|archive| archive.retention).collect();
        let method = series.function.method();
        let made = Whisper::create(&temporary, &retentions, method, series.x_files_factor);
        let mut file = made.map_err(told)?;
        let mut points = 0;
        for archive in &series.archives {
            let placed = series.points(database, archive);
            points += file.place(archive.retention.seconds_per_point, &placed).map_err(told)?;
        }
        file.sync().map_err(told)?;
        fs_err::rename(&temporary, path).map_err(|error| error.to_string())?;
        Ok(points)
    }
}

fn count(database: &Database, series: &Series) -> usize {
    series.archives.iter().map(|archive| series.points(database, archive).len()).sum()
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = fs_err::metadata(path).map_err(|error| error.to_string())?.len();
    if bytes > RRD_FILE_MAX_BYTES {
        return Err(format!("{bytes} bytes are more than {RRD_FILE_MAX_BYTES}"));
    }
    fs_err::read(path).map_err(|error| error.to_string())
}

/// What all files come to.
#[derive(Debug, Default)]
struct Totals {
    files: usize,
    failed: usize,
    series: usize,
    points: usize,
}

impl Totals {
    fn add(&mut self, report: &FileReport) {
        self.files += 1;
        self.failed += usize::from(report.error.is_some());
        self.series += report.series.len();
        self.points += report.series.iter().map(|series| series.points).sum::<usize>();
    }

    fn text(&self, is_dry: bool) -> String {
        let Self { files, series, points, .. } = self;
        let of = if *files == 1 { "1 file".to_owned() } else { format!("{files} files") };
        let done = if is_dry { "would import" } else { "imported" };
        format!("{done} {series} series with {points} points of {of}\n")
    }

    fn failure(&self) -> Result<(), Failure> {
        let Self { files, failed, .. } = self;
        match failed {
            0 => Ok(()),
            _ => {
                Err(Failure::Outside(format!("{failed} of {files} files were not imported whole")))
            }
        }
    }
}
