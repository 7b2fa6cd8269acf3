use super::*;

fn line(dialect: Dialect, naming: Naming<'_>, value: Number) -> String {
    let mut out = Vec::new();
    let frame = Frame::render(dialect, &naming);
    frame.write(&mut out, value);
    String::from_utf8(out).unwrap()
}

const NAMING: Naming<'static> =
    Naming { prefix: "", name: "users.new", tags: &[], kind: MetricType::Counter, rate: 1.0 };

#[test]
fn etsy_folds_tags_into_the_name() {
    let naming = Naming { prefix: "shop", tags: &[("plan", "pro.v2"), ("bare", "")], ..NAMING };
    assert_eq!(
        line(Dialect::Etsy, naming, Number::Integer(2)),
        "shop.users.new.plan.pro_v2.bare:2|c"
    );
}

#[test]
fn dogstatsd_writes_rate_before_tags() {
    let naming = Naming { tags: &[("plan", "pro"), ("bare", "")], rate: 0.1, ..NAMING };
    assert_eq!(
        line(Dialect::DogStatsd, naming, Number::Integer(1)),
        "users.new:1|c|@0.1|#plan:pro,bare"
    );
}

#[test]
fn a_later_tag_overrides_an_earlier_one_of_its_key() {
    let naming = Naming { tags: &[("env", "dev"), ("a", "b"), ("env", "prod")], ..NAMING };
    assert_eq!(line(Dialect::DogStatsd, naming, Number::Integer(1)), "users.new:1|c|#env:prod,a:b");
}

#[test]
fn what_would_break_a_line_is_rewritten() {
    let naming = Naming {
        prefix: "a|b",
        name: "x:1|c\ny",
        tags: &[("k\n", "v|w,x"), ("url", "http://h")],
        ..NAMING
    };
    assert_eq!(
        line(Dialect::DogStatsd, naming, Number::Integer(1)),
        "a_b.x_1_c_y:1|c|#k_:v_w_x,url:http://h"
    );
    assert!(Frame::render(Dialect::Etsy, &naming).rewritten);
    assert!(!Frame::render(Dialect::Etsy, &NAMING).rewritten);
}

#[test]
fn numbers_are_shortest_and_without_exponent() {
    let text = |number: Number| {
        let mut out = Vec::new();
        number.write(&mut out);
        String::from_utf8(out).unwrap()
    };
    assert_eq!(text(Number::Float(1.0)), "1");
    assert_eq!(text(Number::Float(0.1 + 0.2)), "0.30000000000000004");
    assert_eq!(text(Number::Float(1e-5)), "0.00001");
    assert_eq!(text(Number::Float(1e21)), "1000000000000000000000");
    assert_eq!(text(Number::Float(-0.0)), "0");
    assert_eq!(text(Number::Signed(3.0)), "+3");
    assert_eq!(text(Number::Signed(-3.5)), "-3.5");
}
