//! What stands between the parentheses of an attribute, as written: `"name", key = value, …`.
//! Reads on after a mistake; what the values mean is the model's concern.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::token::Paren;
use syn::{Error, Expr, Ident, Lit, LitStr, Path, Token};

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
            Expr::Lit(literal) => match &literal.lit {
                Lit::Float(rate) => format!("write what it is: `sample_rate = {rate}`"),
                Lit::Int(rate) => format!("write what it is: `sample_rate = {rate}`"),
                _ => "there is one name, and it comes first".to_owned(),
            },
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
            _ => return Err(Error::new_spanned(given, after_the_name(attribute))),
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
                let tags = tags(input, mistakes)?;
                set_once(&mut self.tags, &key, tags)
            }
            "sample_rate" => {
                input.parse::<Token![=]>()?;
                set_once(&mut self.sample_rate, &key, input.parse()?)
            }
            "client" => {
                input.parse::<Token![=]>()?;
                set_once(&mut self.client, &key, input.parse()?)
            }
            "crate" => {
                input.parse::<Token![=]>()?;
                set_once(&mut self.krate, &key, krate(input)?)
            }
            flag => {
                let flag = if flag == "no_prefix" {
                    &mut self.no_prefix
                } else {
                    &mut self.tag_error_class
                };
                if input.peek(Token![=]) {
                    let message = format!("`{key}` stands alone, or is left out");
                    return Err(input.error(message));
                }
                set_once(flag, &key, ())
            }
        }
    }
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
    let given = ungrouped(input.parse()?);
    match &given {
        Expr::Closure(_) => return Ok(NameArg::Closure(given)),
        Expr::Assign(assigned) => {
            let message = format!("the name has no key; write `#[{attribute}(\"users.new\")]`");
            return Err(Error::new_spanned(&assigned.left, message));
        }
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
    attribute.keys().contains(&key.to_string().as_str())
        && (ahead.is_empty() || ahead.peek(Token![,]) || ahead.peek(Token![=]) || ahead.peek(Paren))
}

/// Whether any argument with a key stands here, be it one of ours or not.
fn at_key(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let named = Ident::parse_any(&ahead);
    named.is_ok_and(|_| {
        ahead.is_empty()
            || ahead.peek(Token![,])
            || (ahead.peek(Token![=]) && !ahead.peek(Token![==]))
            || ahead.peek(Paren)
    })
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
    if input.peek(Token![|]) || input.peek(Token![||]) || input.peek(Token![move]) {
        return input.parse().map(TagArg::Many);
    }
    if input.peek(Token![..]) {
        let message = "tags are written one by one; where their keys are known at run time only, a \
                       closure makes them: `|| tags.iter().copied()`";
        return Err(input.error(message));
    }
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
    Ok(TagArg::One { key, value: input.parse()? })
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
