use super::*;
use crate::protocol::{Dialect, parse};

fn only(line: &[u8]) -> Result<Notice<'_>, Reason> {
    let mut all = notices(line).map(|notice| notice.map_err(|bad| bad.reason));
    let first = all.next().expect("a notice");
    assert_eq!(all.next(), None);
    first
}

fn event_of(line: &[u8]) -> EventLine<'_> {
    match only(line) {
        Ok(Notice::Event(event)) => event,
        other => panic!("{other:?}"),
    }
}

fn check_of(line: &[u8]) -> ServiceCheckLine<'_> {
    match only(line) {
        Ok(Notice::ServiceCheck(check)) => check,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_field_of_an_event_is_read_in_any_order() {
    for line in [
        "_e{5,4}:title|text|d:17|h:web-1|k:deploys|p:low|s:git|t:error|#env:prod,x|c:ci-3f|e:it-a|card:low",
        "_e{5,4}:title|text|#env:prod,x|t:error|c:ci-3f|s:git|p:low|card:low|k:deploys|e:it-a|h:web-1|d:17\r",
    ] {
        let event = event_of(line.as_bytes());
        let expected = EventLine {
            title: b"title",
            text: b"text",
            timestamp: Some(17),
            hostname: Some(b"web-1"),
            aggregation_key: Some(b"deploys"),
            priority: Some(b"low"),
            source_type: Some(b"git"),
            alert_type: Some(b"error"),
            tags: Some(b"env:prod,x"),
        };
        assert_eq!(event, expected, "{line}");
    }
}

#[test]
fn lengths_are_bytes_and_may_hold_anything() {
    let event = event_of("_e{6,9}:caf\u{e9}!|a|b:c|d:e|p:low".as_bytes());
    assert_eq!((event.title, event.text), ("caf\u{e9}!".as_bytes(), &b"a|b:c|d:e"[..]));
    assert_eq!((event.timestamp, event.priority), (None, Some(&b"low"[..])));
    let event = event_of(b"_e{1,0}:a|");
    assert_eq!((event.title, event.text), (&b"a"[..], &b""[..]));
}

#[test]
fn an_event_whose_lengths_are_wrong_is_bad() {
    for line in [
        "_e{5,4}:title",
        "_e{6,4}:title|text",
        "_e{4,4}:title|text",
        "_e{5,5}:title|text",
        "_e{5,3}:title|text",
        "_e{0,4}:|text",
        "_e{5,4}:title|",
        "_e{5,4}:",
        "_e{5,18446744073709551615}:title|text",
    ] {
        assert_eq!(only(line.as_bytes()), Err(Reason::BadEventLength), "{line}");
    }
    for line in [
        "_e{",
        "_e{5,4}",
        "_e{5}:title|text",
        "_e{a,4}:title|text",
        "_e{+5,4}:title|text",
        "_e{5,-4}:title|text",
        "_e{5, 4}:title|text",
        "_e{,}:|",
        "_e{5,4}title|text",
        "_e{5,18446744073709551616}:title|text",
    ] {
        assert_eq!(only(line.as_bytes()), Err(Reason::BadEventHeader), "{line}");
    }
}

#[test]
fn a_field_that_makes_no_sense_spoils_nothing() {
    let event = event_of(b"_e{1,1}:a|b|d:soon|h:|zz:1|p:urgent|d:18||#");
    assert_eq!((event.timestamp, event.hostname, event.tags), (None, None, None));
    assert_eq!(event.priority, Some(&b"urgent"[..]), "it is not for the parser to judge");
    assert_eq!(event_of(b"_e{1,1}:a|b|d:0").timestamp, None);
}

#[test]
fn every_field_of_a_service_check_is_read() {
    let check =
        check_of(b"_sc|db.up|2|d:17|h:web-1|#env:prod|m:it was\\nrefused|c:ci-3f|card:none");
    let expected = ServiceCheckLine {
        name: b"db.up",
        status: 2,
        timestamp: Some(17),
        hostname: Some(b"web-1"),
        tags: Some(b"env:prod"),
        message: Some(b"it was\\nrefused"),
    };
    assert_eq!(check, expected);
    assert_eq!(check_of(b"_sc|db|0").status, 0);
}

#[test]
fn a_service_check_has_a_name_and_one_of_four_states() {
    for line in ["_sc|", "_sc||0"] {
        assert_eq!(only(line.as_bytes()), Err(Reason::UnnamedCheck), "{line}");
    }
    for line in ["_sc|db", "_sc|db|", "_sc|db|4", "_sc|db|00", "_sc|db|ok", "_sc|db|m:x|0"] {
        assert_eq!(only(line.as_bytes()), Err(Reason::BadStatus), "{line}");
    }
}

#[test]
fn notices_stand_between_samples_and_are_lines_that_yield_none() {
    let packet = b"a:1|c\n_e{3,1}:123|c\nb:2|c\n\n_sc|db|1\n_e{9,9}:x\nc:3:4|c";
    let mut samples = parse(packet, Dialect::DogStatsd);
    let names: Vec<_> = samples.by_ref().map(|sample| sample.unwrap().name).collect();
    assert_eq!(names, [b"a", b"b", b"c", b"c"]);
    assert_eq!((samples.lines(), samples.notices()), (6, 3));
    let read: Vec<_> = notices(packet).map(|notice| notice.map_err(|bad| bad.line)).collect();
    assert_eq!(read.len(), 3);
    assert_eq!(read[2], Err(&b"_e{9,9}:x"[..]));
}

#[test]
fn the_other_dialects_have_none() {
    for dialect in [Dialect::Etsy, Dialect::Influx, Dialect::Okmeter] {
        let mut samples = parse(b"_e{3,1}:123|c\n_sc|db|1", dialect);
        let read: Vec<_> =
            samples.by_ref().map(|sample| sample.map(|sample| sample.name)).collect();
        assert!(read[0].as_ref().is_ok_and(|name| name.starts_with(b"_e{3")), "{dialect:?}");
        assert_eq!(
            (read[1].as_ref().unwrap_err().reason, samples.notices()),
            (Reason::MissingType, 0)
        );
    }
}

#[test]
fn names_that_only_begin_alike_are_names() {
    let samples: Vec<_> = parse(b"_events:1|c\n_scale:2|g\n_e:3|c", Dialect::DogStatsd).collect();
    assert!(samples.iter().all(Result::is_ok) && samples.len() == 3, "{samples:?}");
}

#[test]
fn whatever_a_packet_holds_every_notice_is_read_or_refused() {
    const PIECES: [&[u8]; 16] = [
        b"_e{1,1}:a|b",
        b"_sc|a|2",
        b"_e{",
        b"_sc|",
        b"5,4",
        b"1,1",
        b"}:",
        b"|",
        b"a",
        b"title|text",
        b"\n",
        b"|d:",
        b"2",
        b"\r",
        b"#k:v",
        b"\xff",
    ];
    let mut state = 0x9e37_79b9_u32;
    let mut next = |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let (mut good, mut bad) = (0, 0);
    for _ in 0..20_000 {
        let pieces = (0..next(12)).map(|_| PIECES[next(PIECES.len())]);
        let packet: Vec<u8> = pieces.collect::<Vec<_>>().concat();
        let mut samples = parse(&packet, Dialect::DogStatsd);
        samples.by_ref().for_each(drop);
        let read: Vec<_> = notices(&packet).collect();
        assert_eq!(samples.notices(), read.len(), "{packet:?}");
        good += read.iter().filter(|notice| notice.is_ok()).count();
        bad += read.iter().filter(|notice| notice.is_err()).count();
    }
    assert!(good > 100 && bad > 100, "{good} {bad}");
}
