//! What stands between the parentheses of an attribute, as written: `"name", key = value, …`.
//! Reads on after a mistake; what the values mean is the model's concern.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::token::Paren;
use syn::{Error, Expr, ExprLit, Ident, Lit, LitStr, Member, Path, Token};

use crate::attribute::Attribute;
use crate::fallback::Mistakes;
use crate::unknown::{could_be_a_key, unknown_key};

#[derive(Default)]
pub(crate) struct Args {
    /// None if it was missing or wrong, which has been noted.
    pub(crate) name: Option<NameArg>,
    /// What looks at the function's value.
    pub(crate) condition: Option<Expr>,
    pub(crate) tags: Option<Vec<TagArg>>,
    pub(crate) sample_rate: Option<Expr>,
    pub(crate) client: Option<Expr>,
    pub(crate) krate: Option<Path>,
    pub(crate) no_prefix: Option<()>,
    pub(crate) tag_error_class: Option<()>,
}

pub(crate) enum NameArg {
    Literal(LitStr),
    Closure(Expr),
}

pub(crate) enum TagArg {
    One {
        key: LitStr,
        value: Expr,
    },
    /// A closure that makes any number of them.
    Many(Expr),
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
            if at_option(attribute, input) {
                self.option(attribute, input, mistakes)
            } else if name_due {
                name_due = false;
                self.name = Some(name(attribute, input)?);
                Ok(())
            } else if at_key(input) && !at_function(attribute, input) {
                self.option(attribute, input, mistakes)
            } else {
                self.condition(attribute, input)
            }
        });
        if name_due {
            mistakes.note(missing_name(attribute, start));
        }
    }

    /// What follows the name without a key.
    fn condition(&mut self, attribute: Attribute, input: ParseStream<'_>) -> syn::Result<()> {
        let given = ungrouped(input.parse()?);
        let message = match &given {
            Expr::Lit(ExprLit { lit: Lit::Float(rate), .. }) => {
                format!("write what it is: `sample_rate = {rate}`")
            }
            Expr::Lit(ExprLit { lit: Lit::Int(rate), .. }) => {
                format!("write what it is: `sample_rate = {rate}`")
            }
            Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => {
                "there is one name, and it comes first".to_owned()
            }
            Expr::Path(path) if is_constant(&path.path) => after_the_name(attribute),
            Expr::Closure(_) | Expr::Path(_) if !attribute.judges() => format!(
                "`#[{attribute}]` does not look at the function's value; \
                 `#[statsd_count_if(…)]` and `#[statsd_count_success(…)]` do"
            ),
            Expr::Closure(_) | Expr::Path(_) => {
                if self.condition.is_none() {
                    self.condition = Some(given);
                    return Ok(());
                }
                "the function's value is judged once; keep one of the closures".to_owned()
            }
            _ if attribute.judges() => {
                "here stands what judges the function's value: `|value| value.is_some()`".to_owned()
            }
            _ => after_the_name(attribute),
        };
        Err(Error::new_spanned(given, message))
    }

    fn option(
        &mut self,
        attribute: Attribute,
        input: ParseStream<'_>,
        mistakes: &mut Mistakes,
    ) -> syn::Result<()> {
        let key = Ident::parse_any(input)
            .map_err(|mistake| Error::new(mistake.span(), after_the_name(attribute)))?;
        let text = key.to_string();
        if !attribute.keys().contains(&text.as_str()) {
            return Err(unknown_key(attribute, &key));
        }
        match text.as_str() {
            "tags" => {
                let tags = tags(input, &key, mistakes)?;
                set_once(&mut self.tags, &key, tags)
            }
            "sample_rate" => {
                equals(input, &key, "sample_rate = 0.1")?;
                let start = input.span();
                let rate = input.parse().map_err(|_| Error::new(start, NO_RATE))?;
                set_once(&mut self.sample_rate, &key, rate)
            }
            "client" => {
                equals(input, &key, "client = self.statsd")?;
                set_once(&mut self.client, &key, input.parse()?)
            }
            "crate" => {
                equals(input, &key, "crate = ::statsd_client")?;
                set_once(&mut self.krate, &key, krate(input)?)
            }
            flag => {
                let flag = if flag == "no_prefix" {
                    &mut self.no_prefix
                } else {
                    &mut self.tag_error_class
                };
                alone(input, &key)?;
                set_once(flag, &key, ())
            }
        }
    }
}

