//! `whisper set-aggregation-method` and `whisper set-x-files-factor`: another header, the same points.

use clap::Args;
use statsd_whisper::AggregationMethod;

use super::open::{File, Writing, failed};
use crate::cli::Failure;
use crate::cli::terminal::print;

/// The arguments of `whisper set-aggregation-method`.
#[derive(Debug, Args)]
pub(super) struct SetAggregationMethod {
    #[command(flatten)]
    file: File,
    /// average, sum, last, max, min, `avg_zero`, absmax or absmin.
    #[arg(value_name = "METHOD")]
    method: AggregationMethod,
    /// Another xFilesFactor, too.
    #[arg(value_name = "XFILESFACTOR")]
    x_files_factor: Option<f32>,
    #[command(flatten)]
    writing: Writing,
}

impl SetAggregationMethod {
    pub(super) fn execute(self) -> Result<(), Failure> {
        check(self.x_files_factor)?;
        let (mut file, _alone) = self.writing.open(&self.file.path)?;
        let path = self.file.path.display();
        let before = file.header().method();
        file.set_aggregation_method(self.method).map_err(failed)?;
        print(&format!("{path}: aggregation method {before} -> {}\n", self.method))?;
        if let Some(share) = self.x_files_factor {
            let before = file.header().x_files_factor();
            file.set_x_files_factor(share).map_err(failed)?;
            print(&format!("{path}: xFilesFactor {before} -> {share}\n"))?;
        }
        Ok(())
    }
}

/// The arguments of `whisper set-x-files-factor`.
#[derive(Debug, Args)]
pub(super) struct SetXFilesFactor {
    #[command(flatten)]
    file: File,
    /// 0 to 1.
    #[arg(value_name = "XFILESFACTOR", allow_hyphen_values = true)]
    x_files_factor: f32,
    #[command(flatten)]
    writing: Writing,
}

impl SetXFilesFactor {
    pub(super) fn execute(self) -> Result<(), Failure> {
        check(Some(self.x_files_factor))?;
        let (mut file, _alone) = self.writing.open(&self.file.path)?;
        let before = file.header().x_files_factor();
        file.set_x_files_factor(self.x_files_factor).map_err(failed)?;
        let path = self.file.path.display();
        print(&format!("{path}: xFilesFactor {before} -> {}\n", self.x_files_factor))
    }
}

/// Before anything is written.
pub(super) fn check(x_files_factor: Option<f32>) -> Result<(), Failure> {
    match x_files_factor {
        Some(share) if !(0.0..=1.0).contains(&share) => {
            Err(Failure::Input(format!("the xFilesFactor {share} is not in 0..=1")))
        }
        _ => Ok(()),
    }
}
