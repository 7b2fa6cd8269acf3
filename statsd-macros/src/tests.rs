use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::LitStr;

use crate::apply;
use crate::attribute::Attribute;

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

const FUNCTION: &str = r#"
    #[inline]
    pub(crate) async unsafe extern "C" fn run<'a, T: Into<u8>, const N: usize>(
        &'a self,
        [first, ..]: [T; N],
    ) -> Result<impl Iterator<Item = u8> + 'a, Error>
    where
        T: 'a,
    {
        #![allow(dead_code)]
        let task = self.tasks.get(&first)?;
        if let Some(done) = task.poll().await {
            return Ok(done);
        }
        Ok(vec![1u8, 2].into_iter())
    }
"#;

const BOXED: &str = r#"
    fn run(&self) -> Pin<Box<dyn Future<Output = u8> + Send + '_>> {
        let name = self.name.clone();
        Box::pin(async move {
            let this = self;
            this.tick(name).await
        })
    }
"#;

const ALL: [Attribute; 6] = [
    Attribute::Count,
    Attribute::CountIf,
    Attribute::CountSuccess,
    Attribute::Measure,
    Attribute::Distribution,
    Attribute::GaugeInflight,
];

const ARGS: &str = r#"
    "cron.{self.kind}",
    tags(plan = "pro", region = self.region::<A, B>(1), "customer.tier" = a + b, || more(self)),
    client = self.statsd,
    no_prefix,
    crate = ::elsewhere::statsd,
"#;

#[test]
fn every_prefix_of_a_function_expands_and_is_still_there() {
    for source in [FUNCTION, BOXED] {
        for item in prefixes(&tokens(source)) {
            for attribute in ALL {
                for records in [true, false] {
                    let output = apply(attribute, tokens(ARGS), item.clone(), records);
                    assert_contains_item(&output, &item);
                }
            }
        }
    }
}

#[test]
fn every_prefix_of_the_arguments_expands_and_keeps_the_function() {
    for args in prefixes(&tokens(ARGS)) {
        assert_contains_item(
            &apply(Attribute::CountSuccess, args, tokens(BOXED), true),
            &tokens(BOXED),
        );
    }
}

#[test]
fn arguments_without_any_one_of_their_tokens_keep_the_function() {
    let args: Vec<TokenTree> = tokens(ARGS).into_iter().collect();
    for left_out in 0..args.len() {
        let mut args = args.clone();
        args.remove(left_out);
        let args = args.into_iter().collect();
        assert_contains_item(
            &apply(Attribute::CountSuccess, args, tokens(BOXED), true),
            &tokens(BOXED),
        );
    }
}

/// Every token of the item is in the output, in the item's order.
#[track_caller]
fn assert_contains_item(output: &TokenStream, item: &TokenStream) {
    let mut emitted = flat(output).into_iter();
    for token in flat(item) {
        assert!(emitted.any(|it| it == token), "`{token}` of `{item}` is missing in `{output}`");
    }
}

/// What an editor sends while a function is being typed: it closes every group that is open.
fn prefixes(tokens: &TokenStream) -> Vec<TokenStream> {
    let mut whole = Vec::new();
    let mut prefixes = vec![TokenStream::new()];
    for token in tokens.clone() {
        if let TokenTree::Group(group) = &token {
            for inner in self::prefixes(&group.stream()) {
                let cut = TokenTree::from(Group::new(group.delimiter(), inner));
                prefixes.push(whole.iter().cloned().chain([cut]).collect());
            }
        }
        whole.push(token);
        prefixes.push(whole.iter().cloned().collect());
    }
    prefixes
}

fn flat(tokens: &TokenStream) -> Vec<String> {
    let mut flattened = Vec::new();
    for token in tokens.clone() {
        let TokenTree::Group(group) = &token else {
            flattened.push(token.to_string());
            continue;
        };
        let (open, close) = match group.delimiter() {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Brace => ("{", "}"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::None => ("", ""),
        };
        flattened.push(open.to_owned());
        flattened.extend(flat(&group.stream()));
        flattened.push(close.to_owned());
    }
    flattened
}