/// What a sample rate is.
pub(crate) const NO_RATE: &str =
    "a sample rate is a literal above 0 and at most 1, such as `0.1` for one call in ten";

/// Whether a path is written as constants are.
fn is_constant(path: &Path) -> bool {
    let last = path.segments.last().map(|step| step.ident.to_string()).unwrap_or_default();
    last.len() > 1 && !last.contains(char::is_lowercase)
}

/// Reads the sign between a key and its value.
pub(crate) fn equals(input: ParseStream<'_>, key: &Ident, example: &str) -> syn::Result<()> {
    if input.peek(Token![:]) {
        return Err(input.error(format!("its value stands behind a `=`: `{example}`")));
    }
    let sign = input.parse::<Option<Token![=]>>()?;
    if sign.is_none() || input.is_empty() || input.peek(Token![,]) {
        return Err(Error::new(key.span(), format!("`{key}` needs a value: `{example}`")));
    }
    Ok(())
}

/// Reads what stands behind a key that has no value: nothing.
pub(crate) fn alone(input: ParseStream<'_>, key: &Ident) -> syn::Result<()> {
    if input.peek(Token![=]) || input.peek(Token![:]) || input.peek(Paren) {
        return Err(input.error(format!("`{key}` stands alone, or is left out")));
    }
    Ok(())
}

fn after_the_name(attribute: Attribute) -> String {
    let keys = attribute.keys().iter().map(|key| match *key {
        "tags" => "`tags(…)`".to_owned(),
        "no_prefix" | "tag_error_class" => format!("`{key}`"),
        key => format!("`{key} = …`"),
    });
    let mut keys: Vec<String> = keys.collect();
    let last = keys.pop().unwrap_or_default();
    format!("after the name come {} and {last}", keys.join(", "))
}

fn name(attribute: Attribute, input: ParseStream<'_>) -> syn::Result<NameArg> {
    if input.peek(LitStr) {
        return input.parse().map(NameArg::Literal);
    }
    let no_key = format!("the name has no key; write `#[{attribute}(\"users.new\")]`");
    if input.peek(Ident) && input.peek2(Token![:]) && !input.peek2(Token![::]) {
        return Err(input.error(no_key));
    }
    let given = ungrouped(input.parse()?);
    match &given {
        Expr::Closure(closure) if attribute.judges() && closure.inputs.len() == 1 => {
            let message = format!(
                "the name is missing; it stands before what judges the function's value: \
                 `#[{attribute}(\"users.new\", |value| …)]`"
            );
            return Err(Error::new_spanned(closure, message));
        }
        Expr::Closure(_) => return Ok(NameArg::Closure(given)),
        Expr::Assign(assigned) => return Err(Error::new_spanned(&assigned.left, no_key)),
        _ => {}
    }
    Err(Error::new_spanned(
        given,
        format!(
            "the name must be a string literal, as in `#[{attribute}(\"users.new\")]`; a name \
             that varies is written `\"users.{{kind}}\"`, or made by a closure, `|| self.name()`"
        ),
    ))
}

fn missing_name(attribute: Attribute, at: Span) -> Error {
    let message = format!("the name is missing; it comes first: `#[{attribute}(\"users.new\")]`");
    Error::new(at, message)
}

/// Whether one of the attribute's own arguments stands here.
fn at_option(attribute: Attribute, input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(key) = Ident::parse_any(&ahead) else { return false };
    attribute.keys().contains(&key.to_string().as_str()) && ends_key(&ahead)
}

/// Whether any argument with a key stands here, be it one of ours or not.
fn at_key(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let named = Ident::parse_any(&ahead);
    named.is_ok_and(|word| word != "true" && word != "false" && ends_key(&ahead))
}

