//! Names, tags and rates as they arrive at the server.

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::sync::Arc;

use statsd_client::{
    statsd_count, statsd_count_if, statsd_count_success, statsd_distribution,
    statsd_gauge_inflight, statsd_measure,
};

use crate::wire::{assert_lines, client, lines, mark, sent};

#[test]
fn literal_tags_and_the_rate_are_part_of_the_site() {
    #[statsd_count(
        "orders",
        tags(plan = "pro", "customer.tier" = "gold", r#type = "new",),
        sample_rate = 0.25,
    )]
    fn order() {}

    let lines = lines(|| (0..200).for_each(|_| order()));
    let sampled = "orders:1|c|@0.25|#plan:pro,customer.tier:gold,type:new";
    assert!(lines.iter().all(|line| line == sampled), "{lines:?}");
    assert!((20..80).contains(&lines.len()), "a quarter of 200, not {}", lines.len());
}

#[test]
fn every_attribute_but_the_gauge_takes_a_rate_and_says_so() {
    #[statsd_count("a", sample_rate = 0.5)]
    #[statsd_count_if("b", sample_rate = 0.5)]
    #[statsd_count_success("c", sample_rate = 0.5)]
    #[statsd_measure("d", sample_rate = 0.5)]
    #[statsd_distribution("e", sample_rate = 0.5)]
    fn sampled() {}

    let mut lines = lines(|| (0..100).for_each(|_| sampled()));
    lines.sort();
    lines.dedup();
    let rated = ["a:1|c|@0.5", "b:1|c|@0.5", "c.success:1|c|@0.5", "d:T|ms|@0.5", "e:T|d|@0.5"];
    assert_eq!(lines, rated);
}

#[test]
fn a_call_that_varies_is_sampled_as_one_that_is_fixed() {
    #[statsd_count("a.{n}", sample_rate = 0.5)]
    #[statsd_count_success("c", tags(n = n), tag_error_class, sample_rate = 0.5)]
    #[statsd_measure("d", tags(n = n), sample_rate = 0.5)]
    fn sampled(n: u8) -> Result<(), fmt::Error> {
        if n > 0 { Err(fmt::Error) } else { Ok(()) }
    }

    let mut lines = lines(|| (0..100).for_each(|n| assert_eq!(sampled(n % 2).is_ok(), n % 2 == 0)));
    lines.sort();
    lines.dedup();
    let rated = [
        "a.0:1|c|@0.5",
        "a.1:1|c|@0.5",
        "c.failure:1|c|@0.5|#n:1,error_class:Error",
        "c.success:1|c|@0.5|#n:0",
        "d:T|ms|@0.5|#n:0",
        "d:T|ms|@0.5|#n:1",
    ];
    assert_eq!(lines, rated);
}

#[test]
fn a_rate_of_one_may_be_written_as_an_integer_and_overrides_the_clients() {
    #[statsd_measure("always", sample_rate = 1)]
    fn always() {}

    let (client, captured) = client(|builder| builder.sample_rate(0.01));
    client.scope(always);
    assert_eq!(sent(&client, &captured), ["always:T|ms"]);
}

#[test]
fn any_expression_with_display_is_a_tag() {
    #[statsd_measure(
        "sum",
        tags(kind = "fixed", sum = a + b, negative = -a, text = format!("{a}-{b}"), local = name),
    )]
    fn sum(a: i32, b: i32, name: &str) -> i32 {
        mark(name);
        a + b
    }

    let sums = || assert_eq!(sum(1, 2, "n"), 3);
    assert_lines(sums, &["n:1|c", "sum:T|ms|#kind:fixed,sum:3,negative:-1,text:1-2,local:n"]);
}

