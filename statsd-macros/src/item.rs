//! The function under the attribute. It is kept as the tokens it came as: only the words before
//! `fn` are read, and the body is parsed only where it may end in a future. So syntax that is newer
//! than this crate and bodies that are only half typed pass through untouched.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::Parser;
use syn::spanned::Spanned;
use syn::{Block, Error, Expr, ExprAsync, Lifetime, Stmt};

use crate::attribute::Attribute;
use crate::fallback::Mistakes;
use crate::output::Output;

pub(crate) struct Item {
    head: TokenStream,
    inner_attributes: TokenStream,
    braces: Span,
    body: Body,
    output: Output,
}

/// What is put around the code that does a function's work.
pub(crate) struct Judged {
    /// The path to what runs it.
    pub(crate) run: TokenStream,
    /// Statements before it.
    pub(crate) before: TokenStream,
    /// The name of its value, and the statements that look at it.
    pub(crate) value: TokenStream,
    pub(crate) after: TokenStream,
}

enum Body {
    /// A statement at its start runs when the function is called.
    Plain(TokenStream),
    /// A statement at its start runs when the future is polled first.
    Async(TokenStream),
    /// A `fn` that only makes a future: its last expression is an `async` block, maybe boxed.
    Future(Vec<Stmt>),
}

impl Item {
    /// None if it cannot carry the attribute, which has been noted.
    pub(crate) fn parse(
        attribute: Attribute,
        tokens: TokenStream,
        mistakes: &mut Mistakes,
    ) -> Option<Self> {
        let tokens = unwrapped(tokens);
        let signature = mistakes.sift(Signature::read(attribute, &tokens))?;
        if let Some(constness) = signature.constness {
            mistakes.note(Error::new(constness, attribute.on_const_fn()));
        }
        let Some((block, head)) = split_body(&tokens) else {
            mistakes.note(Error::new(signature.name, attribute.on_no_body()));
            return None;
        };
        let (inner_attributes, content) = split_inner_attributes(block.stream());
        let body = if signature.is_async { Body::Async(content) } else { Body::of_sync(content) };
        let output = Output::of(head);
        let head = head.iter().cloned().collect();
        Some(Self { head, inner_attributes, braces: block.span(), body, output })
    }

    pub(crate) fn output(&self) -> &Output {
        &self.output
    }

    /// Whether what the attribute is about happens in a future.
    pub(crate) fn makes_a_future(&self) -> bool {
        matches!(self.body, Body::Future(_))
    }

