//! What an attribute asks for, checked: from here on nothing can be wrong. Knows nothing of how it
//! is written as tokens.

use std::collections::HashSet;

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Path, parse_quote_spanned};

use crate::args::{Args, NO_RATE, NameArg, TagArg, ungrouped};
use crate::attribute::Attribute;
use crate::fallback::Mistakes;
use crate::item::Item;
use crate::template::{Template, Value};

pub(crate) struct Model {
    pub(crate) attribute: Attribute,
    pub(crate) krate: Path,
    pub(crate) name: Template,
    pub(crate) name_span: Span,
    pub(crate) tags: Vec<Tag>,
    /// Closures that make any number of tags.
    pub(crate) more_tags: Vec<Expr>,
    /// `None`: the client's own.
    pub(crate) sample_rate: Option<f64>,
    pub(crate) has_prefix: bool,
    /// `None`: whichever is installed.
    pub(crate) client: Option<Expr>,
    /// What looks at the function's value; `None`: the value says it itself.
    pub(crate) condition: Option<Expr>,
    pub(crate) tag_error_class: bool,
    pub(crate) item: Item,
}

pub(crate) struct Tag {
    pub(crate) key: LitStr,
    pub(crate) value: Template,
    pub(crate) value_span: Span,
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
        let name_span = args.name.as_ref().map(NameArg::span);
        let name = args.name.and_then(|given| mistakes.sift(name(given)));
        let tags = args.tags.unwrap_or_default();
        note_duplicates(&tags, mistakes);
        if args.tag_error_class.is_some() {
            note_class(&tags, mistakes);
        }
        let mut more_tags = Vec::new();
        let mut fixed_tags = Vec::new();
        for tag in tags {
            match tag {
                TagArg::One { key, value } => {
                    fixed_tags.extend(mistakes.sift(Tag::new(key, value)));
                }
                TagArg::Many(closure) => {
                    more_tags.extend(mistakes.sift(closure_without_parameters(closure)));
                }
            }
        }
        let sample_rate = match &args.sample_rate {
            Some(rate) => mistakes.sift(sample_rate(rate)).map(Some),
            None => Some(None),
        };
        Some(Self {
            attribute,
            krate: args.krate.unwrap_or_else(default_crate),
            name: name?,
            name_span: name_span?,
            tags: fixed_tags,
            more_tags,
            sample_rate: sample_rate?,
            has_prefix: args.no_prefix.is_none(),
            client: args.client,
            condition: args.condition,
            tag_error_class: args.tag_error_class.is_some(),
            item: item?,
        })
    }
}

pub(crate) fn default_crate() -> Path {
    parse_quote_spanned!(Span::mixed_site()=> ::statsd_client)
}

impl NameArg {
    fn span(&self) -> Span {
        match self {
            Self::Literal(literal) => literal.span(),
            Self::Closure(closure) => closure.span(),
        }
    }
}

fn name(given: NameArg) -> syn::Result<Template> {
    match given {
        NameArg::Literal(literal) if literal.value().is_empty() => {
            Err(Error::new(literal.span(), "the name is empty; name what happens here"))
        }
        NameArg::Literal(literal) => Ok(Template::parse(&literal)?.with_dots_for_double_colons()),
        NameArg::Closure(closure) => {
            Ok(Template::of(Value::Closure(closure_without_parameters(closure)?)))
        }
    }
}

/// Ruby's closures are handed the object and the arguments; ours see them.
fn closure_without_parameters(closure: Expr) -> syn::Result<Expr> {
    match &closure {
        Expr::Closure(given) if given.inputs.is_empty() => Ok(closure),
        Expr::Closure(given) => Err(Error::new_spanned(
            &given.inputs,
            "this closure takes no parameters: it sees those of the function, and `self`",
        )),
        _ => Err(Error::new_spanned(closure, "here stands a closure: `|| …`")),
    }
}

fn note_duplicates(tags: &[TagArg], mistakes: &mut Mistakes) {
    let mut seen = HashSet::new();
    for tag in tags {
        let TagArg::One { key, .. } = tag else { continue };
        let text = key.value();
        if seen.contains(&text) {
            let message = format!("the tag `{text}` is given twice; keep one of them");
            mistakes.note(Error::new(key.span(), message));
        }
        seen.insert(text);
    }
}

/// A tag of one's own would stand beside the class, or hide it.
fn note_class(tags: &[TagArg], mistakes: &mut Mistakes) {
    for tag in tags {
        if let TagArg::One { key, .. } = tag
            && key.value() == "error_class"
        {
            let message = "`tag_error_class` makes this tag; keep one of them";
            mistakes.note(Error::new(key.span(), message));
        }
    }
}

const NO_LITERAL_RATE: &str = "a sample rate is a literal, such as `0.1` for one call in ten; one that \
                               the program chooses is the client's: `Client::builder().sample_rate(…)`";

fn sample_rate(given: &Expr) -> syn::Result<f64> {
    let rate = match given {
        Expr::Lit(ExprLit { lit: Lit::Float(rate), .. }) => rate.base10_parse().ok(),
        Expr::Lit(ExprLit { lit: Lit::Int(rate), .. }) => rate.base10_parse().ok(),
        Expr::Group(group) => return sample_rate(&group.expr),
        Expr::Lit(_) | Expr::Unary(_) => None,
        _ => return Err(Error::new_spanned(given, NO_LITERAL_RATE)),
    };
    rate.filter(|rate| *rate > 0.0 && *rate <= 1.0)
        .ok_or_else(|| Error::new_spanned(given, NO_RATE))
}

impl Tag {
    fn new(key: LitStr, value: Expr) -> syn::Result<Self> {
        let value_span = value.span();
        Ok(Self { key, value: tag_value(value)?, value_span })
    }
}

fn tag_value(value: Expr) -> syn::Result<Template> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Template::parse(&text),
        closure @ Expr::Closure(_) => {
            Ok(Template::of(Value::Closure(closure_without_parameters(closure)?)))
        }
        other => Ok(Template::of(Value::Expr(other))),
    }
}

#[cfg(test)]
mod tests;
