use super::*;

fn read(packet: &[u8], dialect: Dialect) -> Vec<Result<(String, MetricType, f64, f64), Reason>> {
    parse(packet, dialect)
        .map(|item| match item {
            Ok(sample) => {
                let value = match sample.value {
                    Value::Number(n) | Value::Delta(n) => n,
                    Value::Text(text) => text.len() as f64,
                };
                Ok((
                    String::from_utf8_lossy(sample.name).into_owned(),
                    sample.kind,
                    value,
                    sample.rate,
                ))
            }
            Err(bad) => Err(bad.reason),
        })
        .collect()
}

fn etsy(line: &str) -> Result<(f64, f64), Reason> {
    let all = read(line.as_bytes(), Dialect::Etsy);
    assert_eq!(all.len(), 1, "{line:?} holds one value");
    all.into_iter().next().unwrap().map(|(_, _, value, rate)| (value, rate))
}

#[test]
fn one_bad_value_leaves_the_others_of_its_line() {
    assert_eq!(
        read(b"k:1|c:x|c:2|ms", Dialect::Etsy),
        [
            Ok(("k".into(), MetricType::Counter, 1.0, 1.0)),
            Err(Reason::BadValue),
            Ok(("k".into(), MetricType::Timer, 2.0, 1.0)),
        ]
    );
}

#[test]
fn numbers_are_javascripts() {
    for (text, number) in [
        ("5.", 5.0),
        (".5", 0.5),
        ("+10e1", 100.0),
        ("0x10", 16.0),
        ("0b11", 3.0),
        (" 7 ", 7.0),
        (" ", 0.0),
        ("123456789012345678", 123_456_789_012_345_680.0),
        ("0.1", 0.1),
        ("2.225073858507201e-308", 2.225_073_858_507_201e-308),
    ] {
        assert_eq!(etsy(&format!("k:{text}|c")), Ok((number, 1.0)), "{text:?}");
    }
    for text in ["1_000", "1,5", "0x", "-0x10", "inf", "nan", "", ".", "--1", "1e"] {
        assert_eq!(etsy(&format!("k:{text}|c")), Err(Reason::BadValue), "{text:?}");
    }
    for text in ["Infinity", "-Infinity", "1e999"] {
        assert_eq!(etsy(&format!("k:{text}|c")), Err(Reason::NotFinite), "{text:?}");
    }
}

#[test]
fn rates_are_the_leading_digits() {
    assert_eq!(etsy("k:1|c|@0.1"), Ok((1.0, 0.1)));
    assert_eq!(etsy("k:1|c|@1e-1"), Ok((1.0, 1.0)));
    assert_eq!(etsy("k:1|c|@2"), Ok((1.0, 2.0)));
    for rate in ["@0", "@0x10", "@-1", "@", "@Infinity", "@+1", "@ ", "0.1", ""] {
        assert_eq!(etsy(&format!("k:1|c|{rate}")), Err(Reason::BadRate), "{rate:?}");
    }
    assert_eq!(etsy("k:1|c|#a:b|@0.5"), Ok((1.0, 0.5)), "after the tags, too");
}

#[test]
fn a_rate_of_nothing_is_bad_where_it_counts() {
    for rate in ["@0", "@0.0", "@0x10"] {
        assert_eq!(etsy(&format!("k:1|g|{rate}")), Ok((1.0, 1.0)), "{rate:?}");
        assert_eq!(etsy(&format!("k:1|ms|{rate}")), Err(Reason::BadRate), "{rate:?}");
    }
    assert!(read(b"k:x|s|@0", Dialect::Etsy)[0].is_ok());
    assert_eq!(etsy("k:1e308|g|@0.1"), Ok((1e308, 0.1)), "nothing is divided by it");
    for rate in ["@-1", "@", "@+1", "@x"] {
        assert_eq!(etsy(&format!("k:1|g|{rate}")), Err(Reason::BadRate), "{rate:?}");
    }
}

#[test]
fn fields_after_the_tags_are_a_part_of_the_last_one_to_etsy() {
    let tags = |line: &'static [u8], dialect| parse(line, dialect).next().unwrap().unwrap().tags;
    for (line, etsys, dogs) in [
        (&b"k:1|c|#a:b|T17"[..], &b"a:b|T17"[..], &b"a:b"[..]),
        (b"k:1|c|#a:b|T17|@0.5|c:x", b"a:b|T17", b"a:b"),
        (b"k:1|c|#a:b|#c:d", b"a:b", b"a:b"),
    ] {
        assert_eq!(tags(line, Dialect::Etsy), Some(etsys));
        assert_eq!(tags(line, Dialect::DogStatsd), Some(dogs));
    }
    assert_eq!(tags(b"k:1|c|#|@0.5", Dialect::Etsy), None);
    assert_eq!(etsy("k:1|c|#a:b|T17|@0.5"), Ok((1.0, 0.5)));
}

#[test]
fn a_carriage_return_alone_is_a_bad_line() {
    let mut samples = parse(b"k:1|c\r\n\r\n\nk:1|c\r", Dialect::Etsy);
    assert_eq!(samples.by_ref().filter(Result::is_err).count(), 1);
    assert_eq!(samples.lines(), 3);
}

#[test]
fn a_rate_whose_inverse_is_infinite_is_bad() {
    let tiny = format!("@0.{}1", "0".repeat(308));
    assert_eq!(etsy(&format!("k:1|c|{tiny}")), Err(Reason::BadRate));
    assert_eq!(etsy(&format!("k:0.0001|ms|{tiny}")), Err(Reason::BadRate));
}

