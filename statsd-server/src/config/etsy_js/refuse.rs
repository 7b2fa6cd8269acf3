//! What is not understood: said in the file's own words, with what to write instead.

use super::scan::{Scanner, is_word};
use super::value::Mistake;

/// Bytes of the file's own text that an error shows.
const SHOWN_MAX_BYTES: usize = 60;

/// Operators that need something to be run, the longer ones first.
const OPERATORS: [&str; 19] = [
    "===", "!==", "...", "||", "&&", "??", "?.", "==", "!=", "<=", ">=", "=>", "**", "?", "<", ">",
    "=", "|", "&",
];

/// A word that is no value: it was taken from `at` on, and what follows it says more.
pub(super) fn refuse_word(scanner: &mut Scanner<'_>, at: usize) -> Mistake {
    let word = scanner.since(at);
    if matches!(word, "function" | "async" | "class") {
        return function(at);
    }
    if matches!(word, "var" | "let" | "const" | "return" | "if" | "for" | "new" | "typeof") {
        let message = format!("`{word}` is run by JavaScript, and nothing is run here: {OBJECT}");
        return Mistake::new(at, message);
    }
    scanner.take_while(|c| is_word(c) || c == '.');
    let chain = shortened(scanner.since(at)).trim_end_matches('.').to_owned();
    scanner.take_while(|c| c == ' ');
    let rest = scanner.rest();
    let message = match word {
        _ if rest.starts_with("=>") => return function(at),
        "process" => format!(
            "`{chain}` is not read here: write the value, or leave the key out and give it as a flag or \
             a STATSD_SERVER_ variable (see --help)"
        ),
        "require" => {
            "`require(…)` is not called here: write the value that it would yield".to_owned()
        }
        _ if rest.starts_with('(') => {
            format!("`{chain}(…)` is not called here: write the value that it would yield")
        }
        _ if rest.starts_with(':') => format!("`{chain}:` stands outside of `{{…}}`: {OBJECT}"),
        _ => {
            format!("`{chain}` is not a value: a text stands in quotes, and variables are not read")
        }
    };
    Mistake::new(at, message)
}

const OBJECT: &str = "a configuration is one object, `{ port: 8125, … }`";

pub(super) fn function(at: usize) -> Mistake {
    let message = "functions are not run here: write the object that this one returns";
    Mistake::new(at, message)
}

/// What is next stands where `wanted` should.
pub(super) fn unexpected(scanner: &mut Scanner<'_>, wanted: &str) -> Mistake {
    let at = scanner.at();
    let rest = scanner.rest();
    let operator = OPERATORS.iter().find(|operator| rest.starts_with(**operator));
    let message = match (operator, scanner.peek()) {
        (Some(&"=>"), _) => return function(at),
        (Some(&"..."), _) => "`...` is not evaluated here: write the entries themselves".to_owned(),
        (Some(operator), _) => {
            format!("`{operator}` is not evaluated here: write the value that it would yield")
        }
        (None, Some('(')) => {
            "nothing is called here: write the value that it would yield".to_owned()
        }
        (None, Some('[')) if wanted == "a key" => {
            "a key in brackets is not evaluated here: write the key itself".to_owned()
        }
        (None, Some(',')) if wanted == "a value" => {
            "an empty place before this `,`: write `undefined`, or leave it out".to_owned()
        }
        (None, Some('.')) => {
            let shown =
                shortened(rest.split(|c: char| !is_word(c) && c != '.').next().unwrap_or("."));
            format!("`{shown}` is not evaluated here: write the value that it would yield")
        }
        _ => format!("expected {wanted}, found {}", scanner.shown()),
    };
    Mistake::new(at, message)
}

/// The beginning of a piece of the file, as long as an error shows it.
pub(super) fn shortened(text: &str) -> &str {
    let mut end = text.len().min(SHOWN_MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
