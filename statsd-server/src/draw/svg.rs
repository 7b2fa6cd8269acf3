//! A graph as SVG: real text, colours that follow the reader's light or dark theme, no script.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::axis::{self, VALUE_MAX};
use super::legend::Legend;
use super::style::{self, line_class};
use super::text::{CHAR_PIXELS, columns, escape, fit, room};
use crate::query::{Series, consolidate};

/// What to draw, and how large.
#[derive(Debug, Clone, Copy)]
pub struct Picture<'a> {
    /// The lines, in the order of their colours.
    pub series: &'a [Series],
    /// The left edge of the graph, seconds.
    pub from: i64,
    /// The right edge, seconds; moved where a series reaches further.
    pub until: i64,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// The head line, cut where it is too long.
    pub title: Option<&'a str>,
    /// Whose clock the time axis shows.
    pub zone: &'a TimeZone,
}

/// Draws the series. Nulls are gaps; a point between two gaps is a dot; nothing at all is said in words.
/// Allocates the document: a few hundred bytes and about 12 for each point that is drawn, of which
/// there is at most one a pixel.
///
/// ```
/// use jiff::tz::TimeZone;
/// use statsd_server::{draw::{Picture, svg}, query::Series};
///
/// let load = Series { name: "load<1>".into(), start: 60, step: 60, values: vec![Some(0.5); 5] };
/// let picture = Picture {
///     series: &[load], from: 0, until: 300, width: 330, height: 250, title: None, zone: &TimeZone::UTC,
/// };
/// assert!(svg(&picture).contains(">load&lt;1&gt;</text>"));
/// ```
pub fn svg(picture: &Picture<'_>) -> String {
    let mut out = open(picture);
    let drawn = picture.series.iter().filter(|one| finite(one).next().is_some()).count();
    if drawn == 0 {
        let (x, y) = (picture.width / 2, picture.height / 2 + 4);
        let _infallible = write!(out, r#"<text class="m c" x="{x}" y="{y}">No data</text>"#);
    } else {
        let plot = Plot::lay_out(picture);
        plot.draw_grid(&mut out);
        plot.draw_lines(&mut out, picture.series);
        let (left, width) = (10.0, legend_width(picture));
        plot.legend.draw(&mut out, picture.series, left, plot.bottom + AXIS_HEIGHT, width);
    }
    out.push_str("</svg>\n");
    out
}

/// Height of the head, with or without a title: it tells the time span.
const HEAD_HEIGHT: f64 = 26.0;

/// Height of the time axis' labels, with the gap to the legend.
const AXIS_HEIGHT: f64 = 22.0;

/// Labels of the value axis stand at least this far apart.
const LINE_PIXELS: f64 = 14.0;

/// The part of the height that the legend may take.
const LEGEND_SHARE: f64 = 0.4;

/// Up to the right edge: the gap behind the last column of numbers is the margin.
fn legend_width(picture: &Picture<'_>) -> f64 {
    f64::from(picture.width) - 6.0
}

fn open(picture: &Picture<'_>) -> String {
    let (width, height) = (picture.width, picture.height);
    let span = axis::span(picture.from, picture.until, picture.zone);
    let names = || picture.series.iter().take(8).map(|one| &*one.name).collect::<Vec<_>>();
    let title = picture.title.map_or_else(|| names().join(", "), str::to_owned);
    let title = if title.is_empty() { "No data".to_owned() } else { title };
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="t d"><title id="t">{}</title><desc id="d">{}</desc><style>"#,
        escape(&title),
        escape(&span),
    );
    style::write(&mut out);
    let _infallible =
        write!(out, r#"</style><rect class="b" width="{width}" height="{height}" rx="4"/>"#);
    draw_head(&mut out, picture, &span);
    out
}

/// The title at the left and, where both fit, the span at the right.
fn draw_head(out: &mut String, picture: &Picture<'_>, span: &str) {
    let width = f64::from(picture.width) - 20.0;
    // A head line is set larger than the other text.
    let title = picture.title.map(|title| fit(title, room(width / 1.25))).unwrap_or_default();
    let used = columns(&title) as f64 * CHAR_PIXELS * 1.25;
    if !title.is_empty() {
        let _infallible = write!(out, r#"<text class="h" x="10" y="17">{}</text>"#, escape(&title));
    }
    if used + 14.0 + columns(span) as f64 * CHAR_PIXELS <= width {
        let (x, span) = (f64::from(picture.width) - 10.0, escape(span));
        let _infallible = write!(out, r#"<text class="m e" x="{x:.1}" y="17">{span}</text>"#);
    }
}

/// Where the graph lies within the picture, and what its axes say.
struct Plot {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
    from: i64,
    until: i64,
    values: Vec<axis::Tick<f64>>,
    times: Vec<axis::Tick<i64>>,
    legend: Legend,
}

impl Plot {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    fn lay_out(picture: &Picture<'_>) -> Self {
        let (width, height) = (f64::from(picture.width), f64::from(picture.height));
        let legend = Legend::arrange(
            picture.series.len(),
            legend_width(picture),
            (height - HEAD_HEIGHT) * LEGEND_SHARE,
        );
        let bottom = (height - AXIS_HEIGHT - legend.height() - 4.0).max(HEAD_HEIGHT + 1.0);
        let (low, high) = picture
            .series
            .iter()
            .flat_map(finite)
            .fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        let values = axis::values(low, high, ((bottom - HEAD_HEIGHT) / 32.0) as usize);
        let widest = values.iter().map(|tick| columns(&tick.label)).max().unwrap_or(0);
        let left = (16.0 + widest as f64 * CHAR_PIXELS).min(width / 2.0);
        let right = width - 10.0;
        let last = picture.series.iter().filter_map(|one| one.end().checked_sub(one.step)).max();
        let until = picture.until.max(last.unwrap_or(picture.until)).max(picture.from + 1);
        let times = axis::times(picture.from, until, room(right - left), picture.zone);
        Self {
            left,
            right,
            top: HEAD_HEIGHT,
            bottom,
            from: picture.from,
            until,
            values,
            times,
            legend,
        }
    }

    fn x(&self, at: i64) -> f64 {
        let share = (at - self.from) as f64 / (self.until - self.from) as f64;
        self.left + share * (self.right - self.left)
    }

    fn y(&self, value: f64) -> f64 {
        let (low, high) = (self.values[0].at, self.values[self.values.len() - 1].at);
        let share = (value.clamp(-VALUE_MAX, VALUE_MAX) - low) / (high - low);
        self.bottom - share * (self.bottom - self.top)
    }

    fn draw_grid(&self, out: &mut String) {
        let (left, right, top, bottom) = (self.left, self.right, self.top, self.bottom);
        let (end, mut free) = (left - 6.0, f64::MAX);
        for tick in &self.values {
            let y = self.y(tick.at);
            let zero = if tick.at == 0.0 { " z" } else { "" };
            let _infallible =
                write!(out, r#"<path class="g{zero}" d="M{left:.1} {y:.1}H{right:.1}"/>"#);
            if y <= free {
                free = y - LINE_PIXELS;
                push_label(out, "m e", end, y + 4.0, &tick.label);
            }
        }
        let mut free = 0.0;
        for tick in &self.times {
            let x = self.x(tick.at);
            let _infallible = write!(out, r#"<path class="g" d="M{x:.1} {top:.1}V{bottom:.1}"/>"#);
            let half = columns(&tick.label) as f64 * CHAR_PIXELS / 2.0;
            // A label at the edge, or next to an hour that the clocks skip, gives way.
            if x - half >= free && x + half <= right + 8.0 {
                free = x + half + CHAR_PIXELS;
                push_label(out, "m c", x, bottom + 14.0, &tick.label);
            }
        }
    }

    /// One group a series. A lone series over a zero line is also tinted down to it; with several, or
    /// from another line, the area would mislead.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` saturates")]
    fn draw_lines(&self, out: &mut String, series: &[Series]) {
        let mut thinned = series.to_vec();
        consolidate(&mut thinned, ((self.right - self.left) as usize).max(2));
        let zero = self.values.iter().find(|tick| tick.at == 0.0).map(|tick| self.y(tick.at));
        for (index, one) in thinned.iter().enumerate() {
            let runs = self.runs(one);
            let (lines, dots): (Vec<_>, Vec<_>) = runs.iter().partition(|run| run.len() > 1);
            if let Some(zero) = zero.filter(|_| series.len() == 1) {
                let areas =
                    lines.iter().map(|run| line(run) + &format!("V{zero:.1}H{:.1}Z", run[0].0));
                push_path(out, "a f0", areas);
            }
            let (class, name) = (line_class(index), escape(&one.name));
            let _infallible = write!(out, r#"<g class="{class}"><title>{name}</title>"#);
            push_path(out, "", lines.iter().map(|run| line(run)));
            push_path(out, "p", dots.iter().map(|run| line(run) + "h0"));
            out.push_str("</g>");
        }
    }

    /// The places of a series' points within the graph, cut at every gap.
    fn runs(&self, series: &Series) -> Vec<Vec<(f64, f64)>> {
        let mut runs = vec![Vec::new()];
        for (at, value) in series.points() {
            let inside = (self.from..=self.until).contains(&at);
            match value.filter(|value| value.is_finite() && inside) {
                Some(value) => runs
                    .last_mut()
                    .into_iter()
                    .for_each(|run| run.push((self.x(at), self.y(value)))),
                None if runs.last().is_some_and(Vec::is_empty) => {}
                None => runs.push(Vec::new()),
            }
        }
        runs.retain(|run| !run.is_empty());
        runs
    }
}

fn line(run: &[(f64, f64)]) -> String {
    let mut out = String::with_capacity(run.len() * 12);
    for (i, (x, y)) in run.iter().enumerate() {
        let _infallible = write!(out, "{}{x:.1} {y:.1}", if i == 0 { "M" } else { "L" });
    }
    out
}

fn push_path(out: &mut String, class: &str, parts: impl Iterator<Item = String>) {
    let mut parts = parts.peekable();
    if parts.peek().is_some() {
        let _infallible = write!(out, r#"<path class="{class}" d=""#);
        out.extend(parts);
        out.push_str("\"/>");
    }
}

fn push_label(out: &mut String, class: &str, x: f64, y: f64, label: &str) {
    let _infallible = write!(out, r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{label}</text>"#);
}

fn finite(series: &Series) -> impl Iterator<Item = f64> + '_ {
    series.values.iter().flatten().copied().filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests;