#[test]
fn a_sign_makes_a_gauge_relative() {
    let value = |line: &'static [u8]| parse(line, Dialect::Etsy).next().unwrap().unwrap().value;
    assert_eq!(value(b"k:5|g"), Value::Number(5.0));
    assert_eq!(value(b"k:-5|g"), Value::Delta(-5.0));
    assert_eq!(value(b"k:+5|g"), Value::Delta(5.0));
}

#[test]
fn an_unknown_type_is_a_counter_to_etsy_and_bad_to_dogstatsd() {
    assert_eq!(etsy("k:1|h"), Ok((1.0, 1.0)));
    assert_eq!(read(b"k:1|zz", Dialect::DogStatsd), [Err(Reason::UnknownType)]);
}

#[test]
fn dogstatsd_packs_values() {
    let all = read(b"k:1:2:3|d|@0.5|#a:b", Dialect::DogStatsd);
    let values: Vec<_> = all.into_iter().map(|item| item.unwrap()).collect();
    assert_eq!(values.len(), 3);
    assert!(
        values.iter().all(|(_, kind, _, rate)| *kind == MetricType::Distribution && *rate == 0.5)
    );
}

#[test]
fn timers_below_zero_and_missing_types_are_bad() {
    assert_eq!(etsy("k:-1|ms"), Err(Reason::NegativeTimer));
    assert_eq!(etsy("k:-0|ms"), Ok((0.0, 1.0)));
    assert_eq!(etsy("k"), Err(Reason::MissingType));
    assert_eq!(etsy("k:1"), Err(Reason::MissingType));
    assert_eq!(etsy("k:1|c\r"), Ok((1.0, 1.0)));
}

#[test]
fn binary_noise_ends() {
    let mut noise = vec![0_u8; 65_536];
    let mut state = 0x9e37_79b9_u32;
    for byte in &mut noise {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (state >> 24) as u8;
    }
    let bytes = noise.len();
    let mut samples = parse(&noise, Dialect::Etsy);
    assert!(samples.by_ref().count() <= bytes);
    assert!(samples.lines() > 0);
}

#[test]
fn each_dialect_finds_its_tags_in_the_name() {
    for (dialect, line, tags) in [
        (Dialect::Influx, "n,k=v,l=w:1|c", "k=v,l=w"),
        (Dialect::Graphite, "n;k=v;l=w:1|c", "k=v;l=w"),
        (Dialect::SignalFx, "n[k=v,l=w]:1|c", "k=v,l=w"),
        (Dialect::SignalFx, "[k=v,l=w]n:1|c", "k=v,l=w"),
        (Dialect::Librato, "n#k=v,l=w:1|c", "k=v,l=w"),
        (Dialect::DogStatsd, "n:1|c|#k:v,l:w", "k:v,l:w"),
    ] {
        let sample = parse(line.as_bytes(), dialect).next().unwrap().unwrap();
        assert_eq!(sample.name, b"n", "{line}");
        assert_eq!(sample.tags, Some(tags.as_bytes()), "{line}");
    }
    for (dialect, line) in [
        (Dialect::Okmeter, "n.k_is_v:1|c"),
        (Dialect::SignalFx, "n[k=v]m:1|c"),
        (Dialect::Etsy, "n,k=v:1|c"),
    ] {
        let sample = parse(line.as_bytes(), dialect).next().unwrap().unwrap();
        let (name, _) = line.split_once(':').unwrap();
        assert_eq!((sample.name, sample.tags), (name.as_bytes(), None), "{line}");
    }
}

#[test]
fn telegraf_s_types_are_read_and_a_line_may_hold_several_values() {
    assert_eq!(
        read(b"k,a=b:1|h:2|d|@0.5:3|m", Dialect::Influx),
        [
            Ok(("k".into(), MetricType::Histogram, 1.0, 1.0)),
            Ok(("k".into(), MetricType::Distribution, 2.0, 0.5)),
            Err(Reason::UnknownType),
        ]
    );
}

#[test]
fn dogstatsd_fields_of_origin_and_time_do_no_harm_anywhere() {
    for line in [
        "k:1:2|c|@0.5|#a:b,c|c:ci-3f|e:it-false|T17|card:low",
        "k:1:2|c|T17|c:ci-3f|@0.5|e:it-false|card:low|#a:b,c",
        "k:1:2|c|c:ci-3f|#a:b,c|T17|@0.5",
    ] {
        let samples: Vec<_> = parse(line.as_bytes(), Dialect::DogStatsd).flatten().collect();
        assert_eq!(samples.len(), 2, "{line}");
        for sample in samples {
            assert_eq!((sample.kind, sample.rate), (MetricType::Counter, 0.5), "{line}");
            assert_eq!(sample.tags, Some(&b"a:b,c"[..]), "{line}");
        }
    }
    assert_eq!(read(b"k:1|c|x", Dialect::DogStatsd), [Err(Reason::BadRate)]);
    assert_eq!(etsy("k:1|c|T17"), Err(Reason::BadRate), "etsy's has no such field");
}

#[test]
fn a_sign_makes_no_gauge_relative_in_dogstatsd() {
    let value =
        |line: &'static [u8]| parse(line, Dialect::DogStatsd).next().unwrap().unwrap().value;
    assert_eq!(value(b"k:-5|g"), Value::Number(-5.0));
    assert_eq!(value(b"k:+5|g"), Value::Number(5.0));
}
