//! What is written is read back: the formatter against the parser, over all dialects.

use proptest::prelude::*;

use super::name::legal_member;
use super::*;

/// Everything that means something in some dialect.
const SCRAPS: [&str; 36] = [
    ":",
    "|",
    "@",
    "#",
    ",",
    ";",
    "=",
    "[",
    "]",
    ".",
    "\n",
    "\r",
    "\r\n",
    " ",
    "\t",
    "\0",
    "|#",
    "|c",
    "|@0.1",
    ":1|c",
    "\na:1|c\n",
    "_is_",
    "_is",
    "is_",
    "_e{1,1}",
    "_sc",
    "|c:",
    "|e:",
    "|card:",
    "|T1",
    "~",
    "!",
    "^",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
];

fn text() -> impl Strategy<Value = String> {
    let scrap = prop_oneof![
        3 => prop::sample::select(&SCRAPS[..]).prop_map(str::to_owned),
        2 => "[a-z]{1,3}",
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(scrap, 0..8).prop_map(|scraps| scraps.concat())
}

fn name() -> impl Strategy<Value = String> {
    text().prop_filter("a name is not empty", |name| !name.is_empty())
}

fn tags() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec((text(), text()), 0..5)
}

/// A kind and a number that belong together.
fn kind_and_number() -> impl Strategy<Value = (MetricType, Number<'static>)> {
    let finite = || any::<f64>().prop_filter("finite", |number| number.is_finite());
    prop_oneof![
        any::<i64>().prop_map(|number| (MetricType::Counter, Number::Integer(number))),
        any::<i64>().prop_map(|number| (MetricType::Meter, Number::Integer(number))),
        finite().prop_map(|number| (MetricType::Gauge, Number::Float(number))),
        finite().prop_map(|number| (MetricType::Gauge, Number::Signed(number))),
        any::<u64>().prop_map(|nanos| (MetricType::Timer, Number::Nanos(nanos))),
        // Where they are timers, they are not negative.
        finite().prop_map(|number| (MetricType::Histogram, Number::Float(number.abs()))),
        finite().prop_map(|number| (MetricType::Distribution, Number::Float(number.abs()))),
    ]
}

fn rate() -> impl Strategy<Value = f64> {
    prop_oneof![Just(1.0), 1e-9..1.0, any::<f64>()]
}

fn written(number: Number<'_>) -> f64 {
    let mut text = Vec::new();
    number.write(&mut text);
    String::from_utf8(text).unwrap().parse().unwrap()
}

/// The kind that is read where `kind` was written. To etsy's a meter is a counter.
fn read_kind(dialect: Dialect, kind: MetricType) -> MetricType {
    match dialect.wire_kind(kind) {
        MetricType::Meter => MetricType::Counter,
        kind => kind,
    }
}

/// Between tags, and between a tag's key and value.
fn separators(dialect: Dialect) -> Option<(char, char)> {
    match dialect {
        Dialect::Etsy | Dialect::Okmeter => None,
        Dialect::DogStatsd => Some((',', ':')),
        Dialect::Graphite => Some((';', '=')),
        Dialect::Influx | Dialect::SignalFx | Dialect::Librato => Some((',', '=')),
    }
}

/// How many tags are written: several of one key in DogStatsD only.
fn tags_that_hold(dialect: Dialect, tags: &[(String, String)]) -> usize {
    let mut keys: Vec<_> = tags.iter().map(|(key, _)| key).filter(|key| !key.is_empty()).collect();
    if dialect != Dialect::DogStatsd {
        keys.sort_unstable();
        keys.dedup();
    }
    keys.len() + tags.iter().filter(|(key, value)| key.is_empty() && !value.is_empty()).count()
}

