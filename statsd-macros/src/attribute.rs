//! Which attribute is being expanded, what it takes, and where it should have been put instead.

use std::fmt;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Attribute {
    Count,
    CountIf,
    CountSuccess,
    Measure,
    Distribution,
    GaugeInflight,
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "statsd_count",
            Self::CountIf => "statsd_count_if",
            Self::CountSuccess => "statsd_count_success",
            Self::Measure => "statsd_measure",
            Self::Distribution => "statsd_distribution",
            Self::GaugeInflight => "statsd_gauge_inflight",
        })
    }
}

/// What it takes.
impl Attribute {
    /// The arguments behind the name.
    pub(crate) const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::CountSuccess => {
                &["tags", "sample_rate", "tag_error_class", "no_prefix", "client", "crate"]
            }
            Self::GaugeInflight => &["tags", "no_prefix", "client", "crate"],
            _ => &["tags", "sample_rate", "no_prefix", "client", "crate"],
        }
    }

    /// Whether a closure may follow the name that looks at the function's value.
    pub(crate) const fn judges(self) -> bool {
        matches!(self, Self::CountIf | Self::CountSuccess)
    }
}

/// Where it should have been put instead.
impl Attribute {
    pub(crate) fn on_const_fn(self) -> String {
        format!(
            "a `const fn` may run while compiling, where there is nothing to send to; remove \
             `const` or put `#[{self}]` on its caller"
        )
    }

    pub(crate) fn on_no_body(self) -> String {
        format!("this function has no body; put `#[{self}]` on the functions that implement it")
    }

    pub(crate) fn on_other_item(self, first_token: &str) -> String {
        match first_token {
            "impl" => format!(
                "put `#[{self}]` on the methods inside the `impl`, or `#[statsd_instrument]` on it"
            ),
            "trait" => format!(
                "put `#[{self}]` on the methods inside the `trait` that have a body, not on it"
            ),
            "mod" => format!("put `#[{self}]` on the functions inside the `mod`, not on it"),
            "|" | "move" => format!(
                "put `#[{self}]` on a named function; a closure is measured by passing it to \
                 `statsd_client::measure`"
            ),
            _ => format!("put `#[{self}]` on a function with a body; there is none here"),
        }
    }
}
