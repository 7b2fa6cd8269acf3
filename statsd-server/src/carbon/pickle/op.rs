//! Bytes → instructions, one by one.

use std::ops::ControlFlow;

use memchr::memchr;

use super::PickleError;
use super::PickleError::{Cut, NotData, Unknown};

/// An instruction with its argument, which stands in the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Op<'a> {
    /// Changes nothing: a protocol's number, or how long a part of the stream is.
    Nothing,
    Mark,
    Pop,
    PopMark,
    Duplicate,
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    /// A whole number in bytes, least significant first.
    Long(&'a [u8]),
    /// Digits: a whole number, a float, or `00` and `01` for the two booleans.
    Number(&'a [u8]),
    /// Text as bytes: UTF-8, or whatever Python 2 had.
    Text(&'a [u8]),
    /// A literal with quotation marks, as Python writes it.
    Quoted(&'a [u8]),
    /// One byte a letter, others as `\u1234`.
    Escaped(&'a [u8]),
    /// So many values from the stack.
    TupleOf(usize),
    /// All since the mark.
    Tuple,
    List,
    Dict,
    EmptyList,
    EmptyDict,
    /// The one on top to the list below it.
    Append,
    /// All since the mark to the list below that.
    AppendAll,
    /// The two on top to the dictionary below them.
    SetItem,
    SetItems,
    Get(usize),
    Put(usize),
    /// Under the next number that is free.
    Memoize,
}

/// What is left of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next instruction; `Break` where it is the last.
    pub(super) fn op(&mut self) -> Result<ControlFlow<(), Op<'a>>, PickleError> {
        let code = self.byte()?;
        Ok(ControlFlow::Continue(match code {
            b'.' => return Ok(ControlFlow::Break(())),
            b'(' => Op::Mark,
            b'0' => Op::Pop,
            b'1' => Op::PopMark,
            b'2' => Op::Duplicate,
            b'N' => Op::None,
            0x88 => Op::Bool(true),
            0x89 => Op::Bool(false),
            b't' => Op::Tuple,
            b'l' => Op::List,
            b'd' => Op::Dict,
            b')' => Op::TupleOf(0),
            0x85 => Op::TupleOf(1),
            0x86 => Op::TupleOf(2),
            0x87 => Op::TupleOf(3),
            b']' => Op::EmptyList,
            b'}' => Op::EmptyDict,
            b'a' => Op::Append,
            b'e' => Op::AppendAll,
            b's' => Op::SetItem,
            b'u' => Op::SetItems,
            0x94 => Op::Memoize,
            0x80 => self.skip(1)?,
            0x95 => self.skip(8)?,
            b'g' | b'p' | b'h' | b'j' | b'q' | b'r' => self.memo(code)?,
            b'J' | b'K' | b'M' | b'G' | b'F' | b'I' | b'L' | 0x8a | 0x8b => self.number(code)?,
            b'S' | b'T' | b'U' | b'V' | b'X' | b'B' | b'C' | 0x8c | 0x8d | 0x8e => {
                self.text(code)?
            }
            _ => return Err(refused(code)),
        }))
    }

    fn memo(&mut self, code: u8) -> Result<Op<'a>, PickleError> {
        Ok(match code {
            b'g' => Op::Get(self.index()?),
            b'p' => Op::Put(self.index()?),
            b'h' => Op::Get(usize::from(self.byte()?)),
            b'q' => Op::Put(usize::from(self.byte()?)),
            b'j' => Op::Get(self.length32()?),
            _ => Op::Put(self.length32()?),
        })
    }

    fn number(&mut self, code: u8) -> Result<Op<'a>, PickleError> {
        Ok(match code {
            b'J' => Op::Int(i64::from(i32::from_le_bytes(self.array()?))),
            b'K' => Op::Int(i64::from(self.byte()?)),
            b'M' => Op::Int(i64::from(u16::from_le_bytes(self.array()?))),
            b'G' => Op::Float(f64::from_be_bytes(self.array()?)),
            0x8a => {
                let length = usize::from(self.byte()?);
                Op::Long(self.take(length)?)
            }
            0x8b => {
                let length = self.length32()?;
                Op::Long(self.take(length)?)
            }
            _ => Op::Number(self.line()?),
        })
    }

    fn text(&mut self, code: u8) -> Result<Op<'a>, PickleError> {
        let length = match code {
            b'S' => return self.line().map(Op::Quoted),
            b'V' => return self.line().map(Op::Escaped),
            b'U' | b'C' | 0x8c => usize::from(self.byte()?),
            b'T' | b'X' | b'B' => self.length32()?,
            _ => usize::try_from(u64::from_le_bytes(self.array()?)).map_err(|_| Cut)?,
        };
        self.take(length).map(Op::Text)
    }

    fn byte(&mut self) -> Result<u8, PickleError> {
        let (&byte, rest) = self.0.split_first().ok_or(Cut)?;
        self.0 = rest;
        Ok(byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let (array, rest) = self.0.split_first_chunk::<N>().ok_or(Cut)?;
        self.0 = rest;
        Ok(*array)
    }

    /// A length says nothing before the bytes are there.
    fn take(&mut self, bytes: usize) -> Result<&'a [u8], PickleError> {
        let (taken, rest) = self.0.split_at_checked(bytes).ok_or(Cut)?;
        self.0 = rest;
        Ok(taken)
    }

    fn skip(&mut self, bytes: usize) -> Result<Op<'a>, PickleError> {
        self.take(bytes).map(|_| Op::Nothing)
    }

    fn length32(&mut self) -> Result<usize, PickleError> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| Cut)
    }

    /// Up to the next newline, which goes with it.
    fn line(&mut self) -> Result<&'a [u8], PickleError> {
        let end = memchr(b'\n', self.0).ok_or(Cut)?;
        let line = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Ok(line.strip_suffix(b"\r").unwrap_or(line))
    }

    fn index(&mut self) -> Result<usize, PickleError> {
        let line = str::from_utf8(self.line()?).ok();
        line.and_then(|line| line.parse().ok())
            .ok_or(PickleError::Broken("a memo's number is none"))
    }
}

fn refused(code: u8) -> PickleError {
    NotData(match code {
        b'c' => "GLOBAL",
        b'R' => "REDUCE",
        b'b' => "BUILD",
        b'i' => "INST",
        b'o' => "OBJ",
        b'P' => "PERSID",
        b'Q' => "BINPERSID",
        0x81 => "NEWOBJ",
        0x82 => "EXT1",
        0x83 => "EXT2",
        0x84 => "EXT4",
        0x8f => "EMPTY_SET",
        0x90 => "ADDITEMS",
        0x91 => "FROZENSET",
        0x92 => "NEWOBJ_EX",
        0x93 => "STACK_GLOBAL",
        0x96 => "BYTEARRAY8",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        _ => return Unknown(code),
    })
}
