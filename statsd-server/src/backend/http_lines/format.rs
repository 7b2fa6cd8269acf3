//! Snapshot → lines.

use crate::aggregate::Snapshot;
use crate::backend::graphite::push_line;
use crate::backend::naming::Naming;
use crate::backend::number::push_number;

/// What is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpFormat {
    /// Influx's line protocol: the metric's name is the measurement, its tags are tags, its numbers
    /// fields; the tag `metric_type` says what it is, as Telegraf's does. Seconds, which the URL then
    /// says (`precision=s`).
    #[default]
    Influx,
    /// Carbon's lines, `name value timestamp`.
    Graphite,
}

impl HttpFormat {
    /// The lines of a flush, and how many numbers were left out because they are not finite.
    pub(super) fn lines(self, snapshot: &Snapshot, naming: &Naming) -> (String, u64) {
        let mut text = String::new();
        let not_finite = match self {
            Self::Influx => influx(snapshot, &mut text),
            Self::Graphite => {
                let timestamp = snapshot.timestamp.to_string();
                naming.for_each(snapshot, |series, value, _| {
                    push_line(&mut text, series, value, &timestamp);
                })
            }
        };
        (text, not_finite)
    }
}

fn influx(snapshot: &Snapshot, text: &mut String) -> u64 {
    let mut lines = Lines { text, timestamp: snapshot.timestamp, not_finite: 0 };
    for (name, count) in snapshot.counters.iter() {
        let rate = count / snapshot.interval;
        lines.push(name, "counter", [("count", *count), ("rate", rate)].into_iter());
    }
    for (name, timer) in snapshot.timers.iter() {
        let stats = timer.stats.iter().map(|(stat, value)| (stat.as_str(), *value));
        lines.push(name, "timing", stats);
    }
    for (name, value) in snapshot.gauges.iter() {
        lines.push(name, "gauge", [("value", *value)].into_iter());
    }
    for (name, members) in snapshot.sets.iter() {
        lines.push(name, "set", [("count", *members as f64)].into_iter());
    }
    lines.not_finite
}

struct Lines<'t> {
    text: &'t mut String,
    timestamp: i64,
    not_finite: u64,
}

impl Lines<'_> {
    /// `measurement,metric_type=KIND,tag=value field=1,other=2 timestamp`. No line without a field, and
    /// none without a name: Influx refuses both.
    fn push<'f>(&mut self, name: &str, kind: &str, fields: impl Iterator<Item = (&'f str, f64)>) {
        let (name, tags) = name.split_at(name.find(';').unwrap_or(name.len()));
        if name.is_empty() {
            return;
        }
        let start = self.text.len();
        push_escaped(self.text, name);
        self.text.push_str(",metric_type=");
        self.text.push_str(kind);
        for tag in tags.split(';').filter(|tag| !tag.is_empty()) {
            // A tag without a value is there, or not.
            let (key, value) = tag.split_once('=').unwrap_or((tag, "true"));
            if !key.is_empty() && !value.is_empty() {
                self.text.push(',');
                push_escaped(self.text, key);
                self.text.push('=');
                push_escaped(self.text, value);
            }
        }
        let mut between = ' ';
        for (field, value) in fields {
            if !value.is_finite() {
                self.not_finite += 1;
                continue;
            }
            self.text.push(between);
            push_escaped(self.text, field);
            self.text.push('=');
            push_number(self.text, value);
            between = ',';
        }
        if between == ' ' {
            self.text.truncate(start);
            return;
        }
        self.text.push(' ');
        self.text.push_str(&self.timestamp.to_string());
        self.text.push('\n');
    }
}

/// What has a meaning in a line is escaped; a backslash or a control character, which cannot be, is
/// replaced.
fn push_escaped(text: &mut String, word: &str) {
    for c in word.chars() {
        match c {
            ',' | '=' | ' ' => text.extend(['\\', c]),
            '\\' => text.push('_'),
            c if c.is_control() => text.push('_'),
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aggregate::{Named, TimerStats};

    fn snapshot() -> Snapshot {
        let stats = vec![("mean".to_owned(), 1.5), ("histogram.bin_10".to_owned(), 2.0)];
        Snapshot {
            timestamp: 1_700_000_010,
            interval: 10.0,
            counters: Named::from([("a.b;k=v;bare;=x;y=", 3.0), (";k=v", 1.0)]),
            timers: Named::from([("t", TimerStats { stats }), ("none", TimerStats::default())]),
            gauges: Named::from([("g x,y=z\n\\", -2.5), ("endless", f64::INFINITY)]),
            sets: Named::from([("s;k=a b", 2)]),
            ..Snapshot::default()
        }
    }

    #[test]
    fn influx_lines_keep_tags_and_have_a_field_a_number() {
        let (text, not_finite) = HttpFormat::Influx.lines(&snapshot(), &Naming::default());
        assert_eq!(
            text,
            "a.b,metric_type=counter,k=v,bare=true count=3,rate=0.3 1700000010\n\
             t,metric_type=timing mean=1.5,histogram.bin_10=2 1700000010\n\
             g\\ x\\,y\\=z__,metric_type=gauge value=-2.5 1700000010\n\
             s,metric_type=set,k=a\\ b count=2 1700000010\n"
        );
        assert_eq!(not_finite, 1);
    }

    #[test]
    fn graphite_lines_are_those_for_carbon() {
        let counters = Named::from([("a;k=v", 3.0)]);
        let snapshot = Snapshot { counters, timestamp: 17, interval: 10.0, ..Snapshot::default() };
        let (text, _) = HttpFormat::Graphite.lines(&snapshot, &Naming::default());
        assert_eq!(text, "stats.a;k=v 0.3 17\nstats_counts.a;k=v 3 17\nstatsd.numStats 1 17\n");
    }
}
