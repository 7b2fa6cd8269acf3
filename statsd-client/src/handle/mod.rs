//! Metrics resolved once and cheap for ever. May not know backends or how packets are made.
//! A handle hands its calls to `pipeline/`.

/// What every handle can be told about itself before it is used.
macro_rules! described {
    ($handle:ident, $kind:expr) => {
        impl $handle {
            /// A handle whose name is made at run time.
            pub fn named(name: impl Into<String>) -> Self {
                Self { site: Site::named($kind, name.into()) }
            }

            /// Adds a tag. Of one key the last holds; in DogStatsD several stand side by side.
            #[must_use]
            pub fn tag(self, key: impl Into<String>, value: impl ToString) -> Self {
                Self { site: self.site.tag(key.into(), value.to_string()) }
            }

            /// Whether values are added up and packed before they are sent, whatever the client does with
            /// those of other metrics.
            #[must_use]
            pub fn aggregation(self, aggregation: $crate::Aggregation) -> Self {
                let aggregates = aggregation == $crate::Aggregation::On;
                Self { site: self.site.aggregates(aggregates) }
            }

            /// Binds the handle to one client, which lives as long as the handle does.
            #[must_use]
            pub fn on(self, client: &$crate::Client) -> Self {
                Self { site: self.site.on(client) }
            }
        }
    };
}
use described;

mod counter;
mod distribution;
mod gauge;
mod histogram;
mod measure;
mod set;
mod site;
mod tagged;
mod timer;
mod value;

pub use counter::Counter;
pub use distribution::Distribution;
pub use gauge::Gauge;
pub use histogram::Histogram;
pub(crate) use measure::{MeasureGuard, Stopwatch};
pub use set::Set;
pub use tagged::{ByDisplay, ByNumber, ByText, Probe, TagText, Tagged, TaggedSite, TaggedTimer};
pub use timer::{Timer, TimerGuard};
pub use value::{GaugeValue, SampleValue};
