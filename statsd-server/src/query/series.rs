//! The value that every step of a query takes and gives.

/// One line of a graph: values on a regular grid under a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What the answer calls it; for a bare path the series' own name.
    pub name: String,
    /// Timestamp of the first value, seconds.
    pub start: i64,
    /// Seconds between values; above 0.
    pub step: i64,
    /// The values; `None` where nothing was written. A file from elsewhere may hold non-finite ones.
    pub values: Vec<Option<f64>>,
}

impl Series {
    /// The first timestamp that the series no longer covers.
    pub fn end(&self) -> i64 {
        let steps = i64::try_from(self.values.len()).unwrap_or(i64::MAX);
        self.start.saturating_add(self.step.saturating_mul(steps))
    }

    /// Timestamps and values in order.
    ///
    /// ```
    /// use statsd_server::query::Series;
    ///
    /// let load = Series { name: "load".into(), start: 60, step: 60, values: vec![Some(0.5), None] };
    /// assert_eq!(load.points().collect::<Vec<_>>(), [(60, Some(0.5)), (120, None)]);
    /// ```
    pub fn points(&self) -> impl Iterator<Item = (i64, Option<f64>)> + '_ {
        let stamps = (0..).map(|i: i64| self.start.saturating_add(self.step.saturating_mul(i)));
        stamps.zip(self.values.iter().copied())
    }
}
