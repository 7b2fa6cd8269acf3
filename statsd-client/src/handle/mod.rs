//! Metrics resolved once and cheap for ever. May not know backends or how packets are made.
//! A handle hands its calls to `pipeline/`.

/// An example of what a handle sends, from the lines of its body.
macro_rules! example {
    ($handle:ident: $($line:expr),+) => {
        concat!(
            "```\n",
            "# use std::time::Duration;\n",
            "# use statsd_client::{Aggregation, CaptureBackend, Client, Dialect, ",
            stringify!($handle),
            "};\n",
            "# let (backend, captured) = CaptureBackend::new();\n",
            "# let builder = Client::builder().dialect(Dialect::DogStatsd).backend(backend);\n",
            "# let client = builder.flush_interval(Duration::from_secs(3600)).build()?;\n",
            $($line, "\n",)+
            "# Ok::<(), statsd_client::Error>(())\n",
            "```",
        )
    };
}

/// What every handle can be told about itself before it is used. For the examples: a call, and what it
/// sends behind the name.
macro_rules! described {
    ($handle:ident, $kind:expr, $call:literal => $sent:literal) => {
        impl $handle {
            /// A handle whose name is made at run time. Allocates; what a name must not hold is rewritten
            /// when it is first sent, and counted.
            ///
            #[doc = example!($handle:
                r#"let shop = "eu";"#,
                concat!("let orders = ", stringify!($handle), r#"::named(format!("{shop}.orders")).on(&client);"#),
                concat!("orders.", $call, ";"),
                "client.flush(Duration::from_secs(1));",
                concat!(r#"assert_eq!(captured.lines(), ["eu.orders:"#, $sent, r#""]);"#)
            )]
            pub fn named(name: impl Into<String>) -> Self {
                Self { site: Site::named($kind, name.into()) }
            }

            /// Adds a tag. Of one key the last holds; in DogStatsD several stand side by side. It holds
            /// before the client's own of that key. An empty value makes a bare tag. Allocates.
            ///
            #[doc = example!($handle:
                concat!("let orders = ", stringify!($handle), r#"::new("orders").tag("plan", "pro").on(&client);"#),
                concat!("orders.", $call, ";"),
                "client.flush(Duration::from_secs(1));",
                concat!(r#"assert_eq!(captured.lines(), ["orders:"#, $sent, r#"|#plan:pro"]);"#)
            )]
            #[must_use]
            pub fn tag(self, key: impl Into<String>, value: impl ToString) -> Self {
                Self { site: self.site.tag(key.into(), value.to_string()) }
            }

            /// Whether values are added up and packed before they are sent, whatever the client does with
            /// those of other metrics. Off, every call is a line.
            ///
            #[doc = example!($handle:
                concat!("let orders = ", stringify!($handle), r#"::new("orders").aggregation(Aggregation::Off).on(&client);"#),
                concat!("orders.", $call, ";"),
                concat!("orders.", $call, ";"),
                "client.flush(Duration::from_secs(1));",
                concat!(r#"assert_eq!(captured.lines(), ["orders:"#, $sent, r#"", "orders:"#, $sent, r#""]);"#)
            )]
            #[must_use]
            pub fn aggregation(self, aggregation: $crate::Aggregation) -> Self {
                let aggregates = aggregation == $crate::Aggregation::On;
                Self { site: self.site.aggregates(aggregates) }
            }

            /// Binds the handle to one client, which lives as long as the handle does; with a
            /// [child](crate::Client::child) to its prefix, tags and rate.
            ///
            #[doc = example!($handle:
                concat!("let orders = ", stringify!($handle), r#"::new("orders").on(&client.child().prefix("eu").build());"#),
                concat!("orders.", $call, ";"),
                "client.flush(Duration::from_secs(1));",
                concat!(r#"assert_eq!(captured.lines(), ["eu.orders:"#, $sent, r#""]);"#)
            )]
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
mod text;
mod timer;
mod value;
mod words;

pub use counter::Counter;
pub use distribution::Distribution;
pub use gauge::Gauge;
pub use histogram::Histogram;
pub(crate) use measure::Stopwatch;
pub use set::Set;
pub(crate) use site::Site;
pub use tagged::{OfKind, Tagged, TaggedSite};
pub use text::{
    ByAnything, ByDisplay, ByNumber, ByText, Digits, Displayed, Probe, Shown, TagText, Text,
    Textual, Whole, bytes_of, shown,
};
pub use timer::{Timer, TimerGuard};
pub use value::{GaugeValue, SampleValue};
pub use words::{PackedTags, Pairs, Piece, TagWords, Words};
