//! From the model to tokens. All names are absolute paths through `crate =`; all that is generated
//! has the hygiene of this crate, so the user's names and lints cannot see it, and is located in
//! the user's code only where an error must point there.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprReference, LitStr, Token};

use crate::attribute::Attribute;
use crate::model::{Model, Tag, TagValue};

pub(crate) fn expand(model: Model) -> TokenStream {
    let checks = checks(&model);
    let call = fixed_site(&model).unwrap_or_else(|| dynamic_call(&model));
    let prelude = match model.attribute {
        Attribute::Count => quote_spanned!(ours()=> { #checks #call; }),
        Attribute::Measure => quote_spanned!(ours()=> let _guard = { #checks #call };),
    };
    model.item.with_prelude(&prelude)
}

/// Has the client's own rules judge every literal while the user's crate compiles.
fn checks(model: &Model) -> TokenStream {
    let mut checks = check(model, "check_name", &model.name.specimen(), model.name_span);
    for Tag { key, value } in &model.tags {
        checks.extend(check(model, "check_tag_key", &key.value(), key.span()));
        if let TagValue::Fixed(text) = value {
            checks.extend(check(model, "check_tag_value", &text.value(), text.span()));
        }
    }
    checks
}

fn check(model: &Model, function: &str, text: &str, literal: Span) -> TokenStream {
    let span = ours_at(literal);
    let private = private_at(model, literal);
    let function = Ident::new(function, span);
    let text = LitStr::new(text, span);
    quote_spanned!(span=> const _: () = #private::#function(#text);)
}

/// The call through a site that is resolved once, if nothing about it varies between calls.
fn fixed_site(model: &Model) -> Option<TokenStream> {
    let name = LitStr::new(model.name.fixed()?, ours());
    let tags = model.tags.iter().map(|Tag { key, value }| match value {
        TagValue::Fixed(text) => Some(quote_spanned!(ours()=> (#key, #text))),
        TagValue::Dynamic(_) => None,
    });
    let tags = tags.collect::<Option<Vec<_>>>()?;
    let rate = rate(model);
    let private = private(model);
    let (site, act) = match model.attribute {
        Attribute::Count => ("CountSite", "hit"),
        Attribute::Measure => ("TimeSite", "start"),
    };
    let (site, act) = (Ident::new(site, ours()), Ident::new(act, ours()));
    // No expression of the user's is in this block, so none can see the static.
    Some(quote_spanned! {ours()=>
        static SITE: #private::#site = #private::#site::new(#name, &[#(#tags),*], #rate);
        SITE.#act()
    })
}

fn dynamic_call(model: &Model) -> TokenStream {
    let format = LitStr::new(&model.name.format_string(), ours_at(model.name_span));
    let places = model.name.places();
    let tags = model.tags.iter().map(|Tag { key, value }| {
        let value = match value {
            TagValue::Fixed(text) => quote_spanned!(ours()=> &#text),
            TagValue::Dynamic(value) => borrowed(value).into_token_stream(),
        };
        quote_spanned!(ours()=> (#key, #value))
    });
    let rate = rate(model);
    let private = private(model);
    let function = match model.attribute {
        Attribute::Count => "count",
        Attribute::Measure => "start",
    };
    let function = Ident::new(function, ours());
    quote_spanned! {ours()=>
        #private::#function(
            #private::core::format_args!(#format #(, #places)*),
            &[#(#tags),*],
            #rate,
        )
    }
}

/// The rate that was given, or the client's own.
fn rate(model: &Model) -> TokenStream {
    let private = private(model);
    let Some(rate) = model.sample_rate.map(Literal::f64_unsuffixed) else {
        return quote_spanned!(ours()=> #private::core::option::Option::None);
    };
    quote_spanned!(ours()=> #private::core::option::Option::Some(#rate))
}

/// `&value`, with the parentheses that its precedence needs.
fn borrowed(value: &Expr) -> Expr {
    Expr::Reference(ExprReference {
        attrs: Vec::new(),
        and_token: Token![&](ours_at(value.span())),
        mutability: None,
        expr: Box::new(value.clone()),
    })
}

fn private(model: &Model) -> TokenStream {
    let krate = &model.krate;
    quote_spanned!(ours()=> #krate::__private)
}

/// The same path, but an error in what is called through it points to `literal`.
fn private_at(model: &Model, literal: Span) -> TokenStream {
    let path = private(model).to_token_stream().into_iter();
    path.map(|mut token| {
        token.set_span(token.span().located_at(literal));
        token
    })
    .collect()
}

fn ours() -> Span {
    Span::mixed_site()
}

fn ours_at(user: Span) -> Span {
    ours().located_at(user)
}

#[cfg(test)]
mod tests;