    /// The item with `prelude` before the code that does its work, which stays a block of its own.
    pub(crate) fn with_prelude(self, prelude: &TokenStream) -> TokenStream {
        let braces = self.braces;
        self.rebuilt(
            |content| {
                let work = labelled(&braced(braces, content));
                quote!(#prelude #work)
            },
            |future| {
                let work = labelled(&future.block);
                quote!(#prelude #work)
            },
        )
    }

    /// The item with the value of the code that does its work looked at. That code is then called
    /// through a closure, or awaited, so that `?` and `return` in it end there.
    pub(crate) fn with_judgement(self, judged: &Judged) -> TokenStream {
        let Judged { run, before, value, after } = judged;
        let braces = self.braces;
        let is_async = matches!(self.body, Body::Async(_));
        let (arrow, edge) = (self.output.arrow(), self.output.edge());
        let future_edge = self.output.future_edge();
        self.rebuilt(
            |content| {
                let work = braced(braces, content);
                let value_of = if is_async {
                    let work = labelled(&work);
                    quote_spanned!(ours()=> async move { #edge #work }.await)
                } else {
                    quote_spanned!(ours()=> #run(move || #arrow #work))
                };
                quote_spanned!(ours()=> #before let #value = #value_of; #after #value)
            },
            |future| {
                let (capture, work) = (&future.capture, labelled(&future.block));
                let value_of = quote_spanned!(ours()=> async #capture { #future_edge #work }.await);
                quote_spanned!(ours()=> #before let #value = #value_of; #after #value)
            },
        )
    }

    fn rebuilt(
        self,
        work: impl FnOnce(TokenStream) -> TokenStream,
        in_future: impl FnOnce(&ExprAsync) -> TokenStream,
    ) -> TokenStream {
        let Self { head, inner_attributes, braces, body, .. } = self;
        let body = match body {
            Body::Plain(content) | Body::Async(content) => work(content),
            Body::Future(mut stmts) => {
                if let Some(future) = tail_future(&mut stmts) {
                    let instrumented = Expr::Verbatim(in_future(future));
                    future.block.stmts = vec![Stmt::Expr(instrumented, None)];
                }
                quote!(#(#stmts)*)
            }
        };
        let body = braced(braces, quote!(#inner_attributes #body));
        quote!(#head #body)
    }
}

fn ours() -> Span {
    Span::mixed_site()
}

impl Body {
    fn of_sync(content: TokenStream) -> Self {
        if mentions_async(content.clone()) {
            // What does not parse is rustc's to report, with the tokens as they are.
            let mut stmts = Block::parse_within.parse2(content.clone()).unwrap_or_default();
            if tail_future(&mut stmts).is_some() {
                return Self::Future(stmts);
            }
        }
        Self::Plain(content)
    }
}

/// What is known of a function without parsing its types.
struct Signature {
    constness: Option<Span>,
    is_async: bool,
    name: Span,
}

impl Signature {
    /// Reads attributes, visibility and modifiers up to `fn`, or refuses at the first token that
    /// belongs to something else.
    fn read(attribute: Attribute, tokens: &[TokenTree]) -> syn::Result<Self> {
        let mut constness = None;
        let mut is_async = false;
        let mut rest = tokens.iter();
        while let Some(token) = rest.next() {
            match token {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    rest.next();
                }
                // `pub(crate)`; a fragment of a `macro_rules!` such as `$vis`; the ABI of `extern`.
                TokenTree::Group(group)
                    if matches!(group.delimiter(), Delimiter::Parenthesis | Delimiter::None) => {}
                TokenTree::Literal(_) => {}
                TokenTree::Ident(word) => match word.to_string().as_str() {
                    "fn" => {
                        let name = rest.next().unwrap_or(token).span();
                        return Ok(Self { constness, is_async, name });
                    }
                    "const" => constness = Some(word.span()),
                    "async" => is_async = true,
                    "pub" | "unsafe" | "safe" | "extern" | "default" | "final" | "gen" => {}
                    other => return Err(Error::new(word.span(), attribute.on_other_item(other))),
                },
                other => {
                    return Err(Error::new(
                        other.span(),
                        attribute.on_other_item(&other.to_string()),
                    ));
                }
            }
        }
        Err(Error::new(Span::call_site(), attribute.on_other_item("")))
    }
}

/// The tokens without the invisible group that a `macro_rules!` puts around an `$item`.
fn unwrapped(tokens: TokenStream) -> Vec<TokenTree> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    match tokens.as_slice() {
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::None => {
            unwrapped(group.stream())
        }
        _ => tokens,
    }
}

/// The body and everything before it. A `$body:block` comes in an invisible group.
fn split_body(tokens: &[TokenTree]) -> Option<(Group, &[TokenTree])> {
    let (TokenTree::Group(last), head) = tokens.split_last()? else { return None };
    match last.delimiter() {
        Delimiter::Brace => Some((last.clone(), head)),
        Delimiter::None => match unwrapped(last.stream()).as_slice() {
            [TokenTree::Group(block)] if block.delimiter() == Delimiter::Brace => {
                Some((block.clone(), head))
            }
            _ => None,
        },
        Delimiter::Parenthesis | Delimiter::Bracket => None,
    }
}

/// Splits `#![…]` from the start of a body: they are legal only in the outermost block.
fn split_inner_attributes(content: TokenStream) -> (TokenStream, TokenStream) {
    let tokens: Vec<TokenTree> = content.into_iter().collect();
    let is = |at: usize, punct: char| matches!(tokens.get(at), Some(TokenTree::Punct(found)) if found.as_char() == punct);
    let mut end = 0;
    while is(end, '#') && is(end + 1, '!') && end + 2 < tokens.len() {
        end += 3;
    }
    let (attributes, content) = tokens.split_at(end);
    (attributes.iter().cloned().collect(), content.iter().cloned().collect())
}

/// Few bodies have this word in them; the others need not be parsed.
fn mentions_async(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "async",
        TokenTree::Group(group) => mentions_async(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The `async` block whose future a body returns.
fn tail_future(stmts: &mut [Stmt]) -> Option<&mut ExprAsync> {
    match stmts.last_mut()? {
        Stmt::Expr(Expr::Return(tail), _) => future_in(tail.expr.as_deref_mut()?),
        Stmt::Expr(tail, None) => future_in(tail),
        _ => None,
    }
}

fn future_in(expr: &mut Expr) -> Option<&mut ExprAsync> {
    match expr {
        Expr::Async(future) => Some(future),
        Expr::Call(call) if is_box_pin(&call.func) => future_in(call.args.first_mut()?),
        Expr::MethodCall(call) if call.method == "boxed" || call.method == "boxed_local" => {
            future_in(&mut call.receiver)
        }
        Expr::Group(group) => future_in(&mut group.expr),
        Expr::Paren(paren) => future_in(&mut paren.expr),
        _ => None,
    }
}

fn is_box_pin(function: &Expr) -> bool {
    let Expr::Path(function) = function else { return false };
    let mut steps = function.path.segments.iter().rev().map(|step| &step.ident);
    steps.next().is_some_and(|last| last == "pin") && steps.next().is_some_and(|it| it == "Box")
}

/// A block of the user's, still with the user's span, which decides the edition that it drops its
/// temporaries by. The label keeps rustc from calling the braces of a one-line body unused.
fn labelled(block: &impl ToTokens) -> TokenStream {
    let block = block.to_token_stream();
    // Located at the block, or lints would offer fixes that reach from the attribute to there.
    let span = Span::mixed_site().located_at(block.span());
    let label = Lifetime::new("'_body", span);
    quote_spanned!(span=> #label: #block)
}

/// Braces with the user's span: the compiler's coverage counts only what lies in a body of the
/// same origin as the signature.
fn braced(span: Span, content: TokenStream) -> Group {
    let mut group = Group::new(Delimiter::Brace, content);
    group.set_span(span);
    group
}

#[cfg(test)]
mod tests;
