//! Metrics resolved once and cheap for ever. May not know backends or how packets are made.
//! A handle hands its calls to `pipeline/`.

/// What every handle can be told about itself before it is used.
macro_rules! described {
    ($handle:ident) => {
        impl $handle {
            /// A handle whose name is made at run time.
            pub fn named(name: impl Into<String>) -> Self {
                Self { site: Site::named(name.into()) }
            }

            /// Adds a tag. A key that was given before is overridden.
            #[must_use]
            pub fn tag(self, key: impl Into<String>, value: impl ToString) -> Self {
                Self { site: self.site.tag(key.into(), value.to_string()) }
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
mod gauge;
mod measure;
mod site;
mod timer;
mod value;

pub use counter::Counter;
pub use gauge::Gauge;
pub(crate) use measure::{MeasureGuard, Stopwatch};
pub use timer::{Timer, TimerGuard};
pub use value::GaugeValue;
