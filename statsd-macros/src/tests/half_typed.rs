//! What an editor sends while somebody types: nothing of it may panic, and what was typed is still there.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

use super::tokens;
use crate::attribute::Attribute;
use crate::instrument::without_skips;
use crate::{apply, derived, instrumented};

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

const BLOCK: &str = r#"
    #[allow(dead_code)]
    unsafe impl<'a, T: Into<u8>, const N: usize> shop::Sell<{ N }> for &'a Cart<[T; N]>
    where
        T: 'a,
    {
        type Item<'b> = (T, [u8; { N }]) where Self: 'b;
        const LIMIT: fn(u8) -> u8 = |n| n;

        #[statsd_client::statsd_skip]
        pub const fn new() -> Self { Self }

        /// Adds.
        pub(crate) async fn add<const M: usize>(&mut self, item: Item<{ M }, T>) -> Result<(), Full> {
            self.items.push(item).await?;
            Ok(())
        }

        make!(remove);

        unsafe extern "C" fn r#final(self) -> impl Iterator<Item = u8> + 'a { [1].into_iter() }
    }
"#;

const ENUM: &str = r#"
    #[derive(Debug)]
    #[outcome(failure, crate = ::elsewhere::statsd)]
    pub(crate) enum Refused<'a, T: Copy, const N: usize> where T: 'a {
        #[outcome(success)]
        Paid,
        CardDeclined { code: &'a [T; N], },
        #[outcome(failure, class = "sold_out")]
        SoldOut(T, u8) = 3,
    }
"#;

/// Of every attribute the arguments that it takes.
fn args(attribute: Attribute) -> TokenStream {
    let mut args = String::from(
        r#"
            "cron.{self.kind}",
            tags(plan = "pro", region = self.region::<A, B>(1), "customer.tier" = a + b, || more(self)),
            client = self.statsd,
            no_prefix,
            crate = ::elsewhere::statsd,
        "#,
    );
    if attribute != Attribute::GaugeInflight {
        args.push_str("sample_rate = 0.25,");
    }
    if attribute.judges() {
        args.push_str("|value: &Option<u8>| value.is_some(),");
    }
    if attribute == Attribute::CountSuccess {
        args.push_str("tag_error_class");
    }
    tokens(&args)
}

const BLOCK_ARGS: &str = r#"
    prefix = "shop.cart", count, count_success, measure, distribution, gauge_inflight,
    tags(plan = "pro", region = self.region), sample_rate = 0.5, tag_error_class, no_prefix,
    client = self.statsd, crate = ::elsewhere::statsd
"#;

#[test]
fn every_prefix_of_a_function_expands_and_is_still_there() {
    for attribute in ALL {
        let args = args(attribute);
        for item in prefixes(&tokens(FUNCTION)).into_iter().chain(prefixes(&tokens(BOXED))) {
            for records in [true, false] {
                let output = apply(attribute, args.clone(), item.clone(), records);
                assert_contains_item(&output, &item);
            }
        }
    }
}

#[test]
fn every_prefix_of_the_arguments_expands_and_keeps_the_function() {
    for attribute in ALL {
        for args in prefixes(&args(attribute)) {
            for item in [FUNCTION, BOXED] {
                let item = tokens(item);
                assert_contains_item(&apply(attribute, args.clone(), item.clone(), true), &item);
            }
        }
    }
}

#[test]
fn arguments_without_any_one_of_their_tokens_keep_the_function() {
    for attribute in ALL {
        for args in with_one_left_out(&args(attribute)) {
            let output = apply(attribute, args, tokens(BOXED), true);
            assert_contains_item(&output, &tokens(BOXED));
        }
    }
}

#[test]
fn every_prefix_of_an_impl_block_expands_and_is_still_there() {
    for args in [TokenStream::new(), tokens(BLOCK_ARGS)] {
        for item in prefixes(&tokens(BLOCK)) {
            assert_contains_item(&instrumented(args.clone(), item.clone()), &without_skips(&item));
        }
    }
}

#[test]
fn every_prefix_of_what_is_listed_keeps_the_impl_block() {
    let item = tokens(BLOCK);
    let args = tokens(BLOCK_ARGS);
    for args in prefixes(&args).into_iter().chain(with_one_left_out(&args)) {
        assert_contains_item(&instrumented(args, item.clone()), &without_skips(&item));
    }
}

#[test]
fn every_prefix_of_an_enum_derives_something() {
    let item = tokens(ENUM);
    for item in prefixes(&item).into_iter().chain(with_one_left_out(&item)) {
        let output = derived(item.clone());
        assert!(!output.is_empty(), "nothing for `{item}`");
        assert!(!output.to_string().contains("has a bug"), "a panic for `{item}`: `{output}`");
    }
}

fn with_one_left_out(tokens: &TokenStream) -> Vec<TokenStream> {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let without = |left_out| {
        let mut tokens = tokens.clone();
        tokens.remove(left_out);
        tokens.into_iter().collect()
    };
    (0..tokens.len()).map(without).collect()
}

/// Every token of the item is in the output, in the item's order.
#[track_caller]
fn assert_contains_item(output: &TokenStream, item: &TokenStream) {
    assert!(!output.to_string().contains("has a bug"), "a panic for `{item}`: `{output}`");
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
