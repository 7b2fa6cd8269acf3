//! What an interval of one aggregate gathers, and what it comes to.

/// How several values become one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Method {
    Sum,
    Average,
    Min,
    Max,
    Last,
    Count,
    /// A share from 0 to 1 of the values, between two of which it is drawn straight.
    Percentile(f64),
}

impl Method {
    /// As they are written.
    pub(super) const NAMES: [&str; 13] = [
        "sum", "avg", "min", "max", "last", "count", "p50", "p75", "p80", "p90", "p95", "p99",
        "p999",
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "sum" => Self::Sum,
            "avg" => Self::Average,
            "min" => Self::Min,
            "max" => Self::Max,
            "last" => Self::Last,
            "count" => Self::Count,
            "p50" => Self::Percentile(0.5),
            "p75" => Self::Percentile(0.75),
            "p80" => Self::Percentile(0.8),
            "p90" => Self::Percentile(0.9),
            "p95" => Self::Percentile(0.95),
            "p99" => Self::Percentile(0.99),
            "p999" => Self::Percentile(0.999),
            _ => return None,
        })
    }

    /// Whether every value is kept until the interval is forgotten.
    pub(super) fn keeps_values(self) -> bool {
        matches!(self, Self::Percentile(_))
    }
}

/// What an interval has gathered. Only percentiles keep values; the rest is a number or two.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    count: u64,
    /// The sum, the bound or the last, as the method is.
    number: f64,
    /// What rounding took from the sum.
    lost: f64,
    values: Vec<f64>,
}

impl Gathered {
    pub(super) fn add(&mut self, method: Method, value: f64) {
        let is_first = self.count == 0;
        self.count += 1;
        match method {
            Method::Sum | Method::Average => self.sum(value),
            Method::Min if is_first || value < self.number => self.number = value,
            Method::Max if is_first || value > self.number => self.number = value,
            Method::Last => self.number = value,
            Method::Min | Method::Max | Method::Count => {}
            Method::Percentile(_) => self.values.push(value),
        }
    }

    /// Neumaier's sum, as Python's since 3.12: of many small values beside a large one none is lost.
    fn sum(&mut self, value: f64) {
        let sum = self.number + value;
        self.lost += if self.number.abs() >= value.abs() {
            (self.number - sum) + value
        } else {
            (value - sum) + self.number
        };
        self.number = sum;
    }

    /// What it comes to. There is a value at least.
    pub(super) fn value(&mut self, method: Method) -> f64 {
        let sum = || if self.lost.is_finite() { self.number + self.lost } else { self.number };
        match method {
            Method::Sum => sum(),
            Method::Average => sum() / self.count as f64,
            Method::Count => self.count as f64,
            Method::Min | Method::Max | Method::Last => self.number,
            Method::Percentile(share) => percentile(&mut self.values, share),
        }
    }

    /// Values that are kept.
    pub(super) fn held(&self) -> usize {
        self.values.len()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank is within the values, which are far fewer than 2^53"
)]
fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let rank = share * last as f64;
    let (left, right) = (rank.floor(), rank.ceil());
    let (below, above) = (values[left as usize], values[right as usize]);
    if left == right { below } else { below * (right - rank) + above * (rank - left) }
}
