//! Instructions → values. Lists and tuples are ranges of one array of values, so that one that is named again is
//! not copied, and one that holds itself holds a number.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};

use super::PickleError;
use super::PickleError::{Broken, TooMuch};
use super::op::{Op, Reader};
use super::text::{escaped, quoted};
use crate::carbon::number;
use crate::limits::{PICKLE_DEPTH_MAX, PICKLE_LONG_MAX_BYTES, PICKLE_MEMO_MAX, PICKLE_VALUES_MAX};

/// A value; what it holds stands in its [`Pickle`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::carbon) enum Value<'a> {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// Bytes of the frame: a text, or bytes.
    Text(&'a [u8]),
    /// A text with escapes, of which bytes were made.
    Made(Place),
    Tuple(Place),
    List(u32),
    /// Keys and values, in turns.
    Dict(u32),
}

/// Where something stands in an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::carbon) struct Place {
    start: u32,
    length: u32,
}

impl Place {
    fn new(range: Range<usize>) -> Result<Self, PickleError> {
        let place = |number| u32::try_from(number).map_err(|_| TooMuch("bytes"));
        Ok(Self { start: place(range.start)?, length: place(range.len())? })
    }

    fn range(self) -> Range<usize> {
        let start = self.start as usize;
        start..start + self.length as usize
    }
}

/// A pickle that was read.
#[derive(Debug)]
pub(in crate::carbon) struct Pickle<'a> {
    /// What it comes to.
    pub(in crate::carbon) root: Value<'a>,
    items: Vec<Value<'a>>,
    /// Of each list and each dictionary the parts, in the order in which they were added.
    lists: Vec<Vec<Place>>,
    made: Vec<u8>,
}

impl<'a> Pickle<'a> {
    /// Reads a whole pickle. What stands behind its end is left alone, as Python does.
    pub(in crate::carbon) fn read(frame: &'a [u8]) -> Result<Self, PickleError> {
        look_over(frame)?;
        let mut machine = Machine {
            stack: Vec::new(),
            marks: Vec::new(),
            memo: Vec::new(),
            pickle: Self {
                root: Value::None,
                items: Vec::new(),
                lists: Vec::new(),
                made: Vec::new(),
            },
            // A larger frame was allowed by whoever configured it.
            values_max: PICKLE_VALUES_MAX.max(frame.len() / 3),
        };
        let mut reader = Reader(frame);
        while let ControlFlow::Continue(op) = reader.op()? {
            machine.run(op)?;
        }
        machine.pickle.root = machine.pop()?;
        Ok(machine.pickle)
    }

    /// How many values lists, tuples and dictionaries hold, each counted once.
    pub(in crate::carbon) fn size(&self) -> usize {
        self.items.len()
    }

    /// What a list or a tuple holds; nothing of other values.
    pub(in crate::carbon) fn items(
        &self,
        value: Value<'a>,
    ) -> Option<impl Iterator<Item = Value<'a>>> {
        let (one, parts) = match value {
            Value::Tuple(place) => (Some(place), [].as_slice()),
            Value::List(list) => (None, self.lists.get(list as usize)?.as_slice()),
            _ => return None,
        };
        let places = one.into_iter().chain(parts.iter().copied());
        Some(places.flat_map(|place| self.items[place.range()].iter().copied()))
    }

    /// The bytes of a text.
    pub(in crate::carbon) fn bytes<'s>(&'s self, value: Value<'a>) -> Option<&'s [u8]>
    where
        'a: 's,
    {
        match value {
            Value::Text(bytes) => Some(bytes),
            Value::Made(place) => Some(&self.made[place.range()]),
            _ => None,
        }
    }

    /// A text, if it is one.
    pub(in crate::carbon) fn text<'s>(&'s self, value: Value<'a>) -> Option<&'s str>
    where
        'a: 's,
    {
        str::from_utf8(self.bytes(value)?).ok()
    }

    /// A number, as Python's `float()` reads it: texts may be one.
    pub(in crate::carbon) fn number(&self, value: Value<'a>) -> Option<f64> {
        match value {
            Value::Float(number) => Some(number),
            Value::Int(number) => Some(number as f64),
            Value::Bool(is_one) => Some(f64::from(u8::from(is_one))),
            text => number::parse(self.text(text)?.trim_ascii()),
        }
    }

    /// What a dictionary has under a key that is a text; the last where several are alike.
    pub(in crate::carbon) fn get(&self, value: Value<'a>, key: &str) -> Option<Value<'a>> {
        let Value::Dict(dict) = value else { return None };
        let parts = self.lists.get(dict as usize)?;
        let pairs = parts.iter().flat_map(|place| self.items[place.range()].chunks_exact(2));
        let mut found = pairs.filter(|pair| self.bytes(pair[0]) == Some(key.as_bytes()));
        found.next_back().map(|pair| pair[1])
    }
}

