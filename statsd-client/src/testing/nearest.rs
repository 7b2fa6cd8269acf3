//! The calls that were seen, those first that are nearest to what was expected, with what is not so in them.

use std::collections::HashMap;
use std::fmt;

use super::names::{distance, is_alike};
use super::times::times_word;
use super::{Expectation, SEEN_MAX, Seen, SeenCall};

/// Rows of calls that are shown; the rest are counted.
pub(super) const ROWS_MAX: usize = 20;

/// Characters of a call that are shown, and of what is not so in it.
const TEXT_MAX: usize = 100;

/// Characters that the notes behind calls are put below each other for.
const COLUMN_MAX: usize = 56;

/// The calls that are nearest to an expectation; where there are too many, those that match it.
pub(super) struct Nearest<'a, 'b> {
    pub(super) seen: &'a Seen,
    pub(super) to: &'a Expectation<'b>,
    pub(super) is_too_many: bool,
}

/// A line: calls that read alike.
pub(super) struct Row {
    pub(super) text: String,
    pub(super) note: String,
    pub(super) calls: usize,
}

/// How far a call is from an expectation, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    /// None: it is one of those.
    Same,
    /// Name and kind are the same; so many other things are not.
    Differs(usize),
    OtherKind,
    /// Only a prefix is in the way.
    Prefixed,
    /// The name is alike: so many characters are not.
    Alike(usize),
    Other,
}

/// What calls share that stand in one row.
#[derive(PartialEq, Eq, Hash)]
enum Likeness<'a> {
    Text(String),
    /// Of what has nothing to do with the expectation, name and kind are enough.
    Name(&'a str, &'static str),
}

impl<'a> Nearest<'a, '_> {
    /// The nearest, but for those that have nothing to do with it.
    pub(super) fn related(&self, most: usize) -> Vec<Row> {
        let mut near = self.sorted();
        near.retain(|(distance, _)| *distance != Distance::Other);
        let mut rows = self.rows(near);
        rows.truncate(most);
        rows
    }

    fn sorted(&self) -> Vec<(Distance, &'a SeenCall)> {
        let mut known = HashMap::new();
        let near = self.seen.iter().map(|call| (self.distance(call, &mut known), call));
        let mut near: Vec<_> = near.collect();
        if self.is_too_many {
            near.retain(|(distance, _)| *distance == Distance::Same);
        }
        // A stable sort: calls that are equally near stay in their order.
        near.sort_by_key(|(distance, _)| *distance);
        near
    }

    fn rows(&self, near: Vec<(Distance, &'a SeenCall)>) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        let mut places = HashMap::new();
        for (distance, call) in near {
            let text = Row::text_of(call);
            let likeness = match distance {
                Distance::Other => Likeness::Name(call.name(), call.kind().code()),
                _ => Likeness::Text(text.clone()),
            };
            let at = *places.entry(likeness).or_insert(rows.len());
            if let Some(row) = rows.get_mut(at) {
                row.calls += 1;
                if row.text != text {
                    let name = on_one_line(call.name(), TEXT_MAX);
                    row.text = format!("{name}:*|{}", call.kind().code());
                }
                continue;
            }
            let note = if self.is_too_many { String::new() } else { self.note(distance, call) };
            rows.push(Row { text, note, calls: 1 });
        }
        rows
    }

    fn distance(
        &self,
        call: &'a SeenCall,
        known: &mut HashMap<&'a str, Option<usize>>,
    ) -> Distance {
        match (self.to.is_named(call), self.to.is_kind(call)) {
            (true, true) => match self.to.differences(call).len() {
                0 => Distance::Same,
                differences => Distance::Differs(differences),
            },
            (true, false) => Distance::OtherKind,
            _ if self.to.is_named_below_a_prefix(call) => Distance::Prefixed,
            _ => {
                let alike = *known.entry(call.name()).or_insert_with(|| self.alike(call));
                alike.map_or(Distance::Other, Distance::Alike)
            }
        }
    }

    /// By how many characters the name is another, if it is alike.
    fn alike(&self, call: &SeenCall) -> Option<usize> {
        let pairs = self.to.names().iter().flat_map(|name| call.names().map(|own| (&**name, own)));
        let alike = pairs.filter_map(|(pattern, name)| {
            // Of a pattern, what stands before its first star is compared with as much of the name.
            let head = pattern.split('*').next().unwrap_or_default();
            let length = if head == pattern { usize::MAX } else { head.chars().count() };
            let name: String = name.chars().take(length).collect();
            let distance = distance(head, &name);
            (!head.is_empty() && is_alike(distance, head)).then_some(distance)
        });
        alike.min()
    }

    fn note(&self, distance: Distance, call: &SeenCall) -> String {
        let noun = call.kind().noun();
        let article = if noun.starts_with('e') { "an" } else { "a" };
        match distance {
            Distance::Same => "as expected".into(),
            Distance::Differs(_) => {
                let differences = self.to.differences(call);
                let short = differences.iter().map(|one| on_one_line(one, TEXT_MAX));
                short.collect::<Vec<_>>().join("; ")
            }
            Distance::OtherKind => format!("is {article} {noun}"),
            Distance::Prefixed => "has a prefix".into(),
            Distance::Alike(_) if self.to.is_kind(call) => "has another name".into(),
            Distance::Alike(_) => format!("has another name, and is {article} {noun}"),
            Distance::Other => String::new(),
        }
    }
}

impl fmt::Display for Nearest<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.seen.is_empty() {
            return f.write_str(
                "There were no calls. Those of other threads and tasks are seen where they `follow`.",
            );
        }
        let order = if self.is_too_many { "" } else { "the nearest first, " };
        write!(f, "seen, {order}of {}:", number_of(self.seen.len()))?;
        let rows = self.rows(self.sorted());
        let (shown, rest) = rows.split_at(rows.len().min(ROWS_MAX));
        in_columns(shown).try_for_each(|row| write!(f, "\n    {row}"))?;
        let rest: usize = rest.iter().map(|row| row.calls).sum();
        if rest > 0 {
            write!(f, "\n    … and {rest} more")?;
        }
        if self.seen.over() > 0 {
            let over = number_of(self.seen.over());
            write!(f, "\n    {over} over the {SEEN_MAX} that a capture keeps are not among them")?;
        }
        Ok(())
    }
}

impl Row {
    /// How a call is shown.
    pub(super) fn text_of(call: &SeenCall) -> String {
        on_one_line(&call.to_string(), TEXT_MAX)
    }
}

/// Rows with their notes below each other.
pub(super) fn in_columns(rows: &[Row]) -> impl Iterator<Item = String> {
    let left = |row: &Row| match row.calls {
        1 => row.text.clone(),
        calls => format!("{}  ({})", row.text, times_word(calls)),
    };
    let noted = rows.iter().filter(|row| !row.note.is_empty());
    let width = noted.map(|row| left(row).chars().count().min(COLUMN_MAX)).max().unwrap_or(0);
    rows.iter().map(move |row| match &*row.note {
        "" => left(row),
        note => format!("{:width$}    {note}", left(row)),
    })
}

/// A text as one line that is not longer than so many characters, whatever is in it.
pub(super) fn on_one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for (at, c) in text.chars().enumerate() {
        if at == most {
            line.push('…');
            break;
        }
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    line
}

pub(super) fn number_of(calls: usize) -> String {
    if calls == 1 { "1 call".into() } else { format!("{calls} calls") }
}