fn borrowed(tags: &[(String, String)]) -> Vec<(&str, &str)> {
    tags.iter().map(|(key, value)| (&**key, &**value)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn whatever_is_written_is_read_back_as_one_sample(
        (prefix, name, tags, origin) in (text(), name(), tags(), text()),
        defaults in tags(),
        ((kind, number), rate, seconds) in (kind_and_number(), rate(), any::<u64>()),
    ) {
        let tags = borrowed(&tags);
        let naming = Naming { prefix: &prefix, name: &name, default_tags: &defaults, tags: &tags, kind, rate, origin: &origin };
        let rate = if (f64::MIN_POSITIVE..1.0).contains(&rate) { rate } else { 1.0 };
        let value = written(number);
        prop_assume!((value * (1.0 / rate)).is_finite());
        for &dialect in Dialect::ALL {
            let mut line = Vec::new();
            Frame::render(dialect, &naming).write_at(&mut line, number, seconds);
            let text = String::from_utf8_lossy(&line);
            prop_assert!(!line.contains(&b'\n') && !line.contains(&b'\r'), "{text:?}");
            let samples: Vec<_> = parse(&line, dialect).collect();
            prop_assert_eq!(samples.len(), 1, "{:?}: {:?}", dialect, text);
            let Ok(sample) = samples[0] else {
                return Err(TestCaseError::fail(format!("{dialect:?}: {text:?}: {samples:?}")));
            };
            prop_assert_eq!(sample.kind, read_kind(dialect, kind), "{:?}", text);
            prop_assert_eq!(sample.rate, rate, "{:?}", text);
            let signed = sample.kind == MetricType::Gauge
                && (matches!(number, Number::Signed(_)) || value < 0.0);
            let expected = match value {
                delta if signed && dialect.sign_is_delta() => Value::Delta(delta),
                value => Value::Number(value),
            };
            prop_assert_eq!(sample.value, expected, "{:?}", text);
            prop_assert!(!sample.name.is_empty(), "{:?}", text);
        }
    }

    #[test]
    fn no_tag_reads_as_another(
        (prefix, name, owned) in (text(), name(), tags()),
    ) {
        let tags = borrowed(&owned);
        let kind = MetricType::Counter;
        let naming = Naming { prefix: &prefix, name: &name, default_tags: &[], tags: &tags, kind, rate: 1.0, origin: "" };
        for &dialect in Dialect::ALL {
            let holding = tags_that_hold(dialect, &owned);
            let mut line = Vec::new();
            Frame::render(dialect, &naming).write(&mut line, Number::Integer(1));
            let text = String::from_utf8_lossy(&line);
            let sample = parse(&line, dialect).next().unwrap().unwrap();
            let Some((between, is)) = separators(dialect) else {
                prop_assert_eq!(sample.tags, None, "{:?}", text);
                if dialect == Dialect::Okmeter {
                    let nodes = text.split('.').filter(|node| node.contains("_is_"));
                    prop_assert_eq!(nodes.clone().count(), holding, "{:?}", text);
                    for node in nodes {
                        prop_assert_eq!(node.find("_is_"), node.rfind("_is_"), "{:?}", node);
                    }
                }
                continue;
            };
            let read = String::from_utf8_lossy(sample.tags.unwrap_or_default());
            let read: Vec<_> = read.split(between).filter(|tag| !tag.is_empty()).collect();
            prop_assert_eq!(read.len(), holding, "{:?}: {:?}", dialect, text);
            if is == '=' {
                prop_assert!(read.iter().all(|tag| tag.matches('=').count() == 1), "{:?}", text);
            }
        }
    }

    #[test]
    fn a_packed_line_holds_its_values_and_no_more(
        (name, tags, origin) in (name(), tags(), text()),
        (nanos, rate) in (prop::collection::vec(any::<u64>(), 1..20), 1e-9..1.0),
    ) {
        let tags = borrowed(&tags);
        let kind = MetricType::Timer;
        let naming = Naming { prefix: "", name: &name, default_tags: &[], tags: &tags, kind, rate, origin: &origin };
        for &dialect in Dialect::ALL.iter().filter(|dialect| dialect.packs_values()) {
            let frame = Frame::render(dialect, &naming);
            let mut line = frame.head.to_vec();
            for &nanos in &nanos {
                line.push(b':');
                Number::Nanos(nanos).write(&mut line);
            }
            line.extend_from_slice(&frame.tail);
            let samples: Vec<_> = parse(&line, dialect).map(Result::unwrap).collect();
            prop_assert_eq!(samples.len(), nanos.len());
            for (sample, nanos) in samples.iter().zip(&nanos) {
                let value = Value::Number(written(Number::Nanos(*nanos)));
                prop_assert_eq!((sample.value, sample.rate, sample.kind), (value, rate, kind));
            }
        }
    }

    #[test]
    fn a_member_of_any_text_is_one_member(name in name(), member in text()) {
        let kind = MetricType::Set;
        let naming = Naming { prefix: "", name: &name, default_tags: &[], tags: &[], kind, rate: 1.0, origin: "" };
        for &dialect in Dialect::ALL {
            let mut line = Vec::new();
            Frame::render(dialect, &naming).write(&mut line, Number::Text(&member));
            let samples: Vec<_> = parse(&line, dialect).map(Result::unwrap).collect();
            prop_assert_eq!(samples.len(), 1);
            let legal = legal_member(&member);
            prop_assert_eq!(samples[0].value, Value::Text(legal.as_bytes()));
            prop_assert_eq!(legal_member(&legal), &*legal, "legal text stays as it is");
        }
    }

    #[test]
    fn what_is_legal_already_is_not_rewritten(
        prefix in "[a-z]{0,4}",
        name in "[a-z]{1,4}(\\.[a-z]{1,4}){0,2}",
        tags in prop::collection::vec(("[a-z]{1,4}", "[a-z0-9]{0,4}"), 0..4),
    ) {
        let tags = borrowed(&tags);
        let kind = MetricType::Counter;
        let origin = "|c:ci-3f|e:it-false,cn-web|card:low";
        let naming = Naming { prefix: &prefix, name: &name, default_tags: &[], tags: &tags, kind, rate: 1.0, origin };
        for &dialect in Dialect::ALL {
            prop_assert!(!Frame::render(dialect, &naming).rewritten);
        }
    }
}
