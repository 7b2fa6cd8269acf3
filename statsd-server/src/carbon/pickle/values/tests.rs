use super::{Pickle, Value};
use crate::carbon::PickleError;
use crate::carbon::PickleError::{Broken, Cut, NotData, TooMuch, Unknown};

fn refused(frame: &[u8]) -> PickleError {
    Pickle::read(frame).unwrap_err()
}

fn number(frame: &[u8]) -> Option<f64> {
    let pickle = Pickle::read(frame).unwrap();
    pickle.number(pickle.root)
}

#[test]
fn numbers_are_read_in_every_way_in_which_they_are_written() {
    for (frame, expected) in [
        (&b"K\x11."[..], 17.0),
        (b"M\x01\x01.", 257.0),
        (b"J\xff\xff\xff\xff.", -1.0),
        (b"I17\n.", 17.0),
        (b"I01\n.", 1.0),
        (b"L17L\n.", 17.0),
        (b"L99999999999999999999L\n.", 1e20),
        (b"F1.5\n.", 1.5),
        (b"G\x3f\xf8\0\0\0\0\0\0.", 1.5),
        (b"\x8a\0.", 0.0),
        (b"\x8a\x01\xff.", -1.0),
        (b"\x8a\x05\0\0\0\0\x01.", 4_294_967_296.0),
        (b"\x8a\x09\0\0\0\0\0\0\0\0\x01.", 18_446_744_073_709_551_616.0),
        (b"\x8b\x02\0\0\0\0\x01.", 256.0),
        (b"\x88.", 1.0),
        (b"X\x03\0\0\x001.5.", 1.5),
        (b"U\x04 17 .", 17.0),
    ] {
        assert_eq!(number(frame), Some(expected), "{}", frame.escape_ascii());
    }
    assert_eq!(number(b"N."), None);
    assert_eq!(number(b"]."), None);
    assert_eq!(number(b"U\x01x."), None);
    assert_eq!(refused(b"Ix\n."), Broken("a number is none"));
    assert_eq!(refused(b"\x8b\x11\0\0\0aaaaaaaaaaaaaaaaa."), TooMuch("digits in a number"));
}

#[test]
fn texts_are_read_in_every_way_in_which_they_are_written() {
    for frame in [
        &b"X\x03\0\0\0a.b."[..],
        b"\x8c\x03a.b.",
        b"\x8d\x03\0\0\0\0\0\0\0a.b.",
        b"B\x03\0\0\0a.b.",
        b"C\x03a.b.",
        b"\x8e\x03\0\0\0\0\0\0\0a.b.",
        b"T\x03\0\0\0a.b.",
        b"U\x03a.b.",
        b"Va.b\n.",
        b"Va\\u002eb\n.",
        b"S'a.b'\n.",
        b"S\"a\\x2eb\"\r\n.",
    ] {
        let pickle = Pickle::read(frame).unwrap();
        assert_eq!(pickle.text(pickle.root), Some("a.b"), "{}", frame.escape_ascii());
    }
    let pickle = Pickle::read(b"V\xe4\\U0001f600\\d\n.").unwrap();
    assert_eq!(pickle.text(pickle.root), Some("\u{e4}\u{1f600}\\d"));
    for broken in [&b"S'a\n."[..], b"Sa\n.", b"S'\\xz1'\n.", b"S'\\\n."] {
        assert_eq!(refused(broken), Broken("a text is no literal"));
    }
    assert_eq!(refused(b"V\\ud800\n."), Broken("a text's escape is none"));
    assert_eq!(refused(b"V\\u12\n."), Broken("a text's escape is none"));
}

#[test]
fn lists_grow_wherever_they_are_named() {
    let pickle = Pickle::read(b"](]q\0K\x01ah\0eh\0K\x02a0.").unwrap();
    // [[1, 2], that again]: what was added through the second name stands under the first, too.
    let outer: Vec<_> = pickle.items(pickle.root).unwrap().collect();
    assert_eq!((outer.len(), outer[0]), (2, outer[1]));
    let inner: Vec<_> = pickle.items(outer[0]).unwrap().collect();
    assert_eq!(inner, [Value::Int(1), Value::Int(2)]);
}