#[test]
fn a_value_is_sent_as_it_displays_itself_whatever_it_could_be_turned_into() {
    #[derive(Clone, Copy)]
    struct Id(u8);

    impl From<Id> for i64 {
        fn from(id: Id) -> Self {
            Self::from(id.0)
        }
    }

    impl Display for Id {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "id-{}", self.0)
        }
    }

    struct Secret(&'static str);

    impl AsRef<str> for Secret {
        fn as_ref(&self) -> &str {
            self.0
        }
    }

    impl Display for Secret {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("***")
        }
    }

    #[statsd_count("seen.{is_new}", tags(id = id, initial = initial, secret = secret))]
    fn see(is_new: bool, id: Id, initial: char, secret: &Secret) -> u8 {
        statsd_client::count!("seen", tags(is_new = is_new, id = id, secret = secret));
        u8::from(is_new) + id.0 + u8::from(secret.as_ref().starts_with(initial))
    }

    let lines =
        ["seen.true:1|c|#id:id-3,initial:x,secret:***", "seen:1|c|#is_new:true,id:id-3,secret:***"];
    assert_lines(|| assert_eq!(see(true, Id(3), 'x', &Secret("x")), 5), &lines);
}

#[test]
fn a_tags_value_may_be_a_text_with_parameters_in_it() {
    #[statsd_count("asked", tags(route = "{method}/{id}", open = "{{{id}}}", id = id))]
    fn ask(method: &str, id: u32) -> usize {
        method.len() + id as usize
    }

    let asks = || assert_eq!(ask("GET", 7), 10);
    assert_lines(asks, &["asked:1|c|#route:GET/7,open:{7},id:7"]);
}

#[test]
fn a_closure_makes_the_name_or_a_tag_or_any_number_of_them() {
    struct Job {
        queue: String,
        labels: Vec<(&'static str, u8)>,
    }

    impl Job {
        fn name(&self, by: &str) -> String {
            format!("{}::{by}", self.queue)
        }

        #[statsd_count(
            || self.name(by),
            tags(first = || self.labels.first().map_or(0, |label| label.1), || self.labels.iter().copied()),
        )]
        #[statsd_gauge_inflight(|| self.queue.as_str(), tags(|| [("by", by)]))]
        fn run(&self, by: &str) -> usize {
            self.labels.len() + by.len()
        }
    }

    let run = |labels: Vec<(&'static str, u8)>| {
        let job = Job { queue: "mail".to_owned(), labels };
        let _ = job.run("me");
    };
    assert_lines(
        || run(vec![("a", 3), ("b", 4)]),
        &["mail:1|g|#by:me", "mail.me:1|c|#first:3,a:3,b:4", "mail:0|g|#by:me"],
    );
    assert_lines(
        || run(Vec::new()),
        &["mail:1|g|#by:me", "mail.me:1|c|#first:0", "mail:0|g|#by:me"],
    );
}

#[test]
fn tags_are_read_before_the_body_moves_or_changes_them() {
    #[statsd_count("consume", tags(text = text, left = left))]
    #[statsd_count_success("ended.{text}", tags(left = left))]
    #[statsd_count_if("done", |_| true, tags(text = text))]
    #[statsd_measure("{text}")]
    fn consume(text: String, mut left: u8) -> Option<usize> {
        left -= 1;
        drop(text);
        Some(usize::from(left))
    }

    assert_lines(
        || assert_eq!(consume("abc".to_owned(), 3), Some(2)),
        &[
            "consume:1|c|#text:abc,left:3",
            "ended.abc.success:1|c|#left:3",
            "done:1|c|#text:abc",
            "abc:T|ms",
        ],
    );
}

#[test]
fn a_template_reads_parameters_fields_and_constants() {
    const HOST: &str = "a";
    struct Inner {
        pair: (u8, [u8; 0]),
    }

    #[statsd_count("{HOST}.{inner.pair.0}.{{x}}.{kind}{kind}")]
    fn read(inner: &Inner, kind: char) -> usize {
        inner.pair.1.len() + kind.len_utf8()
    }

    assert_lines(|| assert_eq!(read(&Inner { pair: (3, []) }, 'k'), 1), &["a.3.{x}.kk:1|c"]);
}

#[test]
fn a_fixed_name_may_hold_braces_beside_tags_that_vary() {
    #[statsd_count("{{a}}", tags(code = code))]
    fn fixed(code: u8) -> u8 {
        code
    }

    assert_lines(|| assert_eq!(fixed(4), 4), &["{a}:1|c|#code:4"]);
}

