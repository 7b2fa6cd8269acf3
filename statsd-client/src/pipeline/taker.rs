//! One record of a run → its context's values, or a line of its own.

use std::sync::atomic::AtomicU64;
use std::time::Instant;

use super::gauges::Reading;
use super::generation::Generation;
use super::lines::Lines;
use super::packer::Calls;
use super::run::{Header, Op};

/// Members of one set that are held until a flush; over it they are written out at once, which is as
/// exact, because the server counts distinct ones again.
const SET_MEMBERS_MAX: usize = 16 * 1024;

/// Where the records of a run go.
pub(crate) struct Taker<'a> {
    pub(crate) lines: Lines<'a>,
    pub(crate) aggregates: bool,
    pub(crate) reservoir: usize,
    pub(crate) draws: &'a AtomicU64,
    pub(crate) now: Instant,
}

impl Taker<'_> {
    /// Takes one record; `None`: its context is not known yet.
    #[inline]
    pub(crate) fn take(
        &mut self,
        generation: &mut Generation,
        header: Header,
        value: u64,
        text: &[u8],
    ) -> Option<()> {
        let Header { op, number, .. } = header;
        match op {
            Op::Count => {
                let counter = generation.counter(number)?;
                counter.used = self.now;
                self.lines.kept(counter.line(value.cast_signed()));
            }
            Op::Gauge | Op::Delta => {
                let gauge = generation.gauges.get_mut(number as usize)?;
                gauge.used = self.now;
                self.lines.gauge(&gauge.context, Reading::of(op, value), Calls::ONE);
            }
            Op::Nanos | Op::Sample | Op::Member => {
                let samples = generation.samples.get_mut(number as usize)?;
                samples.used = self.now;
                if header.single || !self.aggregates {
                    self.lines.single(&samples.context, op, value, text);
                    return Some(());
                }
                samples.calls += 1;
                if op != Op::Member {
                    samples.values.push(value, header.shift, self.reservoir, self.draws);
                } else if samples.members.insert(text.into())
                    && samples.members.len() >= SET_MEMBERS_MAX
                {
                    self.lines.samples(samples);
                }
            }
        }
        Some(())
    }
}
