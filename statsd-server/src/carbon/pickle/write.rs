//! Values → pickles, protocol 2: the answers of the cache query port.

/// Writes one pickle. What is begun with a mark is ended by its caller.
#[derive(Debug)]
pub(in crate::carbon) struct Writer(Vec<u8>);

impl Writer {
    pub(in crate::carbon) fn new() -> Self {
        Self(vec![0x80, 2])
    }

    /// An empty dictionary, and the mark behind which keys and values stand in turns.
    pub(in crate::carbon) fn begin_dict(&mut self) {
        self.0.extend(b"}(");
    }

    pub(in crate::carbon) fn end_dict(&mut self) {
        self.0.push(b'u');
    }

    /// An empty list, and the mark behind which its items stand.
    pub(in crate::carbon) fn begin_list(&mut self) {
        self.0.extend(b"](");
    }

    pub(in crate::carbon) fn end_list(&mut self) {
        self.0.push(b'e');
    }

    pub(in crate::carbon) fn text(&mut self, text: &str) {
        self.0.push(b'X');
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.0.extend(length.to_le_bytes());
        self.0.extend(&text.as_bytes()[..length as usize]);
    }

    pub(in crate::carbon) fn int(&mut self, number: i64) {
        if let Ok(short) = i32::try_from(number) {
            self.0.push(b'J');
            self.0.extend(short.to_le_bytes());
        } else {
            self.0.extend([0x8a, 8]);
            self.0.extend(number.to_le_bytes());
        }
    }

    pub(in crate::carbon) fn float(&mut self, number: f64) {
        self.0.push(b'G');
        self.0.extend(number.to_be_bytes());
    }

    /// A pair of the two values before it.
    pub(in crate::carbon) fn pair(&mut self) {
        self.0.push(0x86);
    }

    /// The whole, behind its length in four bytes, most significant first.
    pub(in crate::carbon) fn frame(mut self) -> Vec<u8> {
        self.0.push(b'.');
        let length = u32::try_from(self.0.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut frame = Vec::with_capacity(self.0.len() + length.len());
        frame.extend(length);
        frame.extend(self.0);
        frame
    }
}
