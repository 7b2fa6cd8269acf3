//! What has happened to the names, written down for the log of names.

use crate::limits::NAME_CHANGES_MAX_BYTES;

/// One change to the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Change<'a> {
    Inserted(&'a str),
    Removed(&'a str),
}

/// Changes in the log's own notation: `+` or `-`, two bytes of length, the name.
#[derive(Debug, Default)]
pub(super) struct Changes {
    is_on: bool,
    taken: TakenChanges,
}

/// What was written down.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct TakenChanges {
    pub(in crate::store) bytes: Vec<u8>,
    /// There were more than [`NAME_CHANGES_MAX_BYTES`] of them, so all names must be written anew.
    pub(in crate::store) is_incomplete: bool,
}

impl Changes {
    pub(super) fn record(&mut self) {
        self.is_on = true;
    }

    pub(super) fn push(&mut self, change: Change<'_>) {
        if !self.is_on || self.taken.is_incomplete {
            return;
        }
        let (mark, name) = match change {
            Change::Inserted(name) => (b'+', name),
            Change::Removed(name) => (b'-', name),
        };
        let bytes = &mut self.taken.bytes;
        let Ok(length) = u16::try_from(name.len()) else { return };
        if bytes.len() + 3 + name.len() > NAME_CHANGES_MAX_BYTES {
            self.taken = TakenChanges { bytes: Vec::new(), is_incomplete: true };
            return;
        }
        bytes.push(mark);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(name.as_bytes());
    }

    pub(super) fn take(&mut self) -> TakenChanges {
        std::mem::take(&mut self.taken)
    }
}

/// Reads changes one by one; `Err` where the bytes are none.
pub(in crate::store) fn read_changes(
    mut bytes: &[u8],
) -> impl Iterator<Item = Result<Change<'_>, ()>> {
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let change = read_change(&mut bytes);
        if change.is_none() {
            bytes = &[];
        }
        Some(change.ok_or(()))
    })
}

fn read_change<'a>(bytes: &mut &'a [u8]) -> Option<Change<'a>> {
    let (mark, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first_chunk()?;
    let (name, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
    let name = str::from_utf8(name).ok()?;
    *bytes = rest;
    match mark {
        b'+' => Some(Change::Inserted(name)),
        b'-' => Some(Change::Removed(name)),
        _ => None,
    }
}
