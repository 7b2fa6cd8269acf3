//! The table under a graph: which line is which, its last value and its largest.

use std::fmt::Write as _;

use super::axis::short;
use super::style;
use super::text::{CHAR_PIXELS, escape, fit, room};
use crate::query::Series;

/// Height of a row.
pub(super) const ROW: f64 = 16.0;

/// Width below which a column of the legend is hard to read.
const COLUMN_MIN: f64 = 280.0;

/// Width of a number with its gap: `-12.3k` and the like.
const NUMBER: f64 = 8.0 * CHAR_PIXELS;

/// What keeps a column's numbers off the next column's names.
const GAP: f64 = 14.0;

/// How the rows of a legend are arranged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Legend {
    columns: usize,
    rows: usize,
}

impl Legend {
    /// The arrangement for so many series in so much room: one column, where that holds them all.
    /// Without room for a row there is no legend.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    pub(super) fn arrange(series: usize, width: f64, height: f64) -> Self {
        let room = ((height / ROW) as usize).saturating_sub(1);
        let most = ((width / COLUMN_MIN) as usize).max(1);
        let columns = (1..most).find(|columns| series.div_ceil(*columns) <= room).unwrap_or(most);
        Self { columns, rows: series.div_ceil(columns).min(room) }
    }

    /// Pixels that it takes, its head included.
    pub(super) fn height(self) -> f64 {
        if self.rows == 0 { 0.0 } else { (self.rows + 1) as f64 * ROW }
    }

    /// Draws it with the upper left corner at `(left, top)`.
    pub(super) fn draw(self, out: &mut String, series: &[Series], left: f64, top: f64, width: f64) {
        if self.rows == 0 {
            return;
        }
        let column = width / self.columns as f64;
        let cells = self.rows * self.columns;
        // The last cell tells how many series have none.
        let shown = if series.len() > cells { cells - 1 } else { series.len() };
        for x in (0..self.columns.min(series.len())).map(|i| left + column * i as f64) {
            let (last, max) = (x + column - NUMBER - GAP, x + column - GAP);
            let y = top + 11.0;
            let _infallible = write!(
                out,
                r#"<g class="m e"><text x="{last:.1}" y="{y:.1}">last</text><text x="{max:.1}" y="{y:.1}">max</text></g>"#,
            );
        }
        for cell in 0..series.len().min(cells) {
            let x = left + column * (cell / self.rows) as f64;
            let y = top + ROW * (cell % self.rows + 1) as f64;
            if cell < shown {
                entry(out, cell, &series[cell], x, y, column);
            } else {
                let more = series.len() - shown;
                let _infallible = write!(
                    out,
                    r#"<text class="m" x="{:.1}" y="{:.1}">and {more} more</text>"#,
                    x + 18.0,
                    y + 11.0
                );
            }
        }
    }
}

fn entry(out: &mut String, index: usize, series: &Series, x: f64, y: f64, width: f64) {
    let known = || series.values.iter().flatten().copied().filter(|value| value.is_finite());
    let spell = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), short);
    let (last, max) = (spell(known().next_back()), spell(known().reduce(f64::max)));
    let name = escape(&fit(&series.name, room(width - 18.0 - 2.0 * NUMBER - GAP)));
    let full = escape(&series.name);
    let class = style::line_class(index);
    let (middle, baseline) = (y + 7.0, y + 11.0);
    let (text_x, last_x, max_x) = (x + 18.0, x + width - NUMBER - GAP, x + width - GAP);
    let _infallible = write!(
        out,
        concat!(
            r#"<g><title>{full}</title><path class="{class}" d="M{x:.1} {middle:.1}h12"/>"#,
            r#"<text x="{text_x:.1}" y="{baseline:.1}">{name}</text>"#,
            r#"<text class="e" x="{last_x:.1}" y="{baseline:.1}">{last}</text>"#,
            r#"<text class="e" x="{max_x:.1}" y="{baseline:.1}">{max}</text></g>"#
        ),
        full = full,
        class = class,
        x = x,
        middle = middle,
        text_x = text_x,
        baseline = baseline,
        name = name,
        last_x = last_x,
        last = last,
        max_x = max_x,
        max = max,
    );
}

#[cfg(test)]
mod tests;
