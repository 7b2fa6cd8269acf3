//! The index, as `benches/index.rs` may use it. No part of what this crate promises.

use std::io;
use std::path::Path;

use super::glob::Glob;
use super::index::{Inserted, SeriesId};
use super::name::SeriesName;
use super::names::{Names, Opened};
use super::tagged_find::find_tagged;
use super::{StoreError, TagExpression};
use crate::limits::SERIES_MAX;

/// Names of a folder without files.
#[derive(Debug)]
pub struct BenchNames(Names);

/// A name that was read, so that a look-up alone can be measured.
#[derive(Debug)]
pub struct BenchName<'a>(SeriesName<'a>);

impl<'a> BenchName<'a> {
    /// Reads a name.
    pub fn parse(name: &'a str) -> Option<Self> {
        SeriesName::parse(name).ok().map(Self)
    }
}

impl BenchNames {
    /// Reads the log of a folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let Opened { names, .. } = Names::open(folder, SERIES_MAX)?;
        Ok(Self(names))
    }

    /// Adds a name; whether it is a new one.
    pub fn insert(&self, name: &BenchName<'_>) -> bool {
        matches!(self.0.index_mut().insert(&name.0), Inserted::New(_))
    }

    /// The number of a name.
    pub fn get(&self, name: &BenchName<'_>) -> Option<u32> {
        self.0.index().get(&name.0).map(|SeriesId(number)| number)
    }

    /// Takes a name out.
    pub fn remove(&self, name: &BenchName<'_>) -> bool {
        let mut index = self.0.index_mut();
        let Some(id) = index.remove(&name.0) else { return false };
        index.release(id);
        true
    }

    /// How many nodes a glob finds.
    pub fn find(&self, pattern: &str) -> Result<usize, StoreError> {
        let glob = Glob::new(pattern)?;
        self.0.index().find(&glob, usize::MAX).map(|found| found.len())
    }

    /// How many series expressions on tags find.
    pub fn find_tagged(&self, expressions: &[TagExpression]) -> Result<usize, StoreError> {
        find_tagged(&self.0.index(), expressions, usize::MAX).map(|found| found.len())
    }

    /// How many names there are.
    pub fn series(&self) -> usize {
        self.0.index().len()
    }

    /// Waits for the log.
    pub fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }
}
