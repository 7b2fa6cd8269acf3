//! Which attribute is being expanded.

use std::fmt;

#[derive(Clone, Copy)]
pub(crate) enum Attribute {
    Count,
    Measure,
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Count => "statsd_count",
            Self::Measure => "statsd_measure",
        })
    }
}

/// Where the attribute should have been put instead.
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
            "impl" => format!("put `#[{self}]` on the methods inside the `impl`, not on it"),
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
