//! What a function returns, found among its tokens: only where its value is looked at.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{
    GenericArgument, Path, PathArguments, ReturnType, Type, TypeParamBound, parse_quote_spanned,
};

pub(crate) struct Output {
    /// `None`: `()`, or what nobody can read.
    ty: Option<Type>,
    /// What comes out of the future that it is: of `impl Future<Output = T>`, boxed or not.
    future: Option<Type>,
    span: Span,
    /// Whether it can be written anywhere else.
    is_plain: bool,
}

impl Output {
    /// Reads it from the tokens before a function's body.
    pub(crate) fn of(head: &[TokenTree]) -> Self {
        let (after_name, name) = after_name(head);
        let parameters = after_name.iter().position(is_parameters());
        let rest = parameters.map_or(&[][..], |at| &after_name[at + 1..]);
        let ty = rest.split(|token| is_word(token, "where")).next().unwrap_or_default();
        let tokens: TokenStream = ty.iter().cloned().collect();
        match syn::parse2(tokens.clone()) {
            Ok(ReturnType::Type(_, ty)) => Self {
                span: ty.span(),
                future: future_output(&ty).cloned().map(without_impl),
                ty: Some(without_impl(*ty)),
                is_plain: !mentions_impl(tokens),
            },
            _ => Self { span: name, future: None, ty: None, is_plain: ty.is_empty() },
        }
    }

    /// The type, where it can be written anywhere else than in the signature.
    pub(crate) fn plain(&self) -> Option<TokenStream> {
        let unit = || quote_spanned!(Span::mixed_site()=> ());
        (self.is_plain && !self.is_never())
            .then(|| self.ty.as_ref().map_or_else(unit, ToTokens::to_token_stream))
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
        edge_of(ty, self.span)
    }

    /// The same for the `async` block that a function returns, where its type says what comes out of it.
    pub(crate) fn future_edge(&self) -> TokenStream {
        let output = self.future.as_ref().map(|ty| edge_of(ty, ty.span()));
        output.unwrap_or_default()
    }
}

/// Located at the type, which is where the compiler says that the type comes from.
fn edge_of(ty: &Type, at: Span) -> TokenStream {
    quote_spanned! {Span::mixed_site().located_at(at)=>
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

fn mentions_impl(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "impl",
        TokenTree::Group(group) => mentions_impl(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
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
        Type::Path(it) => replace_in_path(&mut it.path),
        Type::TraitObject(it) => {
            for bound in &mut it.bounds {
                if let TypeParamBound::Trait(bound) = bound {
                    replace_in_path(&mut bound.path);
                }
            }
        }
        _ => {}
    }
}

fn replace_in_path(path: &mut Path) {
    for step in &mut path.segments {
        let PathArguments::AngleBracketed(arguments) = &mut step.arguments else { continue };
        for argument in &mut arguments.args {
            match argument {
                GenericArgument::Type(ty) => replace_impl(ty),
                GenericArgument::AssocType(it) => replace_impl(&mut it.ty),
                _ => {}
            }
        }
    }
}

/// The `T` of `impl Future<Output = T>`, of `Pin<Box<dyn Future<Output = T>>>` and the like.
fn future_output(ty: &Type) -> Option<&Type> {
    match ty {
        Type::ImplTrait(it) => it.bounds.iter().find_map(output_of_bound),
        Type::TraitObject(it) => it.bounds.iter().find_map(output_of_bound),
        Type::Paren(it) => future_output(&it.elem),
        Type::Group(it) => future_output(&it.elem),
        Type::Path(it) => arguments(&it.path).find_map(|argument| match argument {
            GenericArgument::Type(ty) => future_output(ty),
            _ => None,
        }),
        _ => None,
    }
}

fn output_of_bound(bound: &TypeParamBound) -> Option<&Type> {
    let TypeParamBound::Trait(bound) = bound else { return None };
    let is_future = bound.path.segments.last().is_some_and(|last| last.ident == "Future");
    let mut arguments = arguments(&bound.path).filter(|_| is_future);
    arguments.find_map(|argument| match argument {
        GenericArgument::AssocType(it) if it.ident == "Output" => Some(&it.ty),
        _ => None,
    })
}

/// What the last step of a path is generic over.
fn arguments(path: &Path) -> impl Iterator<Item = &GenericArgument> {
    let arguments = path.segments.last().and_then(|last| match &last.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    });
    arguments.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use quote::quote;

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
        assert_eq!(
            arrow("fn f() -> Box<dyn T<U = impl V> + 'a>"),
            "-> Box < dyn T < U = _ > + 'a >"
        );
    }

    #[test]
    fn what_comes_out_of_a_future_is_found_in_its_bounds() {
        let future = |signature: &str| output(signature).future.map(|ty| quote!(#ty).to_string());
        let boxed = "fn f() -> Pin<Box<dyn Send + Future<Output = Option<impl Sized>> + 'a>>";
        assert_eq!(future(boxed).as_deref(), Some("Option < _ >"));
        assert_eq!(future("fn f() -> impl Send + a::Future<Output = u8>").as_deref(), Some("u8"));
        assert_eq!(future("fn f() -> impl FnOnce<(), Output = u8>"), None);
        assert_eq!(future("fn f() -> BoxFuture<'a, u8>"), None);
    }

    #[test]
    fn what_cannot_be_read_is_left_to_the_compiler() {
        assert_eq!(arrow("fn f() -> "), "");
        assert_eq!(arrow("fn f"), "");
        assert!(output("fn f() -> !").is_never());
    }
}
