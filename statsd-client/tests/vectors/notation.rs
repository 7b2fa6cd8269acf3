//! The notation of the vectors, read into calls. What it does not know it refuses, with the place.

use std::collections::BTreeMap;

/// Context keys that describe what one vendor chose where suites disagree. Such rows are compared by
/// what they say, not byte by byte.
const CHOICES: [&str; 13] = [
    "float",
    "sanitize_tags",
    "sanitize_tag_keys",
    "sanitize_newline",
    "empty_tag_value",
    "name_double_colon",
    "duplicate_keys",
    "call_tags_override_by_key",
    "prefix_applies_to_checks",
    "event_order",
    "sc_order",
    "tail_order",
    "dedupe",
];

/// Those that are a bare word.
const CHOSEN_WORDS: [&str; 3] = ["global_tags_last", "tags_in_name", "call_tags_override_by_key"];

/// One row.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) call: String,
    pub(crate) context: Context,
    /// Of `child` in the context.
    pub(crate) child: Option<Context>,
    pub(crate) calls: Vec<Call>,
    pub(crate) expected: String,
    /// Remarks in parentheses behind the calls.
    pub(crate) notes: Vec<String>,
    /// Asks for an attribute of a function.
    pub(crate) is_macro: bool,
}

/// Settings of a client; a bare word is a key with the value of its own name.
pub(crate) type Context = BTreeMap<String, Value>;

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Call {
    /// Made by the child client.
    pub(crate) by_child: bool,
    pub(crate) verb: String,
    pub(crate) args: Vec<Value>,
    pub(crate) named: BTreeMap<String, Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    /// A number as it is written, with its unit: `4.0`, `157ms`.
    Number(String),
    Word(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
    /// `Duration 1500 us`, or any other words before a value: `clock advances 100.0 ms`.
    Phrase(Vec<Self>),
}

impl Row {
    /// Reads a line of the file; `None` for a comment.
    pub(crate) fn read(line: &str) -> Result<Option<Self>, String> {
        if line.starts_with('#') || line.is_empty() {
            return Ok(None);
        }
        let [_source, call, expected] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err("a row has three columns".to_owned());
        };
        let mut row = Self {
            call: call.to_owned(),
            context: Context::new(),
            child: None,
            calls: Vec::new(),
            expected: unescape(expected),
            notes: Vec::new(),
            is_macro: false,
        };
        let mut reader = Reader { text: call, at: 0 };
        reader.take("parsed-assert ");
        reader.spaces();
        reader.context(&mut row)?;
        reader.spaces();
        if reader.rest().starts_with("macro ") {
            row.is_macro = true;
            return Ok(Some(row));
        }
        if reader.rest().starts_with("raw line ") {
            row.calls.push(Call { verb: "raw line".to_owned(), ..Call::default() });
            return Ok(Some(row));
        }
        reader.calls(&mut row)?;
        Ok(Some(row))
    }

    /// Whether what the row expects is one vendor's choice.
    pub(crate) fn is_choice(&self) -> bool {
        self.context.keys().any(|key| CHOICES.contains(&&**key) || CHOSEN_WORDS.contains(&&**key))
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// `{key=value, word; child key=value}`, or nothing.
    fn context(&mut self, row: &mut Row) -> Result<(), String> {
        if !self.take("{") {
            return Ok(());
        }
        let mut of_child = false;
        loop {
            self.spaces();
            if self.take("}") {
                return Ok(());
            }
            if self.take(",") {
                continue;
            }
            if self.take(";") {
                self.spaces();
                self.expect("child ")?;
                of_child = true;
                continue;
            }
            let key = self.word()?.to_owned();
            let value = if self.take("=") { self.setting()? } else { Value::Word(key.clone()) };
            let context =
                if of_child { row.child.get_or_insert_default() } else { &mut row.context };
            context.insert(key, value);
        }
    }

    /// A value, or words with dashes and dots up to the next `,`, `;` or `}`: `d-h-tags-m`.
    fn setting(&mut self) -> Result<Value, String> {
        if self.rest().starts_with(['"', '[', '{']) {
            return self.value();
        }
        let word = self.until(|c| matches!(c, ',' | ';' | '}' | ' '));
        Ok(number(word).unwrap_or_else(|| Value::Word(word.to_owned())))
    }

    fn calls(&mut self, row: &mut Row) -> Result<(), String> {
        loop {
            self.spaces();
            if self.rest().is_empty() {
                return Ok(());
            }
            if self.take(";") {
                continue;
            }
            if self.rest().starts_with('(') {
                row.notes.push(self.note()?);
                continue;
            }
            if self.take("then ") {
                // The same call with another value.
                let value = self.value()?;
                let mut again = row.calls.last().cloned().ok_or("`then` after no call")?;
                *again.args.last_mut().ok_or("`then` after a call without a value")? = value;
                row.calls.push(again);
                continue;
            }
            let mut call = self.call()?;
            if call.args.first() == Some(&Value::Word("same".to_owned())) {
                let before = row.calls.last().ok_or("`same` after no call")?;
                call.args[0] = before.args.first().ok_or("`same` as nothing")?.clone();
                for (key, value) in &before.named {
                    call.named.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            row.calls.push(call);
        }
    }

    /// `verb(args)` or a bare `flush`.
    fn call(&mut self) -> Result<Call, String> {
        let mut call = Call { by_child: self.take("child."), ..Call::default() };
        self.word()?.clone_into(&mut call.verb);
        if !self.take("(") {
            return Ok(call);
        }
        loop {
            self.spaces();
            if self.take(")") {
                return Ok(call);
            }
            // The harness repeats a call until it is kept in any case.
            if self.take(",") || self.take("force_sample") {
                continue;
            }
            match self.name_of_argument() {
                Some(name) => {
                    let value = self.value()?;
                    call.named.insert(name.to_owned(), value);
                }
                None => call.args.push(self.value()?),
            }
        }
    }

    fn name_of_argument(&mut self) -> Option<&'a str> {
        let end = self.rest().find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
        let name = &self.rest()[..end];
        if end == 0 || !self.rest()[end..].starts_with('=') {
            return None;
        }
        self.at += end + 1;
        Some(name)
    }

    /// One value; words and numbers that stand beside one another are a phrase.
    fn value(&mut self) -> Result<Value, String> {
        let mut parts = vec![self.single()?];
        loop {
            self.spaces();
            let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '-' | '+' | '"');
            if !self.rest().starts_with(goes_on) || self.rest().starts_with("then ") {
                break;
            }
            parts.push(self.single()?);
        }
        if let [Value::Text(text), Value::Word(x), Value::Number(times)] = &parts[..]
            && x == "x"
        {
            let times: usize = times.parse().map_err(|_| format!("{times} times?"))?;
            return Ok(Value::Text(text.repeat(times)));
        }
        match <[Value; 1]>::try_from(parts) {
            Ok([single]) => Ok(single),
            Err(parts) => Ok(Value::Phrase(parts)),
        }
    }

    fn single(&mut self) -> Result<Value, String> {
        self.spaces();
        if self.take("\"") {
            return self.quoted().map(Value::Text);
        }
        if self.take("[") {
            let mut items = Vec::new();
            loop {
                self.spaces();
                if self.take("]") {
                    return Ok(Value::List(items));
                }
                if !self.take(",") {
                    items.push(self.value()?);
                }
            }
        }
        if self.take("{") {
            let mut pairs = Vec::new();
            loop {
                self.spaces();
                if self.take("}") {
                    return Ok(Value::Map(pairs));
                }
                if self.take(",") {
                    continue;
                }
                let key = if self.take("\"") { self.quoted()? } else { self.word()?.to_owned() };
                self.spaces();
                if !self.take(":") {
                    self.expect("=>")?;
                }
                pairs.push((key, self.value()?));
            }
        }
        let word = self.until(|c| c.is_whitespace() || matches!(c, ',' | ')' | ']' | '}' | ';'));
        if word.is_empty() {
            return Err(self.lost("a value"));
        }
        Ok(number(word).unwrap_or_else(|| Value::Word(word.to_owned())))
    }

    /// The rest of a text in quotes, with its escapes read.
    fn quoted(&mut self) -> Result<String, String> {
        let mut end = None;
        let mut escaped = false;
        for (at, c) in self.rest().char_indices() {
            match c {
                '"' if !escaped => {
                    end = Some(at);
                    break;
                }
                _ => escaped = c == '\\' && !escaped,
            }
        }
        let end = end.ok_or_else(|| self.lost("a closing quote"))?;
        let text = unescape(&self.rest()[..end]);
        self.at += end + 1;
        Ok(text)
    }

    /// A remark in parentheses, which may hold others.
    fn note(&mut self) -> Result<String, String> {
        let mut depth = 0;
        for (at, c) in self.rest().char_indices() {
            depth += i32::from(c == '(') - i32::from(c == ')');
            if depth == 0 {
                let note = self.rest()[1..at].to_owned();
                self.at += at + 1;
                return Ok(note);
            }
        }
        Err(self.lost("a closing parenthesis"))
    }

    fn word(&mut self) -> Result<&'a str, String> {
        let word = self.until(|c| !(c.is_alphanumeric() || matches!(c, '_' | '-')));
        if word.is_empty() { Err(self.lost("a word")) } else { Ok(word) }
    }

    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest().find(ends).unwrap_or(self.rest().len());
        let text = &self.rest()[..end];
        self.at += end;
        text
    }

    fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn take(&mut self, text: &str) -> bool {
        let is_next = self.rest().starts_with(text);
        self.at += if is_next { text.len() } else { 0 };
        is_next
    }

    fn expect(&mut self, text: &str) -> Result<(), String> {
        if self.take(text) { Ok(()) } else { Err(self.lost(text)) }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn lost(&self, wanted: &str) -> String {
        format!("{wanted} is missing before `{}`", self.rest())
    }
}

fn number(word: &str) -> Option<Value> {
    let digits = word.trim_start_matches(['-', '+']);
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| Value::Number(word.to_owned()))
}

/// `\n`, `\r`, `\t`, `\"` and `\\`.
fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n')) => out.push('\n'),
            (_, Some('r')) => out.push('\r'),
            (_, Some('t')) => out.push('\t'),
            (_, Some(other)) => out.push(other),
            (c, None) => out.push(c),
        }
    }
    out
}