#[test]
fn double_colons_in_a_name_are_dots_wherever_they_come_from() {
    #[statsd_count("Shop::{kind}::calls", tags(kind = kind))]
    #[statsd_measure(|| std::any::type_name_of_val(kind))]
    fn call(kind: &str) -> usize {
        kind.len()
    }

    let calls = || assert_eq!(call("Cart::Items"), 11);
    assert_lines(calls, &["Shop.Cart.Items.calls:1|c|#kind:Cart::Items", "str:T|ms"]);
}

#[test]
fn a_value_that_would_break_the_line_is_rewritten() {
    #[statsd_count("hit.{path}", tags(path = path))]
    fn hit(path: &str) -> usize {
        path.len()
    }

    assert_lines(|| assert_eq!(hit("a|b:c\n#,"), 8), &["hit.a_b_c___:1|c|#path:a_b:c___"]);
}

#[test]
fn whatever_displays_itself_is_a_tag_also_where_its_type_is_not_known() {
    #[statsd_count(
        "shown.{generic}",
        tags(copied = copied, opaque = opaque, object = object, boxed = boxed, cow = cow, shared = shared),
    )]
    #[statsd_measure("timed", tags(text = text, number = number))]
    fn show<T: Display, C: Display + Copy + TryInto<i64>>(
        generic: T,
        copied: C,
        opaque: impl Display,
        object: &dyn Display,
        (boxed, cow, shared): (Box<dyn Display>, Cow<'_, str>, Arc<str>),
        (text, number): (&mut String, &&i128),
    ) -> String {
        text.push('!');
        format!("{generic}{copied}{opaque}{object}{boxed}{cow}{shared}{number}")
    }

    let shows = || {
        let boxed: Box<dyn Display> = Box::new("b");
        let last = (&mut "t".to_owned(), &&i128::MIN);
        let shown = show('g', 1_u8, 2.5, &"o", (boxed, "c".into(), "s".into()), last);
        assert!(shown.starts_with("g12.5obcs-"));
    };
    let lines = [
        "shown.g:1|c|#copied:1,opaque:2.5,object:o,boxed:b,cow:c,shared:s",
        "timed:T|ms|#text:t,number:-170141183460469231731687303715884105728",
    ];
    assert_lines(shows, &lines);
}

#[test]
fn what_makes_a_name_or_a_tag_may_call_annotated_functions() {
    #[statsd_count("inner", tags(n = n))]
    fn inner(n: u8) -> u8 {
        n + 1
    }

    struct Shown;
    impl Display for Shown {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "shown-{}", inner(1))
        }
    }

    #[statsd_count(|| inner(2), tags(shown = Shown, || [("packed", inner(3))]))]
    #[statsd_gauge_inflight("level", tags(n = inner(n)))]
    fn outer(n: u8) -> u8 {
        n
    }

    let inner = |n: u8| format!("inner:1|c|#n:{n}");
    let sent = lines(|| assert_eq!(outer(4), 4));
    let mut told: Vec<_> = sent.iter().filter(|line| line.starts_with("inner")).cloned().collect();
    told.sort();
    assert_eq!(told, [inner(1), inner(2), inner(3), inner(4)]);
    let others: Vec<_> = sent.iter().filter(|line| !line.starts_with("inner")).collect();
    assert_eq!(others, ["level:1|g|#n:5", "3:1|c|#shown:shown-2,packed:4", "level:0|g|#n:5"]);
}

#[test]
fn a_name_or_a_tag_that_is_too_long_is_dropped_and_counted() {
    #[statsd_count("a.{text}")]
    #[statsd_measure("b", tags(text = text))]
    #[statsd_count_success("c.{text}")]
    #[statsd_gauge_inflight("d", tags(|| [(text, "long")]))]
    fn call(text: &str) -> bool {
        text.is_empty()
    }

    let (client, captured) = client(|builder| builder);
    client.scope(|| assert!(!call(&"x".repeat(5_000))));
    assert!(sent(&client, &captured).is_empty());
    let stats = client.stats();
    assert_eq!((stats.calls, stats.dropped.bad_name), (5, 5), "{stats:?}");
}
