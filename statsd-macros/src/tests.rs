use proc_macro2::{TokenStream, TokenTree};
use syn::LitStr;

use crate::apply;
use crate::attribute::Attribute;

mod half_typed;

/// The expansion as `rustfmt` would print it.
pub(crate) fn expanded(attribute: Attribute, args: &str, item: &str) -> String {
    let tokens = apply(attribute, tokens(args), tokens(item), true);
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

/// What the user is told, in the order of the messages.
pub(crate) fn messages(args: &str, item: &str) -> Vec<String> {
    messages_of(Attribute::Count, args, item)
}

/// What the user of one of the attributes is told.
pub(crate) fn messages_of(attribute: Attribute, args: &str, item: &str) -> Vec<String> {
    let output = apply(attribute, tokens(args), tokens(item), true);
    let output: Vec<TokenTree> = output.into_iter().collect();
    let macros = output.windows(3).filter_map(|window| match window {
        [TokenTree::Ident(name), TokenTree::Punct(_), TokenTree::Group(message)]
            if name == "compile_error" =>
        {
            Some(syn::parse2::<LitStr>(message.stream()).unwrap().value())
        }
        _ => None,
    });
    macros.collect()
}

/// What the user is told for each of these arguments on a good function.
pub(crate) fn told(all_args: &[&str]) -> String {
    told_by(Attribute::Count, all_args)
}

/// What the user of one of the attributes is told for each of these arguments on a good function.
pub(crate) fn told_by(attribute: Attribute, all_args: &[&str]) -> String {
    let mut told = String::new();
    for args in all_args {
        told.extend([args, "\n"]);
        for message in messages_of(attribute, args, "fn run() -> bool { true }") {
            told.extend(["    ", &message, "\n"]);
        }
    }
    told
}

pub(crate) fn tokens(source: &str) -> TokenStream {
    source.parse().unwrap()
}