/// Refuses what is more than data, and what is cut, before anything is made of the rest.
fn look_over(frame: &[u8]) -> Result<(), PickleError> {
    let mut reader = Reader(frame);
    while reader.op()?.is_continue() {}
    Ok(())
}

struct Machine<'a> {
    stack: Vec<Value<'a>>,
    /// How high the stack was at each mark.
    marks: Vec<usize>,
    memo: Vec<Option<Value<'a>>>,
    pickle: Pickle<'a>,
    values_max: usize,
}

impl<'a> Machine<'a> {
    fn run(&mut self, op: Op<'a>) -> Result<(), PickleError> {
        let value = match op {
            Op::Nothing => return Ok(()),
            Op::None => Value::None,
            Op::Bool(is_true) => Value::Bool(is_true),
            Op::Int(number) => Value::Int(number),
            Op::Float(number) => Value::Float(number),
            Op::Long(bytes) => long(bytes)?,
            Op::Number(digits) => written(digits)?,
            Op::Text(bytes) => Value::Text(bytes),
            Op::Quoted(literal) => {
                self.text(quoted(literal).ok_or(Broken("a text is no literal"))?)?
            }
            Op::Escaped(text) => match escaped(text).ok_or(Broken("a text's escape is none"))? {
                Cow::Borrowed(text) => Value::Text(text.as_bytes()),
                Cow::Owned(text) => self.text(Cow::Owned(text.into_bytes()))?,
            },
            Op::Duplicate => *self.stack.last().ok_or(Broken("there is nothing to duplicate"))?,
            Op::Get(at) => {
                let noted = self.memo.get(at).copied().flatten();
                noted.ok_or(Broken("the memo has no such number"))?
            }
            op => return self.run_on_stack(op),
        };
        self.push(value)
    }

    /// What takes its operands from the stack.
    fn run_on_stack(&mut self, op: Op<'a>) -> Result<(), PickleError> {
        match op {
            Op::Mark if self.marks.len() == PICKLE_DEPTH_MAX => return Err(TooMuch("marks")),
            Op::Mark => self.marks.push(self.stack.len()),
            // Where a mark is on top, that is what Python takes.
            Op::Pop if self.marks.last() == Some(&self.stack.len()) => drop(self.marks.pop()),
            Op::Pop => drop(self.pop()?),
            Op::PopMark => {
                let mark = self.mark()?;
                self.stack.truncate(mark);
            }
            Op::TupleOf(items) => {
                let above = self.stack.len().checked_sub(items).ok_or(SHORT)?;
                self.tuple(above)?;
            }
            Op::Tuple => {
                let mark = self.mark()?;
                self.tuple(mark)?;
            }
            Op::List | Op::EmptyList => {
                let above = if op == Op::List { self.mark()? } else { self.stack.len() };
                let list = self.list(above)?;
                self.push(Value::List(list))?;
            }
            Op::Dict | Op::EmptyDict => {
                let above = if op == Op::Dict { self.mark()? } else { self.stack.len() };
                let dict = self.dict(above)?;
                self.push(Value::Dict(dict))?;
            }
            Op::Append => {
                let above = self.stack.len().checked_sub(1).ok_or(SHORT)?;
                self.add(above, false)?;
            }
            Op::AppendAll => {
                let mark = self.mark()?;
                self.add(mark, false)?;
            }
            Op::SetItem => {
                let above = self.stack.len().checked_sub(2).ok_or(SHORT)?;
                self.add(above, true)?;
            }
            Op::SetItems => {
                let mark = self.mark()?;
                self.add(mark, true)?;
            }
            Op::Memoize => {
                let at = self.memo.len();
                self.note(at)?;
            }
            Op::Put(at) => self.note(at)?,
            _ => {}
        }
        Ok(())
    }

    fn push(&mut self, value: Value<'a>) -> Result<(), PickleError> {
        self.has_room(1)?;
        self.stack.push(value);
        Ok(())
    }

    fn has_room(&self, more: usize) -> Result<(), PickleError> {
        let values = self.stack.len() + self.pickle.items.len() + self.pickle.lists.len() + more;
        if values > self.values_max { Err(TooMuch("values")) } else { Ok(()) }
    }