/// Whether the name of a function stands here that is to look at the function's value; what could be a
/// slip of the finger is taken for an option.
fn at_function(attribute: Attribute, input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(name) = ahead.parse::<Ident>() else { return false };
    attribute.judges()
        && (ahead.is_empty() || ahead.peek(Token![,]))
        && !could_be_a_key(attribute, &name.to_string())
}

/// Whether a word that stands before this may be a key, be it rightly written or not.
fn ends_key(ahead: ParseStream<'_>) -> bool {
    ahead.is_empty()
        || ahead.peek(Token![,])
        || (ahead.peek(Token![=]) && !ahead.peek(Token![==]))
        || (ahead.peek(Token![:]) && !ahead.peek(Token![::]))
        || ahead.peek(Paren)
}

fn tags(input: ParseStream<'_>, key: &Ident, mistakes: &mut Mistakes) -> syn::Result<Vec<TagArg>> {
    if !input.peek(Paren) {
        let message = "tags are written `tags(plan = \"pro\", region = region)`";
        return Err(Error::new(key.span(), message));
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
    if input.peek(Token![|]) || input.peek(Token![||]) || input.peek(Token![move]) {
        return input.parse().map(TagArg::Many);
    }
    if input.peek(Token![..]) {
        let message = "tags are written one by one; where their keys are known at run time only, a \
                       closure makes them: `|| tags.iter().copied()`";
        return Err(input.error(message));
    }
    if let Some(message) = value_without_key(input) {
        return Err(input.error(message));
    }
    let key: LitStr = if input.peek(LitStr) {
        input.parse()?
    } else {
        let key = Ident::parse_any(input).map_err(|mistake| {
            Error::new(mistake.span(), "a tag is written `key = value`, with a literal key")
        })?;
        LitStr::new(&key.unraw().to_string(), key.span())
    };
    let text = key.value();
    if input.peek(Token![:]) || input.peek(Token![=>]) {
        return Err(input.error(format!("a tag's value stands behind a `=`: `{text} = …`")));
    }
    let sign = input.parse::<Option<Token![=]>>()?;
    if sign.is_none() || input.is_empty() || input.peek(Token![,]) {
        let message = match text.split_once(':') {
            Some((key, value)) => format!("a tag is written `{key} = \"{value}\"`"),
            None => format!("this tag has no value; write `{text} = …`"),
        };
        return Err(Error::new(key.span(), message));
    }
    Ok(TagArg::One { key, value: input.parse()? })
}

/// What is said of `self.plan`, which is a value and no key.
fn value_without_key(input: ParseStream<'_>) -> Option<String> {
    let given = input.fork().parse::<Expr>().ok()?;
    let (place, value) = match &given {
        Expr::Field(place) => (place, text_of(&given)),
        Expr::Assign(assigned) => match &*assigned.left {
            Expr::Field(place) => (place, "…".to_owned()),
            _ => return None,
        },
        _ => return None,
    };
    let Member::Named(key) = &place.member else { return None };
    Some(format!("a tag's key is one word; write `{key} = {value}`"))
}

/// A place as it was written: with nothing between its words.
fn text_of(place: &Expr) -> String {
    place.to_token_stream().to_string().replace(' ', "")
}

pub(crate) fn krate(input: ParseStream<'_>) -> syn::Result<Path> {
    Path::parse_mod_style(input).map_err(|mistake| {
        let message = "this is the path of the crate, without quotes: `crate = ::statsd_client`";
        Error::new(mistake.span(), message)
    })
}

pub(crate) fn set_once<T>(slot: &mut Option<T>, key: &Ident, value: T) -> syn::Result<()> {
    if slot.is_some() {
        return Err(Error::new(key.span(), format!("`{key}` is given twice; keep one of them")));
    }
    *slot = Some(value);
    Ok(())
}

/// An expression without the invisible group that it is in if it came through a `macro_rules!`.
pub(crate) fn ungrouped(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => ungrouped(*group.expr),
        other => other,
    }
}

/// Reads `one` after `one` with commas between them. After a mistake it goes on behind the next
/// comma, so it always ends, with the input used up.
pub(crate) fn separated(
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
