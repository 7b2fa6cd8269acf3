//! What is sent: packets made beforehand, which together name every name equally often.

/// What a line's metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Timer,
}

/// How many lines a packet has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// As many as fit 1,432 bytes.
    Packed,
    One,
}

/// Payload that an Ethernet frame has room for; what SDKs fill.
const PACKET_BYTES: usize = 1_432;

/// Names that are sent again and again.
const SMALL: usize = 10_000;

/// Packets, one behind the other.
#[derive(Debug)]
pub(crate) struct Packets {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// In each.
    pub(crate) lines: usize,
}

impl Packets {
    /// All names of a load of `names`, in scattered order, as often as it takes to fill whole packets
    /// with them; once for a load that is large.
    pub(crate) fn new(names: usize, name_bytes: usize, kind: Kind, packing: Packing) -> Self {
        let line_bytes = line(0, name_bytes, kind, 0).len();
        let lines = match packing {
            Packing::One => 1,
            Packing::Packed => (PACKET_BYTES + 1) / (line_bytes + 1),
        };
        // Each of a small load so often that packets and names come out even, and that a timer has many values.
        let count = match kind {
            Kind::Counter if names <= SMALL => names,
            Kind::Timer if names <= SMALL => names * 4,
            _ => names.div_ceil(lines),
        };
        let mut packets = Self { bytes: Vec::new(), ends: Vec::with_capacity(count), lines };
        for packet in 0..count {
            for at in packet * lines..(packet + 1) * lines {
                if at > packet * lines {
                    packets.bytes.push(b'\n');
                }
                packets.bytes.extend(line(scattered(at, names), name_bytes, kind, at));
            }
            packets.ends.push(packets.bytes.len());
        }
        packets
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn get(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start..self.ends[at]]
    }

    /// Packets of equal size without a gap, as a sender hands them over that lets the kernel cut them.
    pub(crate) fn trains(&self, packets: usize) -> impl Iterator<Item = &[u8]> {
        self.bytes.chunks_exact(self.get(0).len() * packets)
    }
}

/// A walk over all names that is far from their order.
fn scattered(at: usize, names: usize) -> usize {
    // Prime, and no factor of any number of names that is used.
    at.wrapping_mul(7_368_787) % names
}

fn line(name: usize, name_bytes: usize, kind: Kind, at: usize) -> Vec<u8> {
    let digits = name_bytes - "bench.h42.c".len();
    let value = match kind {
        Kind::Counter => "1|c".to_owned(),
        // Four characters, one decimal, as timers in milliseconds often are; in no order, for they are sorted.
        Kind::Timer => {
            let tenths = 100 + (at.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % 900;
            format!("{}.{}|ms", tenths / 10, tenths % 10)
        }
    };
    format!("bench.h42.c{name:0digits$}:{value}").into_bytes()
}