    fn pop(&mut self) -> Result<Value<'a>, PickleError> {
        self.stack.pop().ok_or(SHORT)
    }

    /// The height of the stack at the last mark.
    fn mark(&mut self) -> Result<usize, PickleError> {
        let mark = self.marks.pop().ok_or(Broken("there is no mark"))?;
        // What was below it may have been taken.
        if mark > self.stack.len() { Err(SHORT) } else { Ok(mark) }
    }

    /// Moves the values above a height of the stack to the others that lists and tuples hold.
    fn settle(&mut self, above: usize) -> Result<Place, PickleError> {
        let start = self.pickle.items.len();
        self.pickle.items.extend(self.stack.drain(above..));
        Place::new(start..self.pickle.items.len())
    }

    fn tuple(&mut self, above: usize) -> Result<(), PickleError> {
        let place = self.settle(above)?;
        self.push(Value::Tuple(place))
    }

    fn list(&mut self, above: usize) -> Result<u32, PickleError> {
        self.has_room(1)?;
        let place = self.settle(above)?;
        let number = u32::try_from(self.pickle.lists.len()).map_err(|_| TooMuch("lists"))?;
        let parts = if place.length == 0 { Vec::new() } else { vec![place] };
        self.pickle.lists.push(parts);
        Ok(number)
    }

    fn dict(&mut self, above: usize) -> Result<u32, PickleError> {
        if (self.stack.len() - above) % 2 == 1 {
            return Err(Broken("a key has no value"));
        }
        self.list(above)
    }

    /// Adds what stands above a height of the stack to the list, or dictionary, that stands there.
    fn add(&mut self, above: usize, is_dict: bool) -> Result<(), PickleError> {
        let to = above.checked_sub(1).and_then(|below| self.stack.get(below)).copied();
        let list = match to {
            Some(Value::List(list)) if !is_dict => list,
            Some(Value::Dict(dict)) if is_dict => dict,
            _ => return Err(Broken("there is nothing to add to")),
        };
        if is_dict && (self.stack.len() - above) % 2 == 1 {
            return Err(Broken("a key has no value"));
        }
        let place = self.settle(above)?;
        if place.length > 0 {
            self.pickle.lists[list as usize].push(place);
        }
        Ok(())
    }

    fn note(&mut self, at: usize) -> Result<(), PickleError> {
        let value = *self.stack.last().ok_or(SHORT)?;
        if at >= PICKLE_MEMO_MAX {
            return Err(TooMuch("notes in its memo"));
        }
        if at >= self.memo.len() {
            self.memo.resize(at + 1, None);
        }
        self.memo[at] = Some(value);
        Ok(())
    }

    fn text(&mut self, bytes: Cow<'a, [u8]>) -> Result<Value<'a>, PickleError> {
        Ok(match bytes {
            Cow::Borrowed(bytes) => Value::Text(bytes),
            Cow::Owned(bytes) => {
                let start = self.pickle.made.len();
                self.pickle.made.extend(bytes);
                Value::Made(Place::new(start..self.pickle.made.len())?)
            }
        })
    }
}

const SHORT: PickleError = Broken("its stack is empty");

/// Two's complement, least significant byte first.
fn long(bytes: &[u8]) -> Result<Value<'static>, PickleError> {
    if bytes.len() > PICKLE_LONG_MAX_BYTES {
        return Err(TooMuch("digits in a number"));
    }
    let is_negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
    let mut all = [if is_negative { 0xff } else { 0 }; PICKLE_LONG_MAX_BYTES];
    all[..bytes.len()].copy_from_slice(bytes);
    let number = i128::from_le_bytes(all);
    Ok(i64::try_from(number).map_or(Value::Float(number as f64), Value::Int))
}

/// A number as it is written; a long one of Python 2 has an `L` behind it.
fn written(digits: &[u8]) -> Result<Value<'static>, PickleError> {
    match digits {
        b"00" => return Ok(Value::Bool(false)),
        b"01" => return Ok(Value::Bool(true)),
        _ => {}
    }
    let text = str::from_utf8(digits).map(str::trim_ascii).unwrap_or_default();
    let text = text.strip_suffix('L').unwrap_or(text);
    let float = || number::parse(text).map(Value::Float);
    text.parse().map(Value::Int).ok().or_else(float).ok_or(Broken("a number is none"))
}

#[cfg(test)]
mod tests;
