//! What an attribute asks for, checked: from here on nothing can be wrong. Knows nothing of how it
//! is written as tokens.

use std::collections::HashSet;

use proc_macro2::Span;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Path, parse_quote_spanned};

use crate::args::{Args, TagArg};
use crate::attribute::Attribute;
use crate::fallback::Mistakes;
use crate::item::Item;
use crate::template::Template;

pub(crate) struct Model {
    pub(crate) attribute: Attribute,
    pub(crate) krate: Path,
    pub(crate) name: Template,
    pub(crate) name_span: Span,
    pub(crate) tags: Vec<Tag>,
    /// `None`: the client's own.
    pub(crate) sample_rate: Option<f64>,
    pub(crate) item: Item,
}

pub(crate) struct Tag {
    pub(crate) key: LitStr,
    pub(crate) value: TagValue,
}

pub(crate) enum TagValue {
    Fixed(LitStr),
    Dynamic(Expr),
}

impl Model {
    /// None if a part of it is missing, which has been noted; what is there is checked all the
    /// same, so that one build shows every mistake.
    pub(crate) fn new(
        attribute: Attribute,
        args: Args,
        item: Option<Item>,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let Args { name: literal, tags, sample_rate: rate, krate } = args;
        let name = literal.as_ref().and_then(|literal| mistakes.sift(name(literal)));
        let tags = tags.unwrap_or_default();
        note_duplicates(&tags, mistakes);
        let sample_rate = match &rate {
            Some(rate) => mistakes.sift(sample_rate(rate)).map(Some),
            None => Some(None),
        };
        Some(Self {
            attribute,
            krate: krate.unwrap_or_else(default_crate),
            name: name?,
            name_span: literal?.span(),
            tags: tags.into_iter().map(Tag::new).collect(),
            sample_rate: sample_rate?,
            item: item?,
        })
    }
}

fn default_crate() -> Path {
    parse_quote_spanned!(Span::mixed_site()=> ::statsd_client)
}

fn name(literal: &LitStr) -> syn::Result<Template> {
    if literal.value().is_empty() {
        return Err(Error::new(literal.span(), "the name is empty; name what happens here"));
    }
    Template::parse(literal)
}

fn note_duplicates(tags: &[TagArg], mistakes: &mut Mistakes) {
    let mut seen = HashSet::new();
    for TagArg { key, .. } in tags {
        let text = key.value();
        if seen.contains(&text) {
            let message = format!("the tag `{text}` is given twice; keep one of them");
            mistakes.note(Error::new(key.span(), message));
        }
        seen.insert(text);
    }
}

fn sample_rate(given: &Expr) -> syn::Result<f64> {
    let rate = match given {
        Expr::Lit(ExprLit { lit: Lit::Float(rate), .. }) => rate.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Int(rate), .. }) => rate.base10_parse().ok(),
        Expr::Group(group) => return sample_rate(&group.expr),
        _ => None,
    };
    rate.filter(|rate| *rate > 0.0 && *rate <= 1.0).ok_or_else(|| {
        Error::new_spanned(
            given,
            "a sample rate is a literal above 0 and at most 1, such as `0.1` for one call in ten",
        )
    })
}

impl Tag {
    fn new(TagArg { key, value }: TagArg) -> Self {
        Self { key, value: TagValue::new(value) }
    }
}

impl TagValue {
    fn new(value: Expr) -> Self {
        match value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Self::Fixed(text),
            // A literal that came through a `macro_rules!` as `$value:expr`.
            Expr::Group(group) => Self::new(*group.expr),
            other => Self::Dynamic(other),
        }
    }
}

#[cfg(test)]
mod tests;
