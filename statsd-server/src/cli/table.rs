//! Columns for people.

/// Rows as lines, each column as wide as its widest cell, two spaces between; numbers to the right.
pub(super) fn aligned<const COLUMNS: usize>(rows: &[[String; COLUMNS]], indent: &str) -> String {
    let mut widths = [0; COLUMNS];
    // The first row is the heading.
    let mut is_number = [true; COLUMNS];
    for (number, row) in rows.iter().enumerate() {
        for ((cell, width), is_number) in row.iter().zip(&mut widths).zip(&mut is_number) {
            *width = cell.chars().count().max(*width);
            // What is not known stands where a number would.
            let is_unknown = matches!(cell.as_str(), "None" | "NaN" | "inf");
            let begins = cell.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+');
            *is_number &= number == 0 || begins || is_unknown;
        }
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::from(indent);
        for ((cell, width), is_number) in row.iter().zip(widths).zip(is_number) {
            if line.len() > indent.len() {
                line.push_str("  ");
            }
            let space = " ".repeat(width - cell.chars().count());
            let (before, after) =
                if is_number { (space.as_str(), "") } else { ("", space.as_str()) };
            line.push_str(before);
            line.push_str(cell);
            line.push_str(after);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_to_the_left_and_numbers_to_the_right() {
        let rows =
            [["name", "size"], ["a", "1"], ["long", "1000"]].map(|row| row.map(str::to_owned));
        assert_eq!(aligned(&rows, " "), " name  size\n a        1\n long  1000\n");
    }
}
