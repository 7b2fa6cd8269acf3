//! A call site as tokens: its `static`, its values, and whom its calls are for.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, ExprReference, LitStr, Path, Token};

use crate::model::{Model, Tag};
use crate::template::{Piece, Template, Value};

/// What is made of a call site that is at hand.
pub(crate) struct Use<'a> {
    /// The kind of its metric: `Counter`, …
    pub(crate) kind: &'a str,
    /// What is done with the spot, which stands in place of the argument.
    pub(crate) act: fn(private: &TokenStream, spot: TokenStream) -> TokenStream,
}

/// The expression that has `site` at hand, with every value of the user's read outside of it: in it are
/// items of ours, which hygiene does not hide.
pub(crate) fn at_hand(model: &Model, site: &TokenStream) -> TokenStream {
    let private = private(&model.krate);
    let client = model.client.as_ref().map(|client| {
        let span = ours_at(client.span());
        let private = private_at(&model.krate, client.span());
        let client = borrowed(client);
        quote_spanned!(span=> #private::the_client(#client))
    });
    let values = values(model).map(|value| shown(model, value));
    let packed = model.more_tags.iter().map(|closure| {
        let private = private_at(&model.krate, closure.span());
        quote_spanned!(ours_at(closure.span())=> #private::PackedTags::of(#private::made(#closure)))
    });
    let read: Vec<_> = client.into_iter().chain(values).chain(packed).collect();
    if read.is_empty() {
        return quote_spanned!(ours()=> { #site });
    }
    let names = model.client.iter().map(|_| client_name()).chain(value_names(model));
    let probes = if value_names(model).next().is_some() {
        quote_spanned! {ours()=>
            #[allow(unused_imports, reason = "which is used depends on the values' types")]
            use #private::{
                ByAnything as _, ByDisplay as _, ByNumber as _, ByText as _,
            };
        }
    } else {
        TokenStream::new()
    };
    quote_spanned!(ours()=> match (#(#read,)*) { (#(#names,)*) => { #probes #site } })
}

/// A `static` of one kind, and what is made of it.
pub(crate) fn site(model: &Model, used: &Use<'_>) -> TokenStream {
    let private = private(&model.krate);
    let kind = Ident::new(used.kind, ours());
    let (rate, has_prefix) = (rate(model), model.has_prefix);
    // Every method is called by its full path: a trait of the user's may have one of the same name.
    let on_client = |of: &str, spot: TokenStream| {
        if model.client.is_none() {
            return spot;
        }
        let (of, client) = (Ident::new(of, ours()), client_name());
        quote_spanned!(ours()=> #private::#of::on(#spot, #client))
    };
    let spot = if let Some((name, tags)) = fixed(model) {
        let spot = on_client("Fixed", quote_spanned!(ours()=> &SITE));
        let act = (used.act)(&private, spot);
        quote_spanned! {ours()=>
            static SITE: #private::Fixed = #private::Fixed::new(
                #private::MetricType::#kind, #name, #tags, #rate, #has_prefix,
            );
            #act
        }
    } else {
        let (words, values) = (words(model, &[], &[]), value_texts(model));
        let count = Literal::usize_unsuffixed(values.len());
        let spot = quote_spanned!(ours()=> #private::TaggedSite::with(&SITE, [#(#values),*]));
        let act = (used.act)(&private, on_client("Tagged", spot));
        quote_spanned! {ours()=>
            static SITE: #private::TaggedSite<#private::#kind, #count> =
                #private::TaggedSite::worded(#words, #rate);
            #act
        }
    };
    at_hand(model, &spot)
}

/// The name and the tags as literals, if none of them varies.
pub(crate) fn fixed(model: &Model) -> Option<(LitStr, TokenStream)> {
    let name = LitStr::new(model.name.fixed()?, ours());
    if !model.more_tags.is_empty() {
        return None;
    }
    let tags = model.tags.iter().map(|Tag { key, value, .. }| {
        let value = LitStr::new(value.fixed()?, ours());
        Some(quote_spanned!(ours()=> (#key, #value)))
    });
    let tags = tags.collect::<Option<Vec<_>>>()?;
    Some((name, quote_spanned!(ours()=> &[#(#tags),*])))
}

/// The words of a site that varies; pieces and tags of the expansion's own come last.
pub(crate) fn words(
    model: &Model,
    name_end: &[TokenStream],
    tags_end: &[TokenStream],
) -> TokenStream {
    let private = private(&model.krate);
    let name = pieces(&private, &model.name);
    let tags = model.tags.iter().map(|Tag { key, value, .. }| {
        let pieces = pieces(&private, value);
        quote_spanned!(ours()=> #private::TagWords::Tag(#key, &[#(#pieces),*]))
    });
    let packed =
        model.more_tags.iter().map(|_| quote_spanned!(ours()=> #private::TagWords::Packed));
    let tags = tags.chain(packed).chain(tags_end.iter().cloned());
    let name = name.chain(name_end.iter().cloned());
    let has_prefix = model.has_prefix;
    quote_spanned! {ours()=>
        #private::Words { name: &[#(#name),*], tags: &[#(#tags),*], has_prefix: #has_prefix }
    }
}

fn pieces<'a>(
    private: &'a TokenStream,
    template: &'a Template,
) -> impl Iterator<Item = TokenStream> + 'a {
    template.0.iter().map(move |piece| match piece {
        Piece::Text(text) => {
            let text = LitStr::new(text, ours());
            quote_spanned!(ours()=> #private::Piece::Text(#text))
        }
        Piece::Value(_) => quote_spanned!(ours()=> #private::Piece::Value),
    })
}

/// The values of a call as bytes, in the order of the words.
pub(crate) fn value_texts(model: &Model) -> Vec<TokenStream> {
    let private = private(&model.krate);
    let displayed = values(model).count();
    let texts = value_names(model).enumerate().map(|(at, name)| {
        if at < displayed {
            quote_spanned! {ours()=>
                #private::bytes_of(&(&&&&#private::Probe(#name)).statsd_tag_text())
            }
        } else {
            quote_spanned!(ours()=> #private::PackedTags::bytes(&#name))
        }
    });
    texts.collect()
}

/// What displays itself: the name's values, then the tags'.
fn values(model: &Model) -> impl Iterator<Item = &Value> {
    model.name.values().chain(model.tags.iter().flat_map(|tag| tag.value.values()))
}

fn value_names(model: &Model) -> impl Iterator<Item = Ident> + '_ {
    let count = values(model).count() + model.more_tags.len();
    (0..count).map(|at| local(&format!("value_{at}")))
}

fn shown(model: &Model, value: &Value) -> TokenStream {
    match value {
        Value::Expr(expr) => {
            let private = private_at(&model.krate, expr.span());
            let value = borrowed(expr);
            quote_spanned!(ours_at(expr.span())=> #private::shown(#value))
        }
        Value::Closure(closure) => {
            let private = private_at(&model.krate, closure.span());
            quote_spanned!(ours_at(closure.span())=> #private::shown(&#private::made(#closure)))
        }
    }
}

/// What stands where the attribute is compiled out: the user's expressions, so that what is only there for
/// them is not unused.
pub(crate) fn mentioned(model: &Model) -> TokenStream {
    let private = private(&model.krate);
    let reads =
        values(model).next().is_some() || !model.more_tags.is_empty() || model.client.is_some();
    let read = reads.then(|| at_hand(model, &TokenStream::new()));
    let judged = model.condition.as_ref().and_then(|condition| {
        // Of an opaque type or of a future's there is no name to be had.
        let ty = model.item.output().plain().filter(|_| !model.item.makes_a_future())?;
        let (span, value) = (ours_at(condition.span()), local("value"));
        let private = private_at(&model.krate, condition.span());
        Some(quote_spanned! {span=>
            #private::mention(|#value: &#ty| #private::holds(#value, #condition));
        })
    });
    quote_spanned!(ours()=> if false { #private::compiled_out(); #judged #read })
}

/// The rate that was given, or the client's own.
pub(crate) fn rate(model: &Model) -> TokenStream {
    let private = private(&model.krate);
    let Some(rate) = model.sample_rate.map(Literal::f64_unsuffixed) else {
        return quote_spanned!(ours()=> #private::core::option::Option::None);
    };
    quote_spanned!(ours()=> #private::core::option::Option::Some(#rate))
}

/// The client that the attribute names, where its site is at hand.
pub(crate) fn client_name() -> Ident {
    local("client")
}

/// A local of ours. Hygiene hides it from the user's code, but not a constant of the user's from a pattern.
pub(crate) fn local(name: &str) -> Ident {
    format_ident!("statsd_{name}", span = ours())
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

pub(crate) fn private(krate: &Path) -> TokenStream {
    // What is not in the path that was given is missing there.
    let at = krate.segments.last().map_or_else(ours, |step| ours_at(step.ident.span()));
    quote_spanned!(at=> #krate::__private)
}

/// The same path, but an error in what is called through it points to the user's code.
pub(crate) fn private_at(krate: &Path, user: Span) -> TokenStream {
    let path = quote!(#krate).into_iter().chain(quote_spanned!(ours()=> ::__private));
    path.map(|mut token| {
        token.set_span(token.span().located_at(user));
        token
    })
    .collect()
}

pub(crate) fn ours() -> Span {
    Span::mixed_site()
}

pub(crate) fn ours_at(user: Span) -> Span {
    ours().located_at(user)
}
