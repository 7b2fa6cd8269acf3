//! Series → bytes: JSON for programs, SVG for people.
//! May not know stores, HTTP or the clock. Series come from `query/`, bytes go to `http/`.

mod axis;
pub mod json;
mod legend;
mod style;
mod svg;
mod text;

pub use svg::{Picture, svg};
