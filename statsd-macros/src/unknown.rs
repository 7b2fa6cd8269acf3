//! What is said of an argument that there is not: what was meant, as far as that can be told.

use syn::{Error, Ident};

use crate::attribute::Attribute;

pub(crate) fn unknown_key(attribute: Attribute, key: &Ident) -> Error {
    let text = key.to_string();
    if let Some(message) = known_mistake(attribute, &text) {
        return Error::new(key.span(), message);
    }
    let keys = attribute.keys();
    let message = match closest(keys, &text) {
        Some(known) => format!("unknown argument `{text}`; did you mean `{known}`?"),
        None => format!("unknown argument `{text}`; there are {}", listed(keys)),
    };
    Error::new(key.span(), message)
}

/// Whether a word was meant as an argument's key, as far as that can be told.
pub(crate) fn could_be_a_key(attribute: Attribute, text: &str) -> bool {
    known_mistake(attribute, text).is_some() || closest(attribute.keys(), text).is_some()
}

/// Arguments that mean something elsewhere: in other clients, or in another of our attributes.
fn known_mistake(attribute: Attribute, key: &str) -> Option<String> {
    Some(match key {
        "as_dist" => "`as_dist` is an attribute of its own: `#[statsd_distribution(…)]`".into(),
        "prefix" => "a prefix is the client's; write it into the name, or name a client that has \
                     it: `client = …`"
            .into(),
        "value" | "by" if attribute == Attribute::GaugeInflight => format!(
            "`#[{attribute}]` sets how many calls there are; for another value there is, inside the \
             function, `statsd_client::gauge!(\"queue.depth\", 17)`"
        ),
        "value" | "by" => format!(
            "`#[{attribute}]` has no value of its own; inside the function, \
             `statsd_client::count!(\"bytes.sent\", 512)` has one"
        ),
        "success" | "when" | "ok_if" | "condition" if attribute.judges() => {
            "what judges the function's value follows the name, without a key: \
             `\"orders\", |value| value.is_some()`"
                .into()
        }
        "sample_rate" => format!("`#[{attribute}]` takes no `sample_rate`: a gauge is not sampled"),
        "tag_error_class" => format!(
            "`#[{attribute}]` does not tell failures apart; \
             `#[statsd_count_success(…, tag_error_class)]` does"
        ),
        _ => return None,
    })
}

/// The one of `words` that was meant.
pub(crate) fn closest<'a>(words: &[&'a str], text: &str) -> Option<&'a str> {
    // A part of a key, as in `rate`, is as good as a slip of the finger.
    let unlikeness = |known: &str| {
        if known.strip_suffix(text).is_some_and(|before| before.ends_with('_')) {
            0
        } else if text.len() > 3 && known.starts_with(text) {
            1
        } else {
            distance(known, text)
        }
    };
    let meant = words.iter().copied().min_by_key(|known| unlikeness(known));
    meant.filter(|known| unlikeness(known) < 3)
}

/// `a`, `b` and `c`, in quotes.
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
        few => few.concat(),
    }
}

/// Levenshtein's distance between two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}
