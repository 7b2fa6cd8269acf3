//! `#[statsd_instrument]` on an `impl` block: every method gets the attributes that it lists. The block is
//! kept as the tokens that it came as, and so are the methods; each then expands by itself.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::token::Paren;
use syn::{Error, LitStr, Path, Token};

use crate::args::{alone, equals, krate, separated, set_once};
use crate::fallback::Mistakes;
use crate::model::default_crate;
use crate::site::{ours, ours_at};
use crate::unknown::{closest, listed};

/// What a method can be given: the word in the list, the attribute, and what is put behind the method's
/// name where the attribute's own says nothing of it.
const GIVEN: [(&str, &str, &str); 5] = [
    ("count", "statsd_count", ""),
    ("count_success", "statsd_count_success", ""),
    ("measure", "statsd_measure", ""),
    ("distribution", "statsd_distribution", ""),
    ("gauge_inflight", "statsd_gauge_inflight", ".inflight"),
];

/// Arguments that are handed on to the attributes that take them.
const HANDED_ON: [&str; 5] = ["tags", "sample_rate", "tag_error_class", "no_prefix", "client"];

/// What is listed where nothing is: a timer's statistics count the calls, too.
const BY_DEFAULT: [&str; 1] = ["measure"];

#[derive(Default)]
struct Args {
    given: Vec<Ident>,
    prefix: Option<LitStr>,
    krate: Option<Path>,
    handed_on: Vec<(Ident, TokenStream)>,
}

