//! From the model to tokens. All names are absolute paths through `crate =`; all that is generated
//! has the hygiene of this crate, so the user's names and lints cannot see it, and is located in
//! the user's code only where an error must point there.
//!
//! There are two shapes. A *guard* is one statement before the body, which stays as it is. Where the
//! function's value is looked at, the body is called through a closure, or awaited.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::LitStr;
use syn::spanned::Spanned;

use crate::attribute::Attribute;
use crate::item::Judged;
use crate::model::{Model, Tag};
use crate::site::{
    Use, at_hand, client_name, fixed, local, mentioned, ours, ours_at, private, private_at, rate,
    site, value_texts, words,
};

/// `records`: otherwise the function is as it was written, and only the literals are checked.
pub(crate) fn expand(model: Model, records: bool) -> TokenStream {
    let checks = checks(&model);
    if !records {
        let mentioned = mentioned(&model);
        return model.item.with_prelude(&quote_spanned!(ours()=> #checks #mentioned));
    }
    match model.attribute {
        Attribute::Count => guard(model, &checks, &COUNT, false),
        Attribute::Measure => guard(model, &checks, &MEASURE, true),
        Attribute::Distribution => guard(model, &checks, &DISTRIBUTION, true),
        Attribute::GaugeInflight => guard(model, &checks, &GAUGE_INFLIGHT, true),
        Attribute::CountIf => count_if(model, &checks),
        Attribute::CountSuccess => count_success(model, &checks),
    }
}

const COUNT: Use<'static> =
    Use { kind: "Counter", act: |p, spot| quote_spanned!(ours()=> #p::count(#spot)) };
const KEEP: Use<'static> =
    Use { kind: "Counter", act: |p, spot| quote_spanned!(ours()=> #p::keep(#spot)) };
const MEASURE: Use<'static> =
    Use { kind: "Timer", act: |p, spot| quote_spanned!(ours()=> #p::measure(#spot)) };
const DISTRIBUTION: Use<'static> =
    Use { kind: "Distribution", act: |p, spot| quote_spanned!(ours()=> #p::distribution(#spot)) };
const GAUGE_INFLIGHT: Use<'static> = Use {
    kind: "Gauge",
    act: |p, spot| {
        quote_spanned! {ours()=>
            {
                static LEVELS: #p::Levels = #p::Levels::new();
                #p::enter(#spot, &LEVELS)
            }
        }
    },
};

fn guard(model: Model, checks: &TokenStream, used: &Use<'_>, is_bound: bool) -> TokenStream {
    let call = site(&model, used);
    let prelude = if is_bound {
        quote_spanned!(ours()=> let _statsd_guard = { #checks #call };)
    } else {
        quote_spanned!(ours()=> { #checks #call; })
    };
    model.item.with_prelude(&prelude)
}

fn count_if(model: Model, checks: &TokenStream) -> TokenStream {
    if model.item.output().is_never() && !model.item.makes_a_future() {
        // There is never a value.
        let mentioned = mentioned(&model);
        return model.item.with_prelude(&quote_spanned!(ours()=> #checks #mentioned));
    }
    let private = private(&model.krate);
    let (spot, call, value) = (local("spot"), site(&model, &KEEP), local("value"));
    let holds = look_at_value(&model, "holds", "succeeded");
    let judged = Judged {
        run: quote_spanned!(ours()=> #private::run),
        before: quote_spanned!(ours()=> #checks let #spot = #call;),
        after: quote_spanned!(ours()=> #private::count_if(#spot, #holds);),
        value: quote_spanned!(ours()=> #value),
    };
    model.item.with_judgement(&judged)
}

fn count_success(model: Model, checks: &TokenStream) -> TokenStream {
    let private = private(&model.krate);
    let (ending, value) = (local("ending"), local("value"));
    let begun = begin(&model, &private);
    let before = quote_spanned!(ours()=> #checks let #ending = #begun;);
    if model.item.output().is_never() && !model.item.makes_a_future() {
        // There is never a value, and so the guard is never told.
        return model.item.with_prelude(&before);
    }
    let outcome = look_at_value(&model, "judged", "outcome_of");
    let class = if model.tag_error_class {
        quote_spanned! {ours()=>
            {
                #[allow(unused_imports, reason = "which is used depends on the value's type")]
                use #private::{ByAny as _, ByError as _, ByOutcome as _};
                (&&&#private::ClassOf(&#value)).statsd_error_class()
            }
        }
    } else {
        quote_spanned!(ours()=> #private::core::option::Option::None)
    };
    let judged = Judged {
        run: quote_spanned!(ours()=> #private::run),
        before,
        after: quote_spanned!(ours()=> #private::EndGuard::end(#ending, #outcome, #class);),
        value: quote_spanned!(ours()=> #value),
    };
    model.item.with_judgement(&judged)
}

/// What the function's value says: by the condition, through one function, or by itself, through another.
/// All of it is located at what a mistake would be about.
fn look_at_value(model: &Model, by_condition: &str, by_itself: &str) -> TokenStream {
    let at = match &model.condition {
        Some(condition) => condition.span(),
        None => model.item.output().span(),
    };
    let (private, mut value) = (private_at(&model.krate, at), local("value"));
    value.set_span(ours_at(at));
    if let Some(condition) = &model.condition {
        let function = Ident::new(by_condition, ours_at(at));
        quote_spanned!(ours_at(at)=> #private::#function(&#value, #condition))
    } else {
        let function = Ident::new(by_itself, ours_at(at));
        quote_spanned!(ours_at(at)=> #private::#function(&#value))
    }
}

/// The guard of a call's end.
fn begin(model: &Model, private: &TokenStream) -> TokenStream {
    const ENDINGS: [&str; 4] = ["success", "failure", "panic", "cancelled"];
    let rate = rate(model);
    let class = model
        .tag_error_class
        .then(|| quote_spanned!(ours()=> #private::TagWords::Optional("error_class")));
    let site = if let Some((name, tags)) = fixed(model) {
        let named = |ending: &str| LitStr::new(&format!("{}.{ending}", name.value()), ours());
        let (names, has_prefix) = (ENDINGS.map(named), model.has_prefix);
        let classes = if let Some(class) = &class {
            let failed = quote_spanned!(ours()=> #private::Piece::Text(".failure"));
            let words = words(model, &[failed], std::slice::from_ref(class));
            quote_spanned! {ours()=>
                #private::core::option::Option::Some(#private::TaggedSite::worded(#words, #rate))
            }
        } else {
            quote_spanned!(ours()=> #private::core::option::Option::None)
        };
        let spot = if model.client.is_some() {
            let client = client_name();
            quote_spanned!(ours()=> #private::Endings::on(&SITE, #client))
        } else {
            quote_spanned!(ours()=> &SITE)
        };
        quote_spanned! {ours()=>
            static SITE: #private::Endings =
                #private::Endings::new([#(#names),*], #tags, #rate, #has_prefix, #classes);
            #private::begin(#spot)
        }
    } else {
        let dot = quote_spanned!(ours()=> #private::Piece::Text("."));
        let ending = quote_spanned!(ours()=> #private::Piece::Value);
        let words = words(model, &[dot, ending], class.as_slice());
        let values = value_texts(model);
        let places = values.len() + 1 + usize::from(model.tag_error_class);
        let places = Literal::usize_unsuffixed(places);
        let name_values = Literal::usize_unsuffixed(model.name.values().count());
        let arguments = quote_spanned!(ours()=> &SITE, #name_values, [#(#values),*]);
        let call = if model.client.is_some() {
            let client = client_name();
            quote_spanned!(ours()=> #private::begin_tagged_on(#client, #arguments))
        } else {
            quote_spanned!(ours()=> #private::begin_tagged(#arguments))
        };
        quote_spanned! {ours()=>
            static SITE: #private::TaggedSite<#private::Counter, #places> =
                #private::TaggedSite::worded(#words, #rate);
            #call
        }
    };
    at_hand(model, &site)
}

/// Has the client's own rules judge every literal while the user's crate compiles.
fn checks(model: &Model) -> TokenStream {
    let mut checks = check(model, "check_name", &model.name.specimen(), model.name_span);
    for Tag { key, value, value_span } in &model.tags {
        checks.extend(check(model, "check_tag_key", &key.value(), key.span()));
        if value.is_literal() {
            checks.extend(check(model, "check_tag_value", &value.specimen(), *value_span));
        }
    }
    checks
}

fn check(model: &Model, function: &str, text: &str, literal: Span) -> TokenStream {
    let span = ours_at(literal);
    let private = private_at(&model.krate, literal);
    let function = Ident::new(function, span);
    let text = LitStr::new(text, span);
    quote_spanned!(span=> const _: () = #private::#function(#text);)
}

#[cfg(test)]
mod tests;
