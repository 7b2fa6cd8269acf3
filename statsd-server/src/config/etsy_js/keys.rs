//! Values by their keys, taken as etsy's StatsD takes them: loosely. Where it is too loose to be
//! meant, that is remarked; what cannot be taken is a mistake.

use std::collections::BTreeSet;

use super::number::of_text;
use super::refuse::shortened;
use super::value::{Entries, Mistake, Node, Value};
use crate::config::suggest::nearest;
use crate::limits::CONFIG_NOTES_MAX;

/// Something worth saying that is no mistake.
#[derive(Debug)]
pub(super) struct Remark {
    pub(super) at: usize,
    pub(super) is_warning: bool,
    pub(super) message: String,
}

/// What was found on the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) mistakes: Vec<Mistake>,
    pub(super) remarks: Vec<Remark>,
    /// Of either, beyond `CONFIG_NOTES_MAX`.
    left_out: usize,
}

impl Findings {
    pub(super) fn mistake(&mut self, at: usize, message: impl Into<String>) {
        if self.mistakes.len() < CONFIG_NOTES_MAX {
            self.mistakes.push(Mistake::new(at, message));
        } else {
            self.left_out += 1;
        }
    }

    pub(super) fn note(&mut self, at: usize, message: impl Into<String>) {
        self.remark(Remark { at, is_warning: false, message: message.into() });
    }

    pub(super) fn warn(&mut self, at: usize, message: impl Into<String>) {
        self.remark(Remark { at, is_warning: true, message: message.into() });
    }

    fn remark(&mut self, remark: Remark) {
        if self.remarks.len() < CONFIG_NOTES_MAX {
            self.remarks.push(remark);
        } else {
            self.left_out += 1;
        }
    }

    /// What is left out is counted, behind everything else.
    pub(super) fn finish(mut self, end: usize) -> (Vec<Mistake>, Vec<Remark>) {
        if self.left_out > 0 {
            let message = format!("{} more mistakes and notes are left out", self.left_out);
            self.remarks.push(Remark { at: end, is_warning: true, message });
        }
        (self.mistakes, self.remarks)
    }
}

/// An object of the file whose keys are known.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    /// What its keys' names begin with in what is said: `graphite.`, or nothing.
    name: String,
    entries: Option<&'a Entries>,
    asked: BTreeSet<&'static str>,
}

impl<'a> Keys<'a> {
    pub(super) fn new(name: impl Into<String>, entries: Option<&'a Entries>) -> Self {
        Self { name: name.into(), entries, asked: BTreeSet::new() }
    }

    /// The value of a key; `undefined` is as if it were not there.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.insert(key);
        let node = &self.entries?.get(key)?.node;
        (node.value != Value::Undefined).then_some(node)
    }

    /// The value of a key where JavaScript takes it for true: etsy's `config.x || default`.
    pub(super) fn get_true(&mut self, key: &'static str) -> Option<&'a Node> {
        self.get(key).filter(|node| node.value.is_true())
    }

    /// An object's keys; without any where it is not there.
    pub(super) fn section(&mut self, key: &'static str, findings: &mut Findings) -> Self {
        let name = format!("{}{key}.", self.name);
        let node = self.get_true(key);
        if let Some(node) = node.filter(|node| node.entries().is_none()) {
            findings.mistake(node.at, self.expected(key, "an object", node));
        }
        Self::new(name, node.and_then(Node::entries))
    }

    /// A list's entries; none where it is not there.
    pub(super) fn list(
        &mut self,
        key: &'static str,
        findings: &mut Findings,
    ) -> Option<&'a [Node]> {
        let node = self.get_true(key)?;
        if let Value::List(list) = &node.value {
            return Some(list);
        }
        findings.mistake(node.at, self.expected(key, "a list", node));
        None
    }

    /// A text that may be empty.
    pub(super) fn text(&mut self, key: &'static str, findings: &mut Findings) -> Option<String> {
        let node = self.get(key)?;
        match &node.value {
            Value::Text(text) => return Some(text.clone()),
            Value::Number(number) if number.is_finite() => return Some(number.to_string()),
            _ => findings.mistake(node.at, self.expected(key, "a text", node)),
        }
        None
    }

    /// A text that is not empty.
    pub(super) fn some_text(
        &mut self,
        key: &'static str,
        findings: &mut Findings,
    ) -> Option<String> {
        self.get_true(key)?;
        self.text(key, findings)
    }

    /// A switch, as a condition sees it.
    pub(super) fn flag(&mut self, key: &'static str, findings: &mut Findings) -> Option<bool> {
        let node = self.get(key)?;
        let is_on = node.value.is_true();
        if !matches!(node.value, Value::Bool(_)) {
            let kind = node.value.kind();
            let message = format!("`{}{key}` is {kind}, which counts as {is_on}", self.name);
            findings.warn(node.at, message);
        }
        Some(is_on)
    }

    /// A number other than 0, which may stand in quotes; 0 is etsy's word for the default.
    pub(super) fn number(&mut self, key: &'static str, findings: &mut Findings) -> Option<f64> {
        let node = self.get_true(key)?;
        let number = number_of(node);
        if number.is_none() {
            findings.mistake(node.at, self.expected(key, "a finite number", node));
        }
        number
    }

    pub(super) fn port(&mut self, key: &'static str, findings: &mut Findings) -> Option<u16> {
        let number = self.number(key, findings)?;
        let port = whole(number).and_then(|port| u16::try_from(port).ok());
        if port.is_none() {
            let at = self.get(key).map_or(0, |node| node.at);
            findings.mistake(at, format!("`{}{key}` is {number}, which is no port", self.name));
        }
        port
    }

    pub(super) fn expected(&self, key: &str, wanted: &str, node: &Node) -> String {
        format!("`{}{key}` is to be {wanted}, not {}", self.name, node.value.kind())
    }

    /// Warns of every key that was never asked for. etsy's StatsD ignores those, because they may
    /// be a third party's.
    pub(super) fn warn_of_others(&self, findings: &mut Findings) {
        for (key, entry) in self.entries.into_iter().flatten() {
            if self.asked.contains(key.as_str()) {
                continue;
            }
            // Looking for what was meant takes time that is not to be spent on ten thousand keys.
            if findings.remarks.len() == CONFIG_NOTES_MAX {
                findings.left_out += 1;
                continue;
            }
            let shown = format!("`{}{}`", self.name, shortened(key));
            let message = match nearest(shortened(key), self.asked.iter().copied()) {
                Some(meant) => format!("unknown key {shown}; did you mean `{meant}`?"),
                None => format!("unknown key {shown}: it has no effect"),
            };
            findings.warn(entry.at, message);
        }
    }
}

/// A number, or the text of one.
pub(super) fn number_of(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Number(number) => Some(*number),
        Value::Text(text) => of_text(text),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// A number without a fraction and a sign.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is checked to be whole and within the type"
)]
pub(super) fn whole(number: f64) -> Option<u32> {
    let fits = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    fits.then_some(number as u32)
}
