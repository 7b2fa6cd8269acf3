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
    pub(crate) const ONE: Self = Self { own: 1, aggregated: 0 };

    pub(crate) fn aggregated(calls: u64) -> Self {
        Self { own: 0, aggregated: calls }
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.own += other.own;
        self.aggregated += other.aggregated;
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
        Self { limit, packet: Vec::new(), calls: Calls::default() }
    }

    /// Bytes that one line may have.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Adds a line, or several that must share a packet, joined by newlines.
    pub(crate) fn push(&mut self, line: &[u8], calls: Calls, outlet: &mut dyn Outlet) {
        if line.len() > self.limit {
            outlet.too_long(calls);
            return;
        }
        if self.packet.len() + 1 + line.len() > self.limit {
            self.finish(outlet);
        }
        if !self.packet.is_empty() {
            self.packet.push(b'\n');
        }
        self.packet.extend_from_slice(line);
        self.calls.add(calls);
    }

    /// Sends the packet that is not full yet.
    pub(crate) fn finish(&mut self, outlet: &mut dyn Outlet) {
        if !self.packet.is_empty() {
            outlet.send(&self.packet, std::mem::take(&mut self.calls));
            self.packet.clear();
        }
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
            packer.push(line.as_bytes(), Calls::ONE, &mut kept);
        }
        packer.finish(&mut kept);
        let expected = [("a:1|c\nb:2|c", 2), ("c:33|c", 1), ("d:4|c", 1), ("12345678901", 1)];
        assert_eq!(kept.packets, expected.map(|(bytes, own)| (bytes.to_owned(), own)));
        assert_eq!(kept.too_long, Calls::ONE);
        packer.finish(&mut kept);
        assert_eq!(kept.packets.len(), expected.len());
    }
}
