//! What stands in the place of what a pattern found: Python's replacement text.

use regex::{Captures, Regex};

/// Texts and groups, side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    /// What this group found; nothing where it found nothing.
    Group(usize),
}

impl Template {
    /// Reads `\1`, `\g<1>`, `\g<name>` and Python's escapes.
    pub(super) fn python(text: &str, pattern: &Regex) -> Result<Self, String> {
        let mut template = Self(Vec::new());
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            if c != '\\' {
                template.push(c);
                continue;
            }
            match rest.next().ok_or("the replacement ends in a single `\\`")? {
                'g' => {
                    let name = match rest.next() {
                        Some('<') => name(&mut rest),
                        _ => None,
                    };
                    let name = name.ok_or("`\\g` wants a group in `<…>` behind it")?;
                    template.group(&name, pattern)?;
                }
                // Python takes it for a character's octal number.
                '0' => return Err("`\\0` is no group; the whole is `\\g<0>`".to_owned()),
                digit @ '1'..='9' => {
                    let mut number = digit.to_string();
                    // Two digits at most; three would be an octal number.
                    number.extend(rest.next_if(char::is_ascii_digit));
                    template.group(&number, pattern)?;
                }
                '\\' => template.push('\\'),
                'n' => template.push('\n'),
                't' => template.push('\t'),
                'r' => template.push('\r'),
                'a' => template.push('\u{7}'),
                'b' => template.push('\u{8}'),
                'f' => template.push('\u{c}'),
                'v' => template.push('\u{b}'),
                c if c.is_ascii_alphabetic() => {
                    return Err(format!("`\\{c}` means nothing in a replacement"));
                }
                // Any other stays with its stroke, as in Python.
                c => {
                    template.push('\\');
                    template.push(c);
                }
            }
        }
        Ok(template)
    }

    /// Reads `<name>`, as carbon's aggregation rules have it.
    pub(super) fn fields(text: &str, pattern: &Regex) -> Result<Self, String> {
        let mut template = Self(Vec::new());
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once('<') {
            template.text(before);
            let (name, behind) = behind.split_once('>').ok_or("a `<` has no `>`")?;
            if let Some(name) = name.strip_prefix('<') {
                return Err(format!("in the output it is `<{name}>`, with one bracket"));
            }
            let at = pattern.capture_names().position(|known| known == Some(name));
            let at = at.ok_or_else(|| format!("`<{name}>` is not in the input"))?;
            template.0.push(Piece::Group(at));
            rest = behind;
        }
        template.text(rest);
        Ok(template)
    }

    /// Writes what it makes of a find.
    pub(super) fn write(&self, found: &Captures<'_>, new: &mut String) {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => new.push_str(text),
                Piece::Group(at) => new.push_str(found.get(*at).map_or("", |group| group.as_str())),
            }
        }
    }

    fn push(&mut self, c: char) {
        self.text(c.encode_utf8(&mut [0; 4]));
    }

    fn text(&mut self, more: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(text)) => text.push_str(more),
            _ if more.is_empty() => {}
            _ => self.0.push(Piece::Text(more.to_owned())),
        }
    }

    fn group(&mut self, name: &str, pattern: &Regex) -> Result<(), String> {
        let at = match name.parse::<usize>() {
            Ok(number) => (number < pattern.captures_len()).then_some(number),
            Err(_) => pattern.capture_names().position(|known| known == Some(name)),
        };
        let at = at.ok_or_else(|| format!("the pattern has no group `{name}`"))?;
        self.0.push(Piece::Group(at));
        Ok(())
    }
}

fn name(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut name = String::new();
    loop {
        match rest.next()? {
            '>' => return Some(name).filter(|name| !name.is_empty()),
            c => name.push(c),
        }
    }
}
