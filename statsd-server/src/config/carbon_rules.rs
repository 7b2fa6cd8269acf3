//! `[carbon_rules]` and `[carbon_metrics]`: what becomes of points that arrive as points, and what is told
//! of their way.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;

/// `[carbon_rules]`: carbon's files about names, read as they are and again when they change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CarbonRules {
    /// A file of patterns; points whose name has none of them in are left out (`whitelist.conf`). Default:
    /// none, and all names pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whitelist: Option<PathBuf>,
    /// A file of patterns; points whose name has one of them in are left out (`blacklist.conf`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blacklist: Option<PathBuf>,
    /// A file that says what names are called (`rewrite-rules.conf`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rewrite: Option<PathBuf>,
    /// A file that says what is made of several names (`aggregation-rules.conf`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aggregation: Option<PathBuf>,
    /// Intervals before the one at hand whose values are known, so that late ones are added to them, 0 to
    /// 1,000 (`MAX_AGGREGATION_INTERVALS`). Default 5.
    pub intervals: u32,
    /// How often aggregates are told, where that is sooner than their rule says, 1 s to 1 day
    /// (`WRITE_BACK_FREQUENCY`). Default: as the rule says.
    #[serde(with = "duration::optional", skip_serializing_if = "Option::is_none")]
    pub write_back: Option<Duration>,
    /// Whether points are stored beside what is made of them (`FORWARD_ALL`). Default true.
    pub forward_all: bool,
}

impl Default for CarbonRules {
    fn default() -> Self {
        Self {
            whitelist: None,
            blacklist: None,
            rewrite: None,
            aggregation: None,
            intervals: 5,
            write_back: None,
            forward_all: true,
        }
    }
}

/// `[carbon_metrics]`: the server's own metrics by the names that carbon gives them,
/// `PREFIX.agents.HOST-INSTANCE.`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct CarbonMetrics {
    /// How often they are told, 1 s to 1 day, or `0s` for never (`CARBON_METRIC_INTERVAL`). Default 60 s.
    #[serde(with = "duration")]
    pub interval: Duration,
    /// What they begin with (`CARBON_METRIC_PREFIX`). Default `carbon`.
    pub prefix: String,
    /// What this server is called among those of its machine (carbon's `--instance`). Default `a`.
    pub instance: String,
}

impl Default for CarbonMetrics {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(60),
            prefix: "carbon".to_owned(),
            instance: "a".to_owned(),
        }
    }
}
