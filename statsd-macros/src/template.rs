//! Names with parameters in them: `"cron.{task}"`, `"{self.kind}.run"`. Pieces of text and places
//! to read; knows nothing of metrics.

use syn::ext::IdentExt;
use syn::{Error, Expr, LitStr};

pub(crate) struct Template(Vec<Piece>);

enum Piece {
    Text(String),
    Place(Expr),
}

impl Template {
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let value = literal.value();
        let mut template = Self(Vec::new());
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
                let message = format!("this name has a lone `{brace}`; a brace is written twice");
                return Err(Error::new(literal.span(), message));
            };
            template.0.push(Piece::Place(place(literal, placeholder)?));
            rest = after;
        }
        template.text(rest);
        Ok(template)
    }

    /// The name itself, if nothing in it varies.
    pub(crate) fn fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Text(name)] => Some(name),
            _ => None,
        }
    }

    /// The name with the placeholder's own words in their places: what its text is checked by.
    pub(crate) fn specimen(&self) -> String {
        let words = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Place(place) => word(place),
        });
        words.collect()
    }

    /// The string that `format_args!` wants; its arguments are [`Template::places`].
    pub(crate) fn format_string(&self) -> String {
        let parts = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text.replace('{', "{{").replace('}', "}}"),
            Piece::Place(_) => String::from("{}"),
        });
        parts.collect()
    }

    pub(crate) fn places(&self) -> impl Iterator<Item = &Expr> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Place(place) => Some(place),
        })
    }

    fn text(&mut self, text: &str) {
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
            "`{{{text}}}` cannot stand in a name; write a parameter or a field of one, such as \
             `{{task}}` or `{{self.kind}}`"
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
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