#[test]
fn dictionaries_say_the_last_that_was_set() {
    let pickle = Pickle::read(b"(S'a'\nK\x01dS'a'\nK\x02s(S'b'\nK\x03U\x01cNu.").unwrap();
    assert_eq!(pickle.get(pickle.root, "a"), Some(Value::Int(2)));
    assert_eq!(pickle.get(pickle.root, "b"), Some(Value::Int(3)));
    assert_eq!(pickle.get(pickle.root, "c"), Some(Value::None));
    assert_eq!(pickle.get(pickle.root, "d"), None);
    assert_eq!(pickle.get(Value::None, "a"), None);
    assert_eq!(refused(b"(K\x01d."), Broken("a key has no value"));
    assert_eq!(refused(b"}(K\x01u."), Broken("a key has no value"));
}

/// Every instruction that could do more than hold data, wherever it stands.
#[test]
fn what_builds_objects_is_refused() {
    for (code, name) in [
        (b'c', "GLOBAL"),
        (b'R', "REDUCE"),
        (b'b', "BUILD"),
        (b'i', "INST"),
        (b'o', "OBJ"),
        (b'P', "PERSID"),
        (b'Q', "BINPERSID"),
        (0x81, "NEWOBJ"),
        (0x82, "EXT1"),
        (0x83, "EXT2"),
        (0x84, "EXT4"),
        (0x8f, "EMPTY_SET"),
        (0x90, "ADDITEMS"),
        (0x91, "FROZENSET"),
        (0x92, "NEWOBJ_EX"),
        (0x93, "STACK_GLOBAL"),
        (0x96, "BYTEARRAY8"),
        (0x97, "NEXT_BUFFER"),
        (0x98, "READONLY_BUFFER"),
    ] {
        assert_eq!(refused(&[code]), NotData(name));
        assert_eq!(refused(&[b"](K\x01".as_slice(), &[code], b"."].concat()), NotData(name));
    }
    assert_eq!(refused(b"cposix\nsystem\n(S'true'\ntR."), NotData("GLOBAL"));
    for code in [0, b'Z', 0x7f, 0x99, 0xff] {
        assert_eq!(refused(&[code]), Unknown(code));
    }
}

#[test]
fn what_is_cut_or_broken_is_refused() {
    let whole = b"\x80\x04\x95\x08\0\0\0\0\0\0\0](\x8c\x01aK\x01\x86e.";
    assert!(Pickle::read(whole).is_ok());
    for end in 0..whole.len() {
        assert_eq!(refused(&whole[..end]), Cut, "{end}");
    }
    for length in [
        &b"T\xff\xff\xff\xff"[..],
        b"X\xff\xff\xff\x7f",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x8e\0\0\0\0\0\0\0\x80",
        b"\x8b\xff\xff\xff\x7f",
    ] {
        assert_eq!(refused(&[length, b"aa."].concat()), Cut);
    }
    for broken in [
        &b"."[..],
        b"0.",
        b"1.",
        b"2.",
        b"a.",
        b"e.",
        b"(e.",
        b"s.",
        b"t.",
        b"\x86.",
        b"K\x01\x87.",
        b"q\0.",
        b"h\0.",
        b"g1\n.",
        b"gx\n.",
        b"\x94.",
        b"K\x01K\x02a.",
    ] {
        assert!(matches!(refused(broken), Broken(_)), "{}", broken.escape_ascii());
    }
    // A mark whose values were taken from below it.
    assert!(matches!(refused(b"](0t."), Broken(_) | Cut));
}

#[test]
fn what_is_too_much_is_refused() {
    let repeated = |part: &[u8], times: usize, end: &[u8]| [&part.repeat(times)[..], end].concat();
    assert_eq!(refused(&repeated(b"(", 100_000, b".")), TooMuch("marks"));
    assert_eq!(refused(&repeated(b"N", 1_100_000, b".")), TooMuch("values"));
    assert_eq!(refused(&repeated(b"]2", 600_000, b".")), TooMuch("values"));
    assert_eq!(refused(b"Nr\xff\xff\xff\xff."), TooMuch("notes in its memo"));
    assert_eq!(refused(b"Np99999999\n."), TooMuch("notes in its memo"));
    // Lists in lists need no stack of ours, however deep.
    assert!(
        Pickle::read(&[&b"]".repeat(400_000)[..], &b"a".repeat(399_999), b"."].concat()).is_ok()
    );
}
