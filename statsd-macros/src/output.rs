//! What a function returns, found among its tokens: only where its value is looked at.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, ReturnType, Type, parse_quote_spanned};

pub(crate) struct Output {
    /// `None`: `()`, or what nobody can read.
    ty: Option<Type>,
    span: Span,
}

impl Output {
    /// Reads it from the tokens before a function's body.
    pub(crate) fn of(head: &[TokenTree]) -> Self {
        let (after_name, name) = after_name(head);
        let parameters = after_name.iter().position(is_parameters());
        let rest = parameters.map_or(&[][..], |at| &after_name[at + 1..]);
        let ty = rest.split(|token| is_word(token, "where")).next().unwrap_or_default();
        let tokens: TokenStream = ty.iter().cloned().collect();
        match syn::parse2(tokens) {
            Ok(ReturnType::Type(_, ty)) => Self { span: ty.span(), ty: Some(without_impl(*ty)) },
            _ => Self { span: name, ty: None },
        }
    }

    /// Where a mistake about the value belongs.
    pub(crate) fn span(&self) -> Span {
        self.span
    }

    /// Whether the function never returns.
    pub(crate) fn is_never(&self) -> bool {
        matches!(self.ty, Some(Type::Never(_)))
    }

    /// The type, for a closure: it keeps what the compiler says about a wrong value at that value.
    pub(crate) fn arrow(&self) -> TokenStream {
        match &self.ty {
            Some(ty) => quote_spanned!(Span::mixed_site()=> -> #ty),
            None => TokenStream::new(),
        }
    }

    /// The type, for an `async` block, which cannot be given one: it ends in a `return` of a value of that
    /// type that is never made.
    pub(crate) fn edge(&self) -> TokenStream {
        let Some(ty) = &self.ty else {
            return quote_spanned!(Span::mixed_site()=> if false { return; });
        };
        quote_spanned! {Span::mixed_site()=>
            #[allow(
                unreachable_code,
                clippy::diverging_sub_expression,
                clippy::empty_loop,
                reason = "it is here for its type"
            )]
            if false {
                let statsd_never: #ty = loop {};
                return statsd_never;
            }
        }
    }
}

/// What follows a function's name, and where that is.
fn after_name(head: &[TokenTree]) -> (&[TokenTree], Span) {
    let Some(at) = head.iter().position(|token| is_word(token, "fn")) else {
        return (&[], Span::call_site());
    };
    let name = head.get(at + 1).map_or_else(Span::call_site, TokenTree::span);
    (head.get(at + 2..).unwrap_or_default(), name)
}

/// Whether a token is the list of parameters: the first parentheses outside of `<…>`.
fn is_parameters() -> impl FnMut(&TokenTree) -> bool {
    let mut depth = 0_usize;
    let mut previous = ' ';
    move |token| {
        let found = depth == 0
            && matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
        let punct = if let TokenTree::Punct(punct) = token { punct.as_char() } else { ' ' };
        match punct {
            '<' => depth += 1,
            // Not the end of an arrow.
            '>' if previous != '-' && previous != '=' => depth = depth.saturating_sub(1),
            _ => {}
        }
        previous = punct;
        found
    }
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(found) if found == word)
}

/// The type with `_` for every `impl Trait`, which only a signature can say.
fn without_impl(mut ty: Type) -> Type {
    replace_impl(&mut ty);
    ty
}

fn replace_impl(ty: &mut Type) {
    match ty {
        Type::ImplTrait(it) => *ty = parse_quote_spanned!(it.span()=> _),
        Type::Reference(it) => replace_impl(&mut it.elem),
        Type::Paren(it) => replace_impl(&mut it.elem),
        Type::Group(it) => replace_impl(&mut it.elem),
        Type::Slice(it) => replace_impl(&mut it.elem),
        Type::Array(it) => replace_impl(&mut it.elem),
        Type::Tuple(it) => it.elems.iter_mut().for_each(replace_impl),
        Type::Path(it) => {
            for step in &mut it.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut step.arguments else {
                    continue;
                };
                for argument in &mut arguments.args {
                    match argument {
                        GenericArgument::Type(ty) => replace_impl(ty),
                        GenericArgument::AssocType(it) => replace_impl(&mut it.ty),
                        _ => {}
                    }
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(signature: &str) -> Output {
        let tokens: TokenStream = signature.parse().unwrap();
        Output::of(&tokens.into_iter().collect::<Vec<_>>())
    }

    fn arrow(signature: &str) -> String {
        output(signature).arrow().to_string()
    }

    #[test]
    fn a_return_type_is_found_behind_the_parameters() {
        assert_eq!(arrow("pub fn f(x: u8) -> Option<u8>"), "-> Option < u8 >");
        assert_eq!(arrow("fn f<F: Fn(u8) -> u8>(f: F) -> u16 where F: Send"), "-> u16");
        assert_eq!(arrow("fn f<const N: usize>(x: [u8; N])"), "");
        assert_eq!(arrow("unsafe extern \"C\" fn f() -> &'static mut T"), "-> & 'static mut T");
        assert_eq!(arrow("fn f() -> Box<dyn Fn(u8) -> u8>"), "-> Box < dyn Fn (u8) -> u8 >");
    }

    #[test]
    fn an_opaque_type_is_inferred() {
        assert_eq!(
            arrow("fn f() -> Result<impl Iterator<Item = u8>, (impl Sized, u8)>"),
            "-> Result < _ , (_ , u8) >"
        );
        assert_eq!(arrow("fn f() -> &impl Sized"), "-> & _");
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_compiler() {
        assert_eq!(arrow("fn f() -> "), "");
        assert_eq!(arrow("fn f"), "");
        assert!(output("fn f() -> !").is_never());
    }
}
