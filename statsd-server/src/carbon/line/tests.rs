use super::read_lines;
use crate::carbon::bad::{Bad, Reason};
use crate::carbon::{Point, Points};

const NOW: i64 = 1_700_000_000;

type Read = (Vec<(String, i64, f64)>, Bad);

fn read(text: &[u8]) -> Read {
    let (mut points, mut bad) = (Points::default(), Bad::default());
    read_lines(text, NOW, &mut points, &mut bad);
    let point =
        |(name, Point { timestamp, value }): (&str, Point)| (name.to_owned(), timestamp, value);
    (points.iter().map(point).collect(), bad)
}

fn good(text: &str) -> Vec<(String, i64, f64)> {
    let (points, bad) = read(text.as_bytes());
    assert_eq!(bad.total(), 0, "{text:?}");
    points
}

fn why(line: &[u8]) -> Reason {
    let (points, bad) = read(line);
    assert!(points.is_empty(), "{line:?} became {points:?}");
    assert_eq!(bad.total(), 1, "{line:?}");
    Reason::ALL.into_iter().find(|reason| bad.count(*reason) == 1).unwrap()
}

#[test]
fn three_fields_are_a_point() {
    let one = vec![("a.b".to_owned(), 17, 1.5)];
    for line in [
        "a.b 1.5 17",
        "a.b 1.5 17\n",
        "a.b 1.5 17\r\n",
        "  a.b\t1.5  \t 17 \r\n",
        "a.b 1.5 17.9",
        "a.b 15e-1 1.7e1",
        "a.b +1.5 017",
    ] {
        assert_eq!(good(line), one, "{line:?}");
    }
    assert_eq!(
        good("a 1 -1\nb -2 -1.0\n"),
        [("a".to_owned(), NOW, 1.0), ("b".to_owned(), NOW, -2.0)]
    );
    assert_eq!(good("disk;host=web1;dc=1 5 0"), [("disk;host=web1;dc=1".to_owned(), 0, 5.0)]);
    assert_eq!(
        good(r#"disk{host="web1",dc="1"} 5 0"#),
        [("disk;host=web1;dc=1".to_owned(), 0, 5.0)]
    );
    assert_eq!(good("größe 1 4294967295"), [("größe".to_owned(), i64::from(u32::MAX), 1.0)]);
    assert_eq!(good("\n\r\n \n"), []);
}

#[test]
fn what_is_wrong_is_said() {
    for line in ["a", "a 1", "a 1 ", "a 1 2 3", "a b c d", "=== === ===x y"] {
        assert_eq!(why(line.as_bytes()), Reason::Fields, "{line}");
    }
    assert_eq!(why(b"a x 1"), Reason::Value);
    assert_eq!(why(b"a 1_0 1"), Reason::Value);
    assert_eq!(why(b"a 1e400 1"), Reason::Infinite);
    assert_eq!(why(b"a -inf 1"), Reason::Infinite);
    assert_eq!(why(b"a 1 now"), Reason::Time);
    assert_eq!(why(b"a 1 N"), Reason::Time);
    assert_eq!(why(b"a 1 nan"), Reason::Time);
    for time in ["-2", "4294967296", "1700000000000", "9999999999", "inf", "1e300"] {
        assert_eq!(why(format!("a 1 {time}").as_bytes()), Reason::TimeRange, "{time}");
    }
    for name in [r#"{a="1"}"#, r#"cpu{"}"#, r#"cpu{a=""}"#, r#"cpu{a="1"b="2"}"#, r#"cpu{a="\n"}"#]
    {
        assert_eq!(why(format!("{name} 1 1").as_bytes()), Reason::Tags, "{name}");
    }
    assert_eq!(why(br#"cpu{a="{"} 1 1"#), Reason::TagBrace);
    assert_eq!(why(br#"cpu{a="1;b=2"} 1 1"#), Reason::TagSemicolon);
    assert_eq!(why(br#"cpu{a="1", b="2"} 1 1"#), Reason::Fields);
    assert_eq!(why(b"a\xff 1 1"), Reason::NotUtf8);
    assert_eq!(why(&[&b"n".repeat(5_000)[..], b" 1 1"].concat()), Reason::NameTooLong);
}

#[test]
fn not_a_number_is_dropped_without_a_word() {
    let (points, bad) = read(b"a nan 1\na NaN 1\na -nan 1\n");
    assert_eq!((points.len(), bad.total(), bad.not_a_number), (0, 0, 3));
}

#[test]
fn a_bad_line_takes_no_other_with_it() {
    let (points, bad) = read(b"a 1 1\nbad\nb\xff 1 1\nc 2 2\n\xfe\nd 3 3");
    let names: Vec<&str> = points.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["a", "c", "d"]);
    assert_eq!((bad.count(Reason::Fields), bad.count(Reason::NotUtf8)), (1, 2));
    assert_eq!(bad.example(Reason::Fields), b"bad");
}