pub(crate) fn expand(
    args: TokenStream,
    item: TokenStream,
    mistakes: &mut Mistakes,
) -> Option<TokenStream> {
    let args = Args::parse(args, mistakes);
    let block = mistakes.sift(Block::read(item))?;
    let prefix = match &args.prefix {
        Some(prefix) => prefix.value(),
        None => block.type_name.clone(),
    };
    let mut body = TokenStream::new();
    for member in members(block.body.stream()) {
        body.extend(args.annotated(member, &prefix, mistakes));
    }
    let mut braces = Group::new(Delimiter::Brace, body);
    braces.set_span(block.body.span());
    let head = block.head;
    Some(quote!(#(#head)* #braces))
}

impl Args {
    fn parse(tokens: TokenStream, mistakes: &mut Mistakes) -> Self {
        let mut args = Self::default();
        let read = |input: ParseStream<'_>| {
            separated(input, mistakes, |input, _| args.one(input));
            Ok(())
        };
        if let Err(mistake) = read.parse2(tokens) {
            mistakes.note(mistake);
        }
        if args.given.is_empty() {
            args.given = BY_DEFAULT.map(|word| Ident::new(word, Span::call_site())).to_vec();
        }
        args.note_what_nobody_takes(mistakes);
        args
    }

    fn one(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        if input.peek(LitStr) {
            return Err(input.error("the first part of the names has a key: `prefix = \"shop\"`"));
        }
        let key = Ident::parse_any(input).map_err(|mistake| {
            let given = listed(&GIVEN.map(|(word, ..)| word));
            Error::new(mistake.span(), format!("here stand {given}, `prefix = …` and options"))
        })?;
        let text = key.to_string();
        match text.as_str() {
            "prefix" => {
                equals(input, &key, "prefix = \"shop\"")?;
                let prefix = input.parse().map_err(|mistake| {
                    let message = "a prefix is a string literal: `prefix = \"shop\"`";
                    Error::new(mistake.span(), message)
                })?;
                set_once(&mut self.prefix, &key, prefix)
            }
            "crate" => {
                equals(input, &key, "crate = ::statsd_client")?;
                set_once(&mut self.krate, &key, krate(input)?)
            }
            word if GIVEN.iter().any(|(given, ..)| *given == word) => {
                if input.peek(Paren) {
                    let message = "arguments are for all that is listed, and stand beside it: \
                                   `measure, sample_rate = 0.1`";
                    return Err(input.error(message));
                }
                alone(input, &key)?;
                if self.given.contains(&key) {
                    return Err(Error::new(key.span(), format!("`{key}` is listed twice")));
                }
                self.given.push(key);
                Ok(())
            }
            word if HANDED_ON.contains(&word) => {
                if self.handed_on.iter().any(|(known, _)| *known == key) {
                    let message = format!("`{key}` is given twice; keep one of them");
                    return Err(Error::new(key.span(), message));
                }
                let mut tokens = quote!(#key);
                while !input.is_empty() && !input.peek(Token![,]) {
                    tokens.extend([input.parse::<TokenTree>()?]);
                }
                self.handed_on.push((key, tokens));
                Ok(())
            }
            "count_if" => Err(Error::new(
                key.span(),
                "`#[statsd_count_if(…)]` looks at one function's value; put it on that function",
            )),
            _ => Err(unknown(&key)),
        }
    }

    /// An option that no listed attribute takes would change nothing.
    fn note_what_nobody_takes(&self, mistakes: &mut Mistakes) {
        for (key, _) in &self.handed_on {
            let taken = self.given.iter().any(|given| takes(given, key));
            if !taken {
                let message = if key == "sample_rate" {
                    "a gauge is not sampled; leave `sample_rate` out".to_owned()
                } else {
                    format!("`{key}` is for `count_success`, which is not listed here")
                };
                mistakes.note(Error::new(key.span(), message));
            }
        }
    }

    /// The member with the attributes before it, if it is a function that is not to be skipped.
    fn annotated(&self, member: Member, prefix: &str, mistakes: &mut Mistakes) -> TokenStream {
        let Member { attributes, tokens, name, constness, is_skipped } = member;
        let Some(name) = name.filter(|_| !is_skipped) else { return quote!(#attributes #tokens) };
        if let Some(constness) = constness {
            let message = "a `const fn` may run while compiling, where there is nothing to send \
                           to; mark it `#[statsd_skip]`";
            mistakes.note(Error::new(constness, message));
        }
        let krate = self.krate.clone().unwrap_or_else(default_crate);
        let span = ours_at(name.span());
        // Parameters in the prefix are the user's to name, and what is wrong with a metric's name is wrong with
        // the prefix: a method's is a word.
        let metric_span = self.prefix.as_ref().map_or(span, LitStr::span);
        let given = GIVEN.iter().filter(|(word, ..)| self.given.iter().any(|it| it == word));
        let ours = given.map(|(word, attribute, suffix)| {
            let metric = format!("{prefix}.{}{suffix}", name.unraw());
            let metric = LitStr::new(metric.trim_matches('.'), metric_span);
            let attribute = Ident::new(attribute, span);
            let handed_on = self.handed_on.iter().filter(|(key, _)| takes(word, key));
            let handed_on = handed_on.map(|(_, tokens)| tokens);
            quote_spanned!(span=> #[#krate::#attribute(#metric, #(#handed_on,)* crate = #krate)])
        });
        quote!(#attributes #(#ours)* #tokens)
    }
}

fn takes(given: impl ToString, key: &Ident) -> bool {
    match key.to_string().as_str() {
        "tag_error_class" => given.to_string() == "count_success",
        "sample_rate" => given.to_string() != "gauge_inflight",
        _ => true,
    }
}

fn unknown(key: &Ident) -> Error {
    let given = GIVEN.map(|(word, ..)| word);
    let known = [&given[..], &HANDED_ON, &["prefix", "crate"]].concat();
    let text = key.to_string();
    let message = match text.as_str() {
        "skip" => "a method that is to be left out is marked `#[statsd_skip]`".to_owned(),
        "name" => {
            "the first part of the names is `prefix = …`; the second is the method's".to_owned()
        }
        _ => match closest(&known, text.trim_start_matches("statsd_")) {
            Some(meant) => format!("unknown argument `{key}`; did you mean `{meant}`?"),
            None => format!("unknown argument `{key}`; there are {}", listed(&known)),
        },
    };
    Error::new(key.span(), message)
}

/// An `impl` block.
struct Block {
    head: Vec<TokenTree>,
    /// The last word of the type's path.
    type_name: String,
    body: Group,
}

impl Block {
    fn read(item: TokenStream) -> syn::Result<Self> {
        let mut head: Vec<TokenTree> = item.into_iter().collect();
        if let [TokenTree::Group(only)] = head.as_slice()
            && only.delimiter() == Delimiter::None
        {
            return Self::read(only.stream());
        }
        let Some(start) = head.iter().position(|token| is_word(token, "impl")) else {
            return Err(Error::new(ours(), NOT_HERE));
        };
        let before = &head[..start];
        if before.iter().any(|token| is_word(token, "fn") || is_word(token, "trait")) {
            return Err(Error::new(before[0].span(), NOT_HERE));
        }
        match head.pop() {
            Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => {
                let type_name = type_name(&head[start + 1..]);
                Ok(Self { head, type_name, body })
            }
            _ => Err(Error::new(Span::call_site(), NOT_HERE)),
        }
    }
}

const NOT_HERE: &str = "put `#[statsd_instrument]` on an `impl` block; a function takes \
                        `#[statsd_count(\"users.new\")]` and its like";

/// The last word of the path of the type that is implemented: `Cart` of `<T> Shop for a::Cart<T> where …`.
fn type_name(header: &[TokenTree]) -> String {
    let mut depth = 0_usize;
    let mut name = String::new();
    let mut previous = ' ';
    // What `dyn Shop + Send` has behind its first trait.
    let mut is_bound = false;
    for token in header {
        match token {
            TokenTree::Punct(punct) => {
                match punct.as_char() {
                    '<' => depth += 1,
                    '>' if previous != '-' => depth = depth.saturating_sub(1),
                    '+' if depth == 0 => is_bound = true,
                    _ => {}
                }
                previous = punct.as_char();
                continue;
            }
            TokenTree::Ident(word) if depth == 0 => match word.unraw().to_string().as_str() {
                "where" => break,
                "for" => {
                    is_bound = false;
                    name.clear();
                }
                "mut" | "dyn" | "const" => {}
                // `'a` is a lifetime.
                _ if is_bound || previous == '\'' => {}
                word => word.clone_into(&mut name),
            },
            // What a `macro_rules!` was given as a type.
            TokenTree::Group(group) if depth == 0 && group.delimiter() == Delimiter::None => {
                name = type_name(&group.stream().into_iter().collect::<Vec<_>>());
            }
            _ => {}
        }
        previous = ' ';
    }
    name
}

/// Something inside an `impl` block.
#[derive(Default)]
struct Member {
    attributes: TokenStream,
    tokens: TokenStream,
    /// Of a function.
    name: Option<Ident>,
    /// Of a function that is `const`.
    constness: Option<Span>,
    is_skipped: bool,
}

/// The members of a block: each ends with its braces or a semicolon.
fn members(body: TokenStream) -> Vec<Member> {
    let tokens: Vec<TokenTree> = body.into_iter().collect();
    let mut members = Vec::new();
    let mut member = Member::default();
    let mut constness = None;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let next = tokens.get(at + 1);
        at += 1;
        match (token, next) {
            (TokenTree::Punct(hash), Some(TokenTree::Group(attribute)))
                if hash.as_char() == '#' && member.tokens.is_empty() =>
            {
                at += 1;
                if is_skip(attribute) {
                    member.is_skipped = true;
                } else {
                    member.attributes.extend([token.clone(), TokenTree::Group(attribute.clone())]);
                }
                continue;
            }
            (TokenTree::Ident(word), Some(TokenTree::Ident(name)))
                if word == "fn" && member.name.is_none() =>
            {
                member.name = Some(name.clone());
                member.constness = constness.take();
            }
            (TokenTree::Ident(word), _) if word == "const" && member.name.is_none() => {
                constness = Some(word.span());
            }
            _ => {}
        }
        member.tokens.extend([token.clone()]);
        if ends_member(token, next) {
            constness = None;
            members.push(std::mem::take(&mut member));
        }
    }
    // An unfinished one is passed on as it is.
    member.name = None;
    members.push(member);
    members
}

fn ends_member(token: &TokenTree, next: Option<&TokenTree>) -> bool {
    match token {
        TokenTree::Punct(punct) => punct.as_char() == ';',
        // `<{ N }>` and `<{ N }, T>` stand in types.
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            !matches!(next, Some(TokenTree::Punct(punct)) if matches!(punct.as_char(), '>' | ','))
        }
        // A function whose body came through a `macro_rules!`, or a whole one that did.
        TokenTree::Group(group) if group.delimiter() == Delimiter::None => {
            let last = group.stream().into_iter().last();
            matches!(last, Some(TokenTree::Group(last)) if last.delimiter() == Delimiter::Brace)
        }
        _ => false,
    }
}

/// The item without `#[statsd_skip]`, which outside of an expanded block would be a mistake of its own.
pub(crate) fn without_skips(item: &TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match (token, tokens.get(at)) {
            (TokenTree::Punct(hash), Some(TokenTree::Group(attribute)))
                if hash.as_char() == '#' && is_skip(attribute) =>
            {
                at += 1;
            }
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::Brace => {
                let mut braces = Group::new(Delimiter::Brace, without_skips(&group.stream()));
                braces.set_span(group.span());
                kept.push(TokenTree::Group(braces));
            }
            _ => kept.push(token.clone()),
        }
    }
    kept.into_iter().collect()
}

fn is_skip(attribute: &Group) -> bool {
    let last = attribute.stream().into_iter().last();
    matches!(last, Some(TokenTree::Ident(word)) if word == "statsd_skip")
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(found) if found == word)
}

#[cfg(test)]
mod tests;
