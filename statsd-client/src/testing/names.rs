//! How names are compared: with patterns, and with each other.

/// Characters of a name that are looked at to say how alike it is to another.
const COMPARED_MAX: usize = 64;

/// Whether a name fits a pattern, in which `*` stands for any text.
pub(super) fn matches_pattern(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut p, mut n) = (0, 0);
    // Where the last star was, and how much of the name it has taken.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&b'*') {
            star = Some((p, n));
            p += 1;
        } else if pattern.get(p) == name.get(n) {
            (p, n) = (p + 1, n + 1);
        } else if let Some((at, taken)) = star {
            star = Some((at, taken + 1));
            (p, n) = (at + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

/// How many characters have to be changed, added or taken away to make one name of the other.
pub(super) fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(COMPARED_MAX).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, c) in one.chars().take(COMPARED_MAX).enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (at, &d) in other.iter().enumerate() {
            let exchanged = diagonal + usize::from(c != d);
            diagonal = row[at + 1];
            row[at + 1] = exchanged.min(row[at] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

/// Whether names of this distance are likely to be meant for each other: a third of the longer one is the same
/// but for a slip or two.
pub(super) fn is_alike(distance: usize, pattern: &str) -> bool {
    distance <= (pattern.chars().count() / 3).max(2)
}

#[cfg(test)]
mod tests;
