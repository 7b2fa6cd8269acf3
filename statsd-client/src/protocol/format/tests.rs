use super::*;

fn line(dialect: Dialect, naming: Naming<'_>, value: Number<'_>) -> String {
    let mut out = Vec::new();
    let frame = Frame::render(dialect, &naming);
    frame.write(&mut out, value);
    String::from_utf8(out).unwrap()
}

const NAMING: Naming<'static> = Naming {
    prefix: "",
    name: "users.new",
    default_tags: &[],
    tags: &[],
    kind: MetricType::Counter,
    rate: 1.0,
    origin: "",
};

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
fn a_default_tag_gives_way_to_one_of_its_key() {
    let defaults = [("env", "dev"), ("zone", "1"), ("zone", "2"), ("", "x")];
    let defaults = defaults.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let tags = &[("a", "b"), ("env", "prod"), ("", "y"), ("env", "test")];
    let naming = Naming { default_tags: &defaults, tags, ..NAMING };
    assert_eq!(
        lines(naming, &[Dialect::DogStatsd, Dialect::Influx]),
        [
            "users.new:1|c|#env:prod,env:test,zone:1,zone:2,x,a:b,y",
            "users.new,env=test,zone=2,x=true,a=b,y=true:1|c",
        ]
    );
}

#[test]
fn of_one_key_dogstatsd_takes_several_values_and_others_the_last() {
    let naming = Naming { tags: &[("env", "dev"), ("a", "b"), ("env", "prod")], ..NAMING };
    assert_eq!(
        lines(naming, &[Dialect::DogStatsd, Dialect::Graphite]),
        ["users.new:1|c|#env:dev,a:b,env:prod", "users.new;env=prod;a=b:1|c"]
    );
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

const KEY_VALUE: [Dialect; 4] =
    [Dialect::Influx, Dialect::Graphite, Dialect::SignalFx, Dialect::Librato];

fn lines(naming: Naming<'_>, dialects: &[Dialect]) -> Vec<String> {
    dialects.iter().map(|&dialect| line(dialect, naming, Number::Integer(1))).collect()
}

#[test]
fn each_dialect_has_its_place_for_tags() {
    let naming = Naming { tags: &[("plan", "pro"), ("bare", "")], rate: 0.5, ..NAMING };
    assert_eq!(
        lines(naming, &KEY_VALUE),
        [
            "users.new,plan=pro,bare=true:1|c|@0.5",
            "users.new;plan=pro;bare=true:1|c|@0.5",
            "users.new[plan=pro,bare=true]:1|c|@0.5",
            "users.new#plan=pro,bare=true:1|c|@0.5",
        ]
    );
    assert_eq!(lines(naming, &[Dialect::Okmeter]), ["users.new.plan_is_pro.bare_is_true:1|c|@0.5"]);
    assert_eq!(lines(NAMING, &KEY_VALUE), ["users.new:1|c"; 4]);
}

#[test]
fn what_would_read_as_another_tag_is_rewritten() {
    let naming = Naming { name: "a[b=c]", tags: &[("k=[l]", "v=w,[x]:y@z")], ..NAMING };
    assert_eq!(
        lines(naming, &KEY_VALUE),
        [
            "a[b_c],k_[l]=v_w_[x]_y@z:1|c",
            "a[b_c];k_[l]=v_w_[x]_y@z:1|c",
            "a_b_c_[k__l_=v_w__x__y@z]:1|c",
            "a[b_c]#k_[l]=v_w_[x]_y@z:1|c",
        ]
    );
}

#[test]
fn what_carbon_refuses_in_a_tag_is_rewritten() {
    let naming = Naming { tags: &[("a!b^c", "~d~")], ..NAMING };
    assert_eq!(lines(naming, &[Dialect::Graphite]), ["users.new;a_b_c=_d~:1|c"]);
}

#[test]
fn only_okmeters_tags_hold_its_separator() {
    let naming = Naming {
        prefix: "disk_is_full",
        name: "x_is_is_y",
        tags: &[("a_is_b", "is_it"), ("this_is", "_is_"), ("is", "is")],
        ..NAMING
    };
    let frame = Frame::render(Dialect::Okmeter, &naming);
    assert_eq!(
        String::from_utf8_lossy(&frame.head),
        "disk_full.x_y.a_b_is__it.this__is__.is_is_is"
    );
    assert!(frame.rewritten);
}

#[test]
fn a_metric_is_no_event_and_no_service_check() {
    for (name, written) in [("_e{1,1}", "e{1_1}:1|c"), ("_scroll", "scroll:1|c"), ("_x", "_x:1|c")]
    {
        let naming = Naming { name, ..NAMING };
        assert_eq!(lines(naming, &[Dialect::DogStatsd]), [written]);
    }
    let naming = Naming { prefix: "_sc", name: "x", ..NAMING };
    assert_eq!(lines(naming, &[Dialect::DogStatsd, Dialect::Etsy]), ["sc.x:1|c", "_sc.x:1|c"]);
}

#[test]
fn a_kind_the_servers_do_not_read_becomes_one_they_do() {
    let code = |dialect, kind| {
        let frame = Frame::render(dialect, &Naming { kind, ..NAMING });
        String::from_utf8_lossy(&frame.tail).into_owned()
    };
    for dialect in [Dialect::DogStatsd, Dialect::Influx] {
        assert_eq!(code(dialect, MetricType::Histogram), "|h");
        assert_eq!(code(dialect, MetricType::Distribution), "|d");
        assert_eq!(code(dialect, MetricType::Meter), "|c");
    }
    for dialect in [Dialect::Graphite, Dialect::SignalFx, Dialect::Librato, Dialect::Okmeter] {
        assert_eq!(code(dialect, MetricType::Histogram), "|ms");
        assert_eq!(code(dialect, MetricType::Distribution), "|ms");
        assert_eq!(code(dialect, MetricType::Meter), "|c");
        assert_eq!(code(dialect, MetricType::Set), "|s");
    }
    assert_eq!(code(Dialect::Etsy, MetricType::Distribution), "|ms");
    assert_eq!(code(Dialect::Etsy, MetricType::Meter), "|m");
}

#[test]
fn the_origin_stands_behind_the_tags_of_dogstatsd_only() {
    let naming =
        Naming { tags: &[("a", "b")], origin: "|c:3f|e:it-false,cn-web|card:low", ..NAMING };
    assert_eq!(
        lines(naming, &[Dialect::DogStatsd, Dialect::Etsy]),
        ["users.new:1|c|#a:b|c:3f|e:it-false,cn-web|card:low", "users.new.a.b:1|c"]
    );
    let naming = Naming { origin: "|@0.1|#x|c:a\nb|T1", ..NAMING };
    assert_eq!(lines(naming, &[Dialect::DogStatsd]), ["users.new:1|c|c:a_b"]);
    assert!(Frame::render(Dialect::DogStatsd, &naming).rewritten);
}

#[test]
fn a_timestamp_stands_before_the_cardinality() {
    let at = |dialect, naming: &Naming<'_>, seconds| {
        let mut out = b"before\n".to_vec();
        Frame::render(dialect, naming).write_at(&mut out, Number::Integer(1), seconds);
        String::from_utf8(out).unwrap().split_off("before\n".len())
    };
    let naming = Naming { origin: "|c:3f|card:low", ..NAMING };
    assert_eq!(at(Dialect::DogStatsd, &naming, 17), "users.new:1|c|c:3f|T17|card:low");
    assert_eq!(at(Dialect::DogStatsd, &NAMING, 17), "users.new:1|c|T17");
    assert_eq!(at(Dialect::DogStatsd, &NAMING, 0), "users.new:1|c", "no time at all");
    let timer = Naming { kind: MetricType::Timer, ..NAMING };
    assert_eq!(at(Dialect::DogStatsd, &timer, 17), "users.new:1|ms", "agents refuse it");
    assert_eq!(at(Dialect::Etsy, &NAMING, 17), "users.new:1|c");
}

#[test]
fn a_member_holds_nothing_that_ends_a_value() {
    let frame = Frame::render(Dialect::Etsy, &Naming { kind: MetricType::Set, ..NAMING });
    let written = |member| {
        let mut out = Vec::new();
        frame.write(&mut out, Number::Text(member));
        String::from_utf8(out).unwrap()
    };
    assert_eq!(written("ada lovelace"), "users.new:ada lovelace|s");
    assert_eq!(written("a:b|c\r\n"), "users.new:a_b_c__|s");
    assert_eq!(written(""), "users.new:_|s");
}
