//! Text → values. Recursive, to a bounded depth.

use super::number::number;
use super::refuse::{function, refuse_word, shortened, unexpected};
use super::scan::Scanner;
use super::text::text;
use super::value::{Entries, Entry, Mistake, Node, Value};
use crate::limits::CONFIG_DEPTH_MAX;

type Parsed<T> = Result<T, Mistake>;

/// Reads the one value that a file is.
pub(super) fn parse(source: &str) -> Parsed<Node> {
    let mut parser = Parser { scanner: Scanner::new(source), depth: 0 };
    parser.scanner.skip()?;
    parser.export()?;
    let node = parser.value()?;
    while parser.scanner.take(";") {
        parser.scanner.skip()?;
    }
    if parser.scanner.peek().is_some() {
        return Err(unexpected(&mut parser.scanner, "the end of the file"));
    }
    Ok(node)
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    depth: usize,
}

impl Parser<'_> {
    /// Takes `module.exports =`, where it is there.
    fn export(&mut self) -> Parsed<()> {
        let start = self.scanner.at();
        for names in [&["module", "exports"][..], &["exports"]] {
            if self.assigned(names)? {
                return Ok(());
            }
            self.scanner.go_to(start);
        }
        Ok(())
    }

    fn assigned(&mut self, names: &[&str]) -> Parsed<bool> {
        for (at, name) in names.iter().enumerate() {
            if at > 0 {
                if !self.scanner.take(".") {
                    return Ok(false);
                }
                self.scanner.skip()?;
            }
            if self.scanner.word() != *name {
                return Ok(false);
            }
            self.scanner.skip()?;
        }
        let is_assigned = self.scanner.take("=") && !self.scanner.rest().starts_with('=');
        self.scanner.skip()?;
        Ok(is_assigned)
    }

    /// Calls `inner` one level deeper.
    fn deeper<T>(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == CONFIG_DEPTH_MAX {
            let message = format!("this stands more than {CONFIG_DEPTH_MAX} levels deep");
            return Err(Mistake::new(self.scanner.at(), message));
        }
        self.depth += 1;
        let done = inner(self);
        self.depth -= 1;
        done
    }

    /// A sum, and white space behind it.
    fn value(&mut self) -> Parsed<Node> {
        let mut left = self.product()?;
        while let Some(operator) = self.operator(&["+", "-"]) {
            let right = self.operand(Self::product)?;
            left = calculated(left, operator, &right)?;
        }
        Ok(left)
    }

    fn product(&mut self) -> Parsed<Node> {
        let mut left = self.signed()?;
        while let Some(operator) = self.operator(&["*", "/", "%"]) {
            let right = self.operand(Self::signed)?;
            left = calculated(left, operator, &right)?;
        }
        Ok(left)
    }

    /// Takes an operator, unless it is the beginning of a longer one (`++`, `**`, `+=`).
    fn operator(&mut self, operators: &[&'static str]) -> Option<&'static str> {
        let rest = self.scanner.rest();
        let operator = *operators.iter().find(|operator| rest.starts_with(**operator))?;
        if rest[1..].starts_with([operator.chars().next()?, '=']) {
            return None;
        }
        self.scanner.take(operator).then_some(operator)
    }

    fn operand(&mut self, inner: impl FnOnce(&mut Self) -> Parsed<Node>) -> Parsed<Node> {
        self.scanner.skip()?;
        inner(self)
    }

    fn signed(&mut self) -> Parsed<Node> {
        let at = self.scanner.at();
        if self.scanner.peek() == Some('!') && !self.scanner.rest().starts_with("!=") {
            self.scanner.next();
            let node = self.deeper(|parser| parser.operand(Self::signed))?;
            return Ok(Node { at, value: Value::Bool(!node.value.is_true()) });
        }
        let Some(sign) = self.operator(&["-", "+"]) else { return self.primary() };
        let node = self.deeper(|parser| parser.operand(Self::signed))?;
        match node.value {
            Value::Number(number) => {
                let number = if sign == "-" { -number } else { number };
                Ok(Node { at, value: Value::Number(number) })
            }
            other => Err(Mistake::new(at, format!("`{sign}` before {}", other.kind()))),
        }
    }

    /// A literal, a list, an object, or a value in parentheses; and white space behind it.
    fn primary(&mut self) -> Parsed<Node> {
        let at = self.scanner.at();
        let value = match self.scanner.peek() {
            Some('{') => self.deeper(Self::object)?,
            Some('[') => self.deeper(Self::list)?,
            Some('(') => self.deeper(Self::parenthesis)?,
            Some('\'' | '"' | '`') => Value::Text(text(&mut self.scanner)?),
            Some('/') => self.pattern()?,
            Some('0'..='9') => Value::Number(number(&mut self.scanner)?),
            Some('.') if self.scanner.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) => {
                Value::Number(number(&mut self.scanner)?)
            }
            _ => self.word()?,
        };
        self.scanner.skip()?;
        Ok(Node { at, value })
    }

    fn word(&mut self) -> Parsed<Value> {
        let at = self.scanner.at();
        Ok(match self.scanner.word() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "undefined" => Value::Undefined,
            "Infinity" => Value::Number(f64::INFINITY),
            "NaN" => Value::Number(f64::NAN),
            "" => return Err(unexpected(&mut self.scanner, "a value")),
            _ => return Err(refuse_word(&mut self.scanner, at)),
        })
    }

    fn parenthesis(&mut self) -> Parsed<Value> {
        let at = self.scanner.at();
        self.scanner.take("(");
        self.scanner.skip()?;
        if self.scanner.peek() == Some(')') {
            return Err(function(at));
        }
        let node = self.value()?;
        if !self.scanner.take(")") {
            return Err(unexpected(&mut self.scanner, "`)`"));
        }
        Ok(node.value)
    }

    fn list(&mut self) -> Parsed<Value> {
        self.scanner.take("[");
        let mut list = Vec::new();
        loop {
            self.scanner.skip()?;
            if self.scanner.take("]") {
                return Ok(Value::List(list));
            }
            list.push(self.value()?);
            if !self.scanner.take(",") && self.scanner.peek() != Some(']') {
                return Err(unexpected(&mut self.scanner, "`,` or `]`"));
            }
        }
    }

    fn object(&mut self) -> Parsed<Value> {
        self.scanner.take("{");
        let mut entries = Entries::new();
        loop {
            self.scanner.skip()?;
            if self.scanner.take("}") {
                return Ok(Value::Object(entries));
            }
            let at = self.scanner.at();
            let key = self.key()?;
            self.scanner.skip()?;
            if !self.scanner.take(":") {
                let wanted = format!("`:` after the key `{}`", shortened(&key));
                return Err(unexpected(&mut self.scanner, &wanted));
            }
            self.scanner.skip()?;
            let node = self.value()?;
            entries.insert(key, Entry { at, node });
            if !self.scanner.take(",") && self.scanner.peek() != Some('}') {
                return Err(unexpected(&mut self.scanner, "`,` or `}`"));
            }
        }
    }

    fn key(&mut self) -> Parsed<String> {
        match self.scanner.peek() {
            Some('\'' | '"') => text(&mut self.scanner),
            Some('0'..='9') => Ok(number(&mut self.scanner)?.to_string()),
            _ => match self.scanner.word() {
                "" => Err(unexpected(&mut self.scanner, "a key")),
                word => Ok(word.to_owned()),
            },
        }
    }

    /// A regular expression, which is read over.
    fn pattern(&mut self) -> Parsed<Value> {
        let at = self.scanner.at();
        self.scanner.take("/");
        let mut is_in_class = false;
        loop {
            match self.scanner.next() {
                Some('\\') => {
                    self.scanner.next();
                }
                Some('[') => is_in_class = true,
                Some(']') => is_in_class = false,
                Some('/') if !is_in_class => break,
                None | Some('\n' | '\r') => {
                    return Err(Mistake::new(at, "this regular expression has no end"));
                }
                Some(_) => {}
            }
        }
        self.scanner.word();
        Ok(Value::Pattern)
    }
}

/// Numbers, and texts that are joined: what can be said without running anything.
fn calculated(left: Node, operator: &str, right: &Node) -> Parsed<Node> {
    let value = match (&left.value, operator, &right.value) {
        (Value::Number(a), "+", Value::Number(b)) => Value::Number(a + b),
        (Value::Number(a), "-", Value::Number(b)) => Value::Number(a - b),
        (Value::Number(a), "*", Value::Number(b)) => Value::Number(a * b),
        (Value::Number(a), "/", Value::Number(b)) => Value::Number(a / b),
        (Value::Number(a), "%", Value::Number(b)) => Value::Number(a % b),
        (Value::Text(_), "+", Value::Text(end)) => {
            let Value::Text(mut text) = left.value else { return Ok(left) };
            text.push_str(end);
            return Ok(Node { at: left.at, value: Value::Text(text) });
        }
        (a, operator, b) => {
            let message = format!(
                "`{operator}` with {} and {} is not evaluated here: write the result",
                a.kind(),
                b.kind()
            );
            return Err(Mistake::new(left.at, message));
        }
    };
    Ok(Node { at: left.at, value })
}
