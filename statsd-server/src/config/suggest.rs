//! What was meant by a word that there is not.

/// How many letters may be wrong in a word that is still recognised.
const EDITS_MAX: usize = 3;

/// The known word that is nearest to `unknown`; none where every one is far.
pub(super) fn nearest<'a>(unknown: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.map(|word| (distance(unknown, word), word));
    // Two letters of four are a slip where the word begins right (`prot`), else another word (`host`).
    let begins_right = |word: &str| word.as_bytes().first() == unknown.as_bytes().first();
    let is_near = |edits: usize, word: &str| {
        edits <= EDITS_MAX && (2 * edits < word.len() || edits < word.len() && begins_right(word))
    };
    distances.filter(|(edits, word)| is_near(*edits, word)).min().map(|(_, word)| word)
}

/// Levenshtein's distance, row by row; a letter's case is a small mistake that counts as none.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(!x.eq_ignore_ascii_case(&y));
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_meant_and_a_far_one_is_not() {
        let known = || ["flushInterval", "flush_counts", "port"].into_iter();
        assert_eq!(nearest("flushinterval", known()), Some("flushInterval"));
        assert_eq!(nearest("flush_count", known()), Some("flush_counts"));
        assert_eq!(nearest("prot", known()), Some("port"));
        assert_eq!(nearest("host", known()), None);
        assert_eq!(nearest("batch", known()), None);
        assert_eq!(nearest("", known()), None);
    }
}
