//! `#[derive(Outcome)]`: which variants of an enum mean failure, and what their class is called.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::spanned::Spanned;
use syn::{Attribute, Error, Fields, Generics, Ident, Item, LitStr, Path, Variant};

use crate::args::{alone, equals, krate, set_once};
use crate::fallback::Mistakes;
use crate::model::default_crate;
use crate::site::{ours, private};
use crate::unknown::{closest, listed};

/// What `#[outcome(…)]` says.
#[derive(Default)]
struct Said {
    is_failure: Option<bool>,
    class: Option<LitStr>,
    krate: Option<Path>,
}

pub(crate) fn expand(item: TokenStream, mistakes: &mut Mistakes) -> Option<TokenStream> {
    let not_here = "`Outcome` is derived for an `enum`, whose variants are told apart, or for a \
                    `struct` that always means failure; else it is implemented by hand";
    match mistakes.sift(syn::parse2::<Item>(item))? {
        Item::Enum(item) => {
            let whole = Said::read(&item.attrs, true, mistakes);
            let variants = item.variants.iter().map(|variant| {
                let said = Said::read(&variant.attrs, false, mistakes);
                Arm::of(variant, &whole, said, mistakes)
            });
            let arms: Vec<Arm> = variants.collect();
            Some(implementation(&item.ident, &item.generics, whole.krate, &arms))
        }
        Item::Struct(item) => {
            let whole = Said::read(&item.attrs, true, mistakes);
            if whole.is_failure != Some(true) {
                let message = "say `#[outcome(failure)]` of a struct that always means failure; \
                               else implement `Outcome` by hand";
                mistakes.note(Error::new(item.ident.span(), message));
            }
            let class = Some(whole.class.unwrap_or_else(|| literal(&item.ident)));
            let arm =
                Arm { pattern: quote_spanned!(ours()=> Self { .. }), is_failure: true, class };
            Some(implementation(&item.ident, &item.generics, whole.krate, &[arm]))
        }
        other => {
            mistakes.note(Error::new(other.span(), not_here));
            None
        }
    }
}

impl Said {
    fn read(attributes: &[Attribute], is_whole: bool, mistakes: &mut Mistakes) -> Self {
        let mut said = Self::default();
        for attribute in attributes.iter().filter(|it| it.path().is_ident("outcome")) {
            let read = attribute.parse_args_with(|input: ParseStream<'_>| {
                crate::args::separated(input, mistakes, |input, _| said.one(input, is_whole));
                Ok(())
            });
            if let Err(mistake) = read {
                mistakes.note(mistake);
            }
        }
        said
    }

    fn one(&mut self, input: ParseStream<'_>, is_whole: bool) -> syn::Result<()> {
        let known = ["success", "failure", "class", "crate"];
        let known = if is_whole { &known[..] } else { &known[..3] };
        let key = Ident::parse_any(input).map_err(|mistake| {
            Error::new(mistake.span(), format!("here stand {}, without quotes", listed(known)))
        })?;
        match key.to_string().as_str() {
            ending @ ("success" | "failure") => {
                alone(input, &key)?;
                if self.is_failure.is_some() {
                    let message = "whether it is a success or a failure is said once";
                    return Err(Error::new(key.span(), message));
                }
                set_once(&mut self.is_failure, &key, ending == "failure")
            }
            "class" => {
                equals(input, &key, "class = \"sold_out\"")?;
                let class: LitStr = input.parse().map_err(|mistake| {
                    let message = "a class is a string literal: `class = \"sold_out\"`";
                    Error::new(mistake.span(), message)
                })?;
                if class.value().is_empty() {
                    let message =
                        "the class is empty; name the kind of failure, or leave `class` out";
                    return Err(Error::new(class.span(), message));
                }
                set_once(&mut self.class, &key, class)
            }
            "crate" if is_whole => {
                equals(input, &key, "crate = ::statsd_client")?;
                set_once(&mut self.krate, &key, krate(input)?)
            }
            other => {
                let message = match closest(known, other) {
                    Some(meant) => format!("unknown argument `{other}`; did you mean `{meant}`?"),
                    None => format!("unknown argument `{other}`; there are {}", listed(known)),
                };
                Err(Error::new(key.span(), message))
            }
        }
    }
}

/// One arm of the `match`.
struct Arm {
    pattern: TokenStream,
    is_failure: bool,
    class: Option<LitStr>,
}

impl Arm {
    fn of(variant: &Variant, whole: &Said, said: Said, mistakes: &mut Mistakes) -> Self {
        let name = &variant.ident;
        let is_failure = said.is_failure.or(whole.is_failure).unwrap_or(false);
        if let Some(class) = said.class.as_ref().filter(|_| !is_failure) {
            let message = "only a failure has a class; write `#[outcome(failure, class = …)]`";
            mistakes.note(Error::new(class.span(), message));
        }
        let pattern = if matches!(variant.fields, Fields::Unit) {
            quote_spanned!(ours()=> Self::#name)
        } else {
            quote_spanned!(ours()=> Self::#name { .. })
        };
        let class = said.class.unwrap_or_else(|| literal(name));
        Self { pattern, is_failure, class: is_failure.then_some(class) }
    }
}

fn literal(name: &Ident) -> LitStr {
    LitStr::new(&name.unraw().to_string(), Span::call_site())
}

fn implementation(
    name: &Ident,
    generics: &Generics,
    krate: Option<Path>,
    arms: &[Arm],
) -> TokenStream {
    let krate = krate.unwrap_or_else(default_crate);
    let private = private(&krate);
    let (generics, arguments, bounds) = generics.split_for_impl();
    let ending = arms.iter().map(|Arm { pattern, is_failure, .. }| {
        let is_success = !is_failure;
        quote_spanned!(ours()=> #pattern => #is_success,)
    });
    let class = arms.iter().map(|Arm { pattern, class, .. }| {
        let option = quote_spanned!(ours()=> #private::core::option::Option);
        if let Some(class) = class {
            quote_spanned!(ours()=> #pattern => #option::Some(#private::Cow::Borrowed(#class)),)
        } else {
            quote_spanned!(ours()=> #pattern => #option::None,)
        }
    });
    let checks = arms.iter().filter_map(|arm| arm.class.as_ref()).map(|class| {
        let private = crate::site::private_at(&krate, class.span());
        quote_spanned!(class.span()=> const _: () = #private::check_tag_value(#class);)
    });
    quote_spanned! {ours()=>
        #(#checks)*
        #[automatically_derived]
        impl #generics #krate::Outcome for #name #arguments #bounds {
            fn is_success(&self) -> #private::core::primitive::bool {
                match *self { #(#ending)* }
            }

            fn error_class(
                &self,
            ) -> #private::core::option::Option<#private::Cow<'_, #private::core::primitive::str>> {
                match *self { #(#class)* }
            }
        }
    }
}

#[cfg(test)]
mod tests;
