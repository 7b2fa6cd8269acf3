//! Names, tags and rates as they arrive at the client.

use statsd_macros::{statsd_count, statsd_measure};

use crate::fake::{mark, seen};

#[test]
fn literal_tags_and_the_rate_are_part_of_the_site() {
    #[statsd_count(
        "orders",
        tags(plan = "pro", "customer.tier" = "gold", r#type = "new",),
        sample_rate = 0.25,
        crate = crate::fake,
    )]
    fn order() {}

    order();
    assert_eq!(seen(), ["count orders plan:pro customer.tier:gold type:new @0.25"]);
}

#[test]
fn a_rate_of_one_may_be_written_as_an_integer() {
    #[statsd_measure("always", sample_rate = 1, crate = crate::fake)]
    fn always() {}

    always();
    assert_eq!(seen(), ["start always @1", "stop always @1"]);
}

#[test]
fn any_expression_with_display_is_a_tag() {
    #[statsd_measure(
        "sum",
        tags(kind = "fixed", sum = a + b, negative = -a, text = format!("{a}-{b}"), local = name),
        sample_rate = 0.5,
        crate = crate::fake
    )]
    fn sum(a: i32, b: i32, name: &str) -> i32 {
        mark(name);
        a + b
    }

    assert_eq!(sum(1, 2, "n"), 3);
    let context = "sum kind:fixed sum:3 negative:-1 text:1-2 local:n @0.5";
    assert_eq!(seen(), [format!("start {context}"), "n".to_owned(), format!("stop {context}")]);
}

#[test]
fn tags_are_read_before_the_body_moves_or_changes_them() {
    #[statsd_count("consume", tags(text = text, left = left), crate = crate::fake)]
    #[statsd_measure("{text}", crate = crate::fake)]
    fn consume(text: String, mut left: u8) -> usize {
        left -= 1;
        drop(text);
        usize::from(left)
    }

    assert_eq!(consume("abc".to_owned(), 3), 2);
    assert_eq!(seen(), ["start abc", "count consume text:abc left:3", "stop abc"]);
}

#[test]
fn a_template_reads_parameters_fields_and_constants() {
    const HOST: &str = "a";
    struct Inner {
        pair: (u8, [u8; 0]),
    }

    #[statsd_count("{HOST}.{inner.pair.0}.{{x}}.{kind}{kind}", crate = crate::fake)]
    fn read(inner: &Inner, kind: char) -> usize {
        inner.pair.1.len() + kind.len_utf8()
    }

    assert_eq!(read(&Inner { pair: (3, []) }, 'k'), 1);
    assert_eq!(seen(), ["count a.3.{x}.kk"]);
}

#[test]
fn a_fixed_name_may_hold_braces_beside_dynamic_tags() {
    #[statsd_count("{{a}}", tags(code = code), crate = crate::fake)]
    fn fixed(code: u8) -> u8 {
        code
    }

    assert_eq!(fixed(4), 4);
    assert_eq!(seen(), ["count {a} code:4"]);
}
