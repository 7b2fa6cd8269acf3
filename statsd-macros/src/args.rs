//! What stands between the parentheses of an attribute, as written: `"name", key = value, …`.
//! Reads on after a mistake; what the values mean is the model's concern.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::token::Paren;
use syn::{Error, Expr, Ident, LitStr, Path, Token};

use crate::attribute::Attribute;
use crate::fallback::Mistakes;

const KEYS: [&str; 3] = ["tags", "sample_rate", "crate"];

#[derive(Default)]
pub(crate) struct Args {
    /// None if it was missing or wrong, which has been noted.
    pub(crate) name: Option<LitStr>,
    pub(crate) tags: Option<Vec<TagArg>>,
    pub(crate) sample_rate: Option<Expr>,
    pub(crate) krate: Option<Path>,
}

pub(crate) struct TagArg {
    pub(crate) key: LitStr,
    pub(crate) value: Expr,
}

impl Args {
    pub(crate) fn parse(
        attribute: Attribute,
        tokens: TokenStream,
        mistakes: &mut Mistakes,
    ) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            args.read(attribute, input, mistakes);
            Ok(())
        };
        if let Err(mistake) = read.parse2(tokens) {
            mistakes.note(mistake);
        }
        args
    }

    fn read(&mut self, attribute: Attribute, input: ParseStream<'_>, mistakes: &mut Mistakes) {
        let start = input.span();
        let mut name_due = true;
        separated(input, mistakes, |input, mistakes| {
            if name_due && !at_option(input) {
                name_due = false;
                self.name = Some(name(attribute, input)?);
                Ok(())
            } else {
                self.option(input, mistakes)
            }
        });
        if name_due {
            mistakes.note(missing_name(attribute, start));
        }
    }

    fn option(&mut self, input: ParseStream<'_>, mistakes: &mut Mistakes) -> syn::Result<()> {
        let key = Ident::parse_any(input).map_err(|mistake| {
            let message = "after the name come `tags(…)`, `sample_rate = …` and `crate = …`";
            Error::new(mistake.span(), message)
        })?;
        match key.to_string().as_str() {
            "tags" => {
                let tags = tags(input, mistakes)?;
                set_once(&mut self.tags, &key, tags)
            }
            "sample_rate" => {
                input.parse::<Token![=]>()?;
                set_once(&mut self.sample_rate, &key, input.parse()?)
            }
            "crate" => {
                input.parse::<Token![=]>()?;
                set_once(&mut self.krate, &key, krate(input)?)
            }
            _ => Err(unknown_key(&key)),
        }
    }
}

fn name(attribute: Attribute, input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let given: Expr = input.parse()?;
    if let Expr::Assign(given) = &given {
        let message = format!("the name has no key; write `#[{attribute}(\"users.new\")]`");
        return Err(Error::new_spanned(&given.left, message));
    }
    Err(Error::new_spanned(
        given,
        format!(
            "the name must be a string literal, as in `#[{attribute}(\"users.new\")]`; a name \
             that varies is written `\"users.{{kind}}\"`"
        ),
    ))
}

fn missing_name(attribute: Attribute, at: Span) -> Error {
    let message = format!("the name is missing; it comes first: `#[{attribute}(\"users.new\")]`");
    Error::new(at, message)
}

/// Whether one of our options stands where the name should.
fn at_option(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let key = Ident::parse_any(&ahead);
    key.is_ok_and(|key| KEYS.contains(&key.to_string().as_str()))
        && (ahead.peek(Token![=]) || ahead.peek(Paren))
}

fn tags(input: ParseStream<'_>, mistakes: &mut Mistakes) -> syn::Result<Vec<TagArg>> {
    if !input.peek(Paren) {
        return Err(input.error("tags are written `tags(plan = \"pro\", region = region)`"));
    }
    let content;
    syn::parenthesized!(content in input);
    let mut tags = Vec::new();
    separated(&content, mistakes, |input, _| {
        tags.push(tag(input)?);
        Ok(())
    });
    Ok(tags)
}

fn tag(input: ParseStream<'_>) -> syn::Result<TagArg> {
    let key = if input.peek(LitStr) {
        input.parse()?
    } else {
        let key = Ident::parse_any(input).map_err(|mistake| {
            Error::new(mistake.span(), "a tag is written `key = value`, with a literal key")
        })?;
        LitStr::new(&key.unraw().to_string(), key.span())
    };
    if !input.peek(Token![=]) {
        let message = format!("this tag has no value; write `{} = …`", key.value());
        return Err(Error::new(key.span(), message));
    }
    input.parse::<Token![=]>()?;
    Ok(TagArg { key, value: input.parse()? })
}

fn krate(input: ParseStream<'_>) -> syn::Result<Path> {
    Path::parse_mod_style(input).map_err(|mistake| {
        let message = "this is the path of the crate, without quotes: `crate = ::statsd_client`";
        Error::new(mistake.span(), message)
    })
}

fn set_once<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if slot.is_some() {
        return Err(Error::new(key.span(), format!("`{key}` is given twice; keep one of them")));
    }
    *slot = Some(value);
    Ok(())
}

fn unknown_key(key: &Ident) -> Error {
    let text = key.to_string();
    // Half of a key, as in `rate`, is as good as a slip of the finger.
    let unlikeness = |known: &str| {
        if known.split('_').any(|half| half == text) { 0 } else { distance(known, &text) }
    };
    let meant = KEYS.into_iter().min_by_key(|known| unlikeness(known));
    let meant = meant.filter(|known| unlikeness(known) < 3);
    let message = match meant {
        Some(known) => format!("unknown argument `{text}`; did you mean `{known}`?"),
        None => format!("unknown argument `{text}`; there are `tags`, `sample_rate` and `crate`"),
    };
    Error::new(key.span(), message)
}

/// Levenshtein's distance between two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.chars().count()]
}

/// Reads `one` after `one` with commas between them. After a mistake it goes on behind the next
/// comma, so it always ends, with the input used up.
fn separated(
    input: ParseStream<'_>,
    mistakes: &mut Mistakes,
    mut one: impl FnMut(ParseStream<'_>, &mut Mistakes) -> syn::Result<()>,
) {
    while !input.is_empty() {
        if let Err(mistake) = one(input, mistakes).and_then(|()| at_end(input)) {
            mistakes.note(mistake);
        }
        while !input.is_empty() && !input.peek(Token![,]) {
            let _skipped = input.parse::<TokenTree>();
        }
        let _comma = input.parse::<Option<Token![,]>>();
    }
}

fn at_end(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(input.error("expected `,` before this"))
}

#[cfg(test)]
mod tests;
