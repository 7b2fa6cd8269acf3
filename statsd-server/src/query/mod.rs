//! Targets and times → series: what `/render` asks, answered from a store.
//! May not know HTTP, pictures or the clock: now is a parameter. Knows [`crate::store::Store`] and
//! no store in particular. Series go to `draw/`.

pub mod attime;
mod consolidate;
mod evaluator;
mod series;
pub mod target;

pub use consolidate::consolidate;
pub use evaluator::{Evaluation, QueryError, Range, evaluate};
pub use series::Series;
pub use target::{Expr, TargetError};
