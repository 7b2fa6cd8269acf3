//! What patterns have said of numbered texts.

/// Answers of one find, a byte each, for the patterns that have given any.
#[derive(Debug)]
pub(in crate::store) struct Memo {
    texts: usize,
    /// By pattern, then text.
    answers: Vec<Vec<u8>>,
}

// A zero, so that the memory of answers nobody asks for is never touched.
const UNKNOWN: u8 = 0;
const NO: u8 = 1;
const YES: u8 = 2;

impl Memo {
    /// For texts whose numbers are below this one.
    pub(in crate::store) fn new(texts: usize) -> Self {
        Self { texts, answers: Vec::new() }
    }

    pub(super) fn get(&mut self, pattern: usize, text: u32, ask: impl FnOnce() -> bool) -> bool {
        if self.answers.len() <= pattern {
            self.answers.resize_with(pattern + 1, Vec::new);
        }
        let answers = &mut self.answers[pattern];
        if answers.is_empty() {
            *answers = vec![UNKNOWN; self.texts];
        }
        let answer = &mut answers[text as usize];
        if *answer == UNKNOWN {
            *answer = if ask() { YES } else { NO };
        }
        *answer == YES
    }
}
