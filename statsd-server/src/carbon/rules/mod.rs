//! Carbon's rules about names: which are taken (lists), what they are called (rewriting), and what is made of
//! several of them (aggregation). May not know sockets, the store or configuration; only `watched` opens
//! files. Data comes from the doors as [`Points`](super::Points) and goes on to the store, through each
//! rule as a [`Stage`](super::Stage).
//!
//! `template` reads what Python puts into the place of a match, as carbon's files have it. `lists`,
//! `rewrite` and `aggregation` read a file each and say what it makes of a name; `watched` reads a file
//! again when it has changed; `stages` puts them into the way of a point.

mod aggregation;
mod error;
mod lists;
mod rewrite;
mod stages;
mod template;
mod watched;

pub use aggregation::{AggregationRules, Aggregator, Buffering, Told};
pub use error::RuleError;
pub use lists::List;
pub use rewrite::{RewriteRules, Rewriting};
pub use stages::{AggregationStage, ListStage, RewriteStage};
