//! Text with parameters in it: `"cron.{task}"`, `"{self.kind}.run"`. Pieces of text and places to read;
//! knows nothing of metrics.

use syn::ext::IdentExt;
use syn::{Error, Expr, LitStr};

#[derive(Default)]
pub(crate) struct Template(pub(crate) Vec<Piece>);

pub(crate) enum Piece {
    Text(String),
    /// What displays itself at the call.
    Value(Value),
}

#[derive(Clone)]
pub(crate) enum Value {
    /// A place or an expression of the function's.
    Expr(Expr),
    /// A closure that makes it.
    Closure(Expr),
}

impl Template {
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let value = literal.value();
        let mut template = Self::default();
        let mut rest = value.as_str();
        while let Some(at) = rest.find(['{', '}']) {
            template.text(&rest[..at]);
            rest = &rest[at..];
            if rest.starts_with("{{") || rest.starts_with("}}") {
                template.text(&rest[..1]);
                rest = &rest[2..];
                continue;
            }
            let Some((placeholder, after)) =
                rest.strip_prefix('{').and_then(|open| open.split_once('}'))
            else {
                let brace = &rest[..1];
                let message = format!("there is a lone `{brace}` here; a brace is written twice");
                return Err(Error::new(literal.span(), message));
            };
            template.0.push(Piece::Value(Value::Expr(place(literal, placeholder)?)));
            rest = after;
        }
        template.text(rest);
        Ok(template)
    }

    /// Nothing but a value.
    pub(crate) fn of(value: Value) -> Self {
        Self(vec![Piece::Value(value)])
    }

    /// The text itself, if nothing in it varies.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it has any text of its own that could be wrong.
    pub(crate) fn is_literal(&self) -> bool {
        !matches!(self.0.as_slice(), [Piece::Value(_)])
    }

    /// The text with the placeholder's own words in their places: what it is checked by.
    pub(crate) fn specimen(&self) -> String {
        let words = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(Value::Expr(place)) => word(place),
            Piece::Value(Value::Closure(_)) => String::from("made"),
        });
        words.collect()
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &Value> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(value) => Some(value),
        })
    }

    /// Ruby's modules are Graphite's nodes: `Shop::Cart.items` is `Shop.Cart.items`.
    pub(crate) fn with_dots_for_double_colons(mut self) -> Self {
        for piece in &mut self.0 {
            if let Piece::Text(text) = piece {
                *text = text.replace("::", ".");
            }
        }
        self
    }

    pub(crate) fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }
}

/// Reads a placeholder; its tokens carry the span of the whole literal, as a part of a literal
/// has none on a stable compiler.
fn place(literal: &LitStr, text: &str) -> syn::Result<Expr> {
    let place = LitStr::new(text, literal.span()).parse::<Expr>();
    place.ok().filter(is_place).ok_or_else(|| {
        let message = format!(
            "`{{{text}}}` cannot stand in a text; write a parameter or a field of one, such as \
             `{{task}}` or `{{self.kind}}`, or let a closure make the whole: `|| self.name()`"
        );
        Error::new(literal.span(), message)
    })
}

fn is_place(expr: &Expr) -> bool {
    match expr {
        Expr::Path(place) => {
            place.qself.is_none() && place.path.segments.iter().all(|step| step.arguments.is_none())
        }
        Expr::Field(place) => is_place(&place.base),
        _ => false,
    }
}

/// The last word of a place: `kind` of `self.kind`.
fn word(place: &Expr) -> String {
    match place {
        Expr::Field(place) => match &place.member {
            syn::Member::Named(field) => field.unraw().to_string(),
            syn::Member::Unnamed(index) => index.index.to_string(),
        },
        Expr::Path(place) => place
            .path
            .segments
            .last()
            .map(|step| step.ident.unraw().to_string())
            .unwrap_or_default(),
        _ => String::from("value"),
    }
}

#[cfg(test)]
mod tests;
