//! A context and what it has come to → lines in the packer.

use crate::protocol::{Dialect, Frame, MetricType, Number};

use super::gauges::Reading;
use super::generation::Samples;
use super::levels::Levels;
use super::packer::{Calls, Outlet, Packer};
use super::registry::{Context, Registry};
use super::run::Op;

/// Where lines are written, and in which words.
pub(crate) struct Lines<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) packer: &'a mut Packer,
    pub(crate) outlet: &'a mut dyn Outlet,
    pub(crate) levels: &'a mut Levels,
}

impl Lines<'_> {
    /// One line of one number.
    #[inline]
    pub(crate) fn number(&mut self, frame: &Frame, number: Number<'_>, calls: Calls) {
        self.packer.push(calls, self.outlet, |out| frame.write(out, number));
    }

    /// One call's line that is kept with a newline before it.
    #[inline]
    pub(crate) fn kept(&mut self, line: &[u8]) {
        self.packer.push_kept(line, Calls::ONE, self.outlet);
    }

    /// A line that is rendered already.
    pub(crate) fn line(&mut self, line: &[u8]) {
        self.packer.push(Calls::ONE, self.outlet, |out| out.extend_from_slice(line));
    }

    /// A gauge that was read, as a line, or two that belong together.
    ///
    /// To most servers a sign means a change: a value below 0 is a reset and a change, in one packet.
    /// Where a sign means nothing, the client says what the gauge now stands at.
    pub(crate) fn gauge(&mut self, context: &Context, reading: Reading, calls: Calls) {
        let has_changes = self.dialect().sign_is_delta();
        let number = match reading {
            _ if !has_changes => Number::Float(self.levels.after(&context.key, reading)),
            Reading::Value(value) => Number::Float(value),
            Reading::Change(change) => Number::Signed(change),
        };
        let is_pair = has_changes && matches!(number, Number::Float(value) if value < 0.0);
        let frame = &context.frame;
        self.packer.push(calls, self.outlet, |out| {
            if is_pair {
                frame.write(out, Number::Integer(0));
                out.push(b'\n');
            }
            frame.write(out, number);
        });
    }

    /// One call as a line of its own. `text` is a set's member.
    pub(crate) fn single(&mut self, context: &Context, op: Op, value: u64, text: &[u8]) {
        let number = match op {
            Op::Gauge | Op::Delta => {
                return self.gauge(context, Reading::of(op, value), Calls::ONE);
            }
            Op::Member => return self.member(&context.frame, text, Calls::ONE),
            Op::Nanos => Number::Nanos(value),
            Op::Sample => Number::Float(f64::from_bits(value)),
            Op::Count => Number::Integer(value.cast_signed()),
        };
        self.number(&context.frame, number, Calls::ONE);
    }

    /// Everything that a context's reservoir and set hold.
    pub(crate) fn samples(&mut self, samples: &mut Samples) {
        let Samples { context, values, members, calls, .. } = samples;
        let mut left = std::mem::take(calls);
        let is_timer = context.kind == MetricType::Timer;
        values.drain(|shift, values| {
            let mut thinned = None;
            if shift > 0 {
                let rate = context.rate / f64::from(shift).exp2();
                thinned = self.registry.render(&context.key, Some(rate), context.is_overflow);
            }
            let frame = &thinned.as_ref().unwrap_or(context).frame;
            let number = |value| {
                if is_timer { Number::Nanos(value) } else { Number::Float(f64::from_bits(value)) }
            };
            self.values(frame, &mut values.map(number), &mut left);
        });
        for member in members.drain() {
            left = left.saturating_sub(1);
            self.member(&context.frame, &member, Calls::ONE);
        }
        // Calls whose member or value others speak for: they are lost only if all are.
        debug_assert!(left < u64::MAX / 2, "fewer calls than lines");
    }

    fn member(&mut self, frame: &Frame, member: &[u8], calls: Calls) {
        let member = String::from_utf8_lossy(member);
        self.packer.push(calls, self.outlet, |out| frame.write(out, Number::Text(&member)));
    }

    /// Values of one frame. DogStatsD packs as many into a line as fit a packet; others read one value a
    /// line.
    fn values(
        &mut self,
        frame: &Frame,
        numbers: &mut dyn Iterator<Item = Number<'_>>,
        left: &mut u64,
    ) {
        if !self.dialect().packs_values() {
            for number in numbers {
                *left = left.saturating_sub(1);
                self.number(frame, number, Calls::ONE);
            }
            return;
        }
        let limit = self.packer.limit();
        let mut line = Vec::new();
        let mut digits = Vec::new();
        let mut count = 0;
        for number in numbers {
            digits.clear();
            number.write(&mut digits);
            let full = line.len() + 1 + digits.len() + frame.tail.len() > limit;
            if count > 0 && full {
                self.packed(&mut line, frame, &mut count, left);
            }
            if count == 0 {
                line.clear();
                line.extend_from_slice(&frame.head);
            }
            line.push(b':');
            line.extend_from_slice(&digits);
            count += 1;
        }
        if count > 0 {
            self.packed(&mut line, frame, &mut count, left);
        }
    }

    fn packed(&mut self, line: &mut Vec<u8>, frame: &Frame, count: &mut u64, left: &mut u64) {
        line.extend_from_slice(&frame.tail);
        *left = left.saturating_sub(*count);
        let calls = Calls::own(std::mem::take(count));
        self.packer.push(calls, self.outlet, |out| out.extend_from_slice(line));
    }

    fn dialect(&self) -> Dialect {
        self.registry.wording.dialect
    }
}
