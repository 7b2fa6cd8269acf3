//! What patterns have said of numbered texts.

/// Answers of one find, a byte each, for the patterns that have given any.
#[derive(Debug)]
pub(in crate::store) struct Memo {
    texts: usize,
    /// By pattern, then text.
    answers: Vec<Vec<Answer>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Answer {
    #[default]
    Unknown,
    No,
    Yes,
}

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
            answers.resize(self.texts, Answer::Unknown);
        }
        let answer = &mut answers[text as usize];
        if *answer == Answer::Unknown {
            *answer = if ask() { Answer::Yes } else { Answer::No };
        }
        *answer == Answer::Yes
    }
}
