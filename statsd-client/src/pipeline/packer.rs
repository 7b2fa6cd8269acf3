//! Lines → packets: as many lines a packet as fit, never one byte over the limit.

/// Who a line is made of, so that a packet that is lost can be counted to the call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Calls {
    /// Calls whose value stands in the line by itself.
    pub(crate) own: u64,
    /// Calls that were added up into the line's value.
    pub(crate) aggregated: u64,
}

impl Calls {
    pub(crate) const NONE: Self = Self { own: 0, aggregated: 0 };
    pub(crate) const ONE: Self = Self::own(1);

    pub(crate) const fn own(calls: u64) -> Self {
        Self { own: calls, aggregated: 0 }
    }

    pub(crate) const fn aggregated(calls: u64) -> Self {
        Self { own: 0, aggregated: calls }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.own += other.own;
        self.aggregated += other.aggregated;
    }

    pub(crate) fn total(self) -> u64 {
        self.own + self.aggregated
    }
}

/// Where finished packets go.
pub(crate) trait Outlet {
    /// Takes a packet, and the calls whose loss its loss would be.
    fn send(&mut self, packet: &[u8], calls: Calls);

    /// Hears of a line that is over the limit by itself.
    fn too_long(&mut self, calls: Calls);
}

/// Packs lines. It holds one packet, whatever there is to be sent.
#[derive(Debug)]
pub(crate) struct Packer {
    limit: usize,
    packet: Vec<u8>,
    calls: Calls,
}

impl Packer {
    /// A packer for packets of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, packet: Vec::new(), calls: Calls::NONE }
    }

    /// Bytes that one line may have.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Adds a line, or several that must share a packet, joined by newlines. It is written where it will
    /// be sent from.
    #[inline]
    pub(crate) fn push(
        &mut self,
        calls: Calls,
        outlet: &mut dyn Outlet,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let end = self.packet.len();
        if end > 0 {
            self.packet.push(b'\n');
        }
        let start = self.packet.len();
        write(&mut self.packet);
        if self.packet.len() > self.limit && !self.make_room(end, start, calls, outlet) {
            return;
        }
        self.calls.add(calls);
    }

    /// Adds a line that is kept with a newline before it.
    #[inline]
    pub(crate) fn push_kept(&mut self, line: &[u8], calls: Calls, outlet: &mut dyn Outlet) {
        if !self.packet.is_empty() && self.packet.len() + line.len() <= self.limit {
            self.packet.extend_from_slice(line);
            self.calls.add(calls);
        } else {
            self.push(calls, outlet, |out| out.extend_from_slice(&line[1..]));
        }
    }

    /// Sends the packet that is not full yet.
    pub(crate) fn finish(&mut self, outlet: &mut dyn Outlet) {
        if !self.packet.is_empty() {
            outlet.send(&self.packet, std::mem::take(&mut self.calls));
            self.packet.clear();
        }
    }

    /// The last line, which begins at `start`, does not fit: sends what stands before it, or refuses it.
    #[cold]
    fn make_room(
        &mut self,
        end: usize,
        start: usize,
        calls: Calls,
        outlet: &mut dyn Outlet,
    ) -> bool {
        if self.packet.len() - start > self.limit {
            self.packet.truncate(end);
            outlet.too_long(calls);
            return false;
        }
        outlet.send(&self.packet[..end], std::mem::take(&mut self.calls));
        self.packet.drain(..start);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Kept {
        packets: Vec<(String, u64)>,
        too_long: Calls,
    }

    impl Outlet for Kept {
        fn send(&mut self, packet: &[u8], calls: Calls) {
            self.packets.push((String::from_utf8(packet.to_vec()).unwrap(), calls.own));
        }

        fn too_long(&mut self, calls: Calls) {
            self.too_long.add(calls);
        }
    }

    #[test]
    fn packets_are_filled_to_the_byte() {
        let (mut packer, mut kept) = (Packer::new(11), Kept::default());
        for line in ["a:1|c", "b:2|c", "c:33|c", "d:4|c", "12345678901", "123456789012"] {
            packer.push(Calls::ONE, &mut kept, |out| out.extend_from_slice(line.as_bytes()));
        }
        packer.finish(&mut kept);
        let expected = [("a:1|c\nb:2|c", 2), ("c:33|c", 1), ("d:4|c", 1), ("12345678901", 1)];
        assert_eq!(kept.packets, expected.map(|(bytes, own)| (bytes.to_owned(), own)));
        assert_eq!(kept.too_long, Calls::ONE);
        packer.finish(&mut kept);
        assert_eq!(kept.packets.len(), expected.len());
        for line in ["\na:1|c", "\nb:2|c", "\nc:3|c", "\n123456789012"] {
            packer.push_kept(line.as_bytes(), Calls::ONE, &mut kept);
        }
        packer.finish(&mut kept);
        let kept_lines = kept.packets[expected.len()..].iter().map(|(packet, _)| &**packet);
        assert!(kept_lines.eq(["a:1|c\nb:2|c", "c:3|c"]));
        assert_eq!(kept.too_long, Calls::own(2));
    }
}
