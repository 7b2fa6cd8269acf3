//! A file → a configuration, and what there is to say about it.

use std::fmt;
use std::io::Read as _;
use std::path::Path;

use super::error::Place;
use super::{Config, ConfigError, carbon_conf, etsy_js};
use crate::limits::CONFIG_MAX_BYTES;

/// Which format a file has. Its name says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Ours: `.toml`.
    Toml,
    /// etsy's `config.js`: `.js` or `.json`.
    EtsyJs,
    /// carbon's `carbon.conf`: `.conf`.
    CarbonConf,
}

impl Format {
    /// The format of a file of this name.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "toml" => Some(Self::Toml),
            "js" | "cjs" | "json" => Some(Self::EtsyJs),
            "conf" => Some(Self::CarbonConf),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Toml => "TOML",
            Self::EtsyJs => "etsy's config.js",
            Self::CarbonConf => "carbon's carbon.conf",
        })
    }
}

/// A configuration from a file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Loaded {
    /// What it says; within its ranges.
    pub config: Config,
    /// Which format it had.
    pub format: Format,
    /// What is worth knowing about it, in the order of the text.
    pub notes: Vec<Note>,
}

/// Something in a file that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// How much it matters.
    pub kind: NoteKind,
    /// The line, from 1.
    pub line: usize,
    /// The character in it, from 1; 0 where the line is all that matters.
    pub column: usize,
    /// What it is.
    pub message: String,
}

/// How much a note matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoteKind {
    /// It may be a mistake.
    Warning,
    /// It is as it should be, and has no effect here, or another one than with etsy's StatsD.
    Note,
}

impl Note {
    /// The note with its place in this file.
    ///
    /// ```
    /// use std::path::Path;
    /// use statsd_server::config::etsy_js;
    ///
    /// let loaded = etsy_js::read("{\n  batch: 200 }")?;
    /// let note = loaded.notes[1].in_file(Path::new("config.js"));
    /// assert_eq!(note, "config.js:2:3: unknown key `batch`: it has no effect");
    /// # Ok::<(), statsd_server::config::ConfigError>(())
    /// ```
    pub fn in_file(&self, file: &Path) -> String {
        format!(
            "{}{}",
            Place { path: Some(file), line: self.line, column: self.column },
            self.message
        )
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = Place { path: None, line: self.line, column: self.column };
        write!(f, "{place}{}", self.message)
    }
}

impl Loaded {
    /// Reads a file of at most `CONFIG_MAX_BYTES`.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::read_instance(path, None)
    }

    /// The same, for one of the instances of a `carbon.conf`.
    ///
    /// # Errors
    /// As [`Loaded::read`]; an instance is named and the file is none of carbon's, or has not that instance.
    pub fn read_instance(path: &Path, instance: Option<&str>) -> Result<Self, ConfigError> {
        let mut text = String::new();
        let file = fs_err::File::open(path).map_err(ConfigError::Read)?;
        file.take(CONFIG_MAX_BYTES + 1)
            .read_to_string(&mut text)
            .map_err(|error| ConfigError::whole(format!("it cannot be read: {error}")).at(path))?;
        if text.len() as u64 > CONFIG_MAX_BYTES {
            let message = format!("it is longer than {CONFIG_MAX_BYTES} bytes");
            return Err(ConfigError::whole(message).at(path));
        }
        let read = match Format::of(path) {
            Some(Format::Toml | Format::EtsyJs) if instance.is_some() => {
                Err(ConfigError::whole("only a carbon.conf has instances".to_owned()))
            }
            Some(Format::Toml) => Config::parse(&text).map(|config| Self {
                config,
                format: Format::Toml,
                notes: Vec::new(),
            }),
            Some(Format::EtsyJs) => etsy_js::read(&text),
            Some(Format::CarbonConf) => {
                let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                let folder = whole.parent().unwrap_or(Path::new("/"));
                carbon_conf::read(&text, folder, instance)
            }
            None => Err(ConfigError::whole(
                "the name of a configuration ends in .toml, in .js for etsy's format, or in .conf for \
                 carbon's"
                    .to_owned(),
            )),
        };
        read.map_err(|error| error.at(path))
    }
}
