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

/// A finished packet.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Packet {
    pub(crate) bytes: Vec<u8>,
    pub(crate) calls: Calls,
}

/// Packs lines.
#[derive(Debug)]
pub(crate) struct Packer {
    limit: usize,
    packets: Vec<Packet>,
    open: Packet,
    /// Calls of lines that are over the limit by themselves.
    pub(crate) too_long: Calls,
}

impl Packer {
    /// A packer for packets of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, packets: Vec::new(), open: Packet::default(), too_long: Calls::default() }
    }

    /// Bytes that one line may have.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Adds a line, or several that must share a packet, joined by newlines.
    pub(crate) fn push(&mut self, line: &[u8], calls: Calls) {
        if line.len() > self.limit {
            self.too_long.add(calls);
            return;
        }
        if !self.open.bytes.is_empty() {
            if self.open.bytes.len() + 1 + line.len() > self.limit {
                self.packets.push(std::mem::take(&mut self.open));
            } else {
                self.open.bytes.push(b'\n');
            }
        }
        self.open.bytes.extend_from_slice(line);
        self.open.calls.add(calls);
    }

    /// The packets, the last of them perhaps short.
    pub(crate) fn finish(&mut self) -> Vec<Packet> {
        if !self.open.bytes.is_empty() {
            self.packets.push(std::mem::take(&mut self.open));
        }
        std::mem::take(&mut self.packets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_filled_to_the_byte() {
        let mut packer = Packer::new(11);
        for line in ["a:1|c", "b:2|c", "c:33|c", "d:4|c", "12345678901", "123456789012"] {
            packer.push(line.as_bytes(), Calls::ONE);
        }
        let packets: Vec<_> = packer
            .finish()
            .into_iter()
            .map(|packet| (String::from_utf8(packet.bytes).unwrap(), packet.calls.own))
            .collect();
        let expected = [("a:1|c\nb:2|c", 2), ("c:33|c", 1), ("d:4|c", 1), ("12345678901", 1)];
        assert_eq!(packets, expected.map(|(bytes, own)| (bytes.to_owned(), own)));
        assert_eq!(packer.too_long, Calls::ONE);
        assert_eq!(packer.finish(), []);
    }
}
