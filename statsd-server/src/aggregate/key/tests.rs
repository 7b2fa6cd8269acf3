use super::*;

fn name_of(name: &[u8], tags: Option<&[u8]>) -> String {
    context_name(name, tags, b',', &mut String::from("left from before")).to_owned()
}

#[test]
fn a_clean_name_is_borrowed() {
    let mut buffer = String::new();
    let name = b"shop.Orders-2_x;a=b";
    assert_eq!(context_name(name, None, b',', &mut buffer).as_bytes().as_ptr(), name.as_ptr());
}

#[test]
fn names_keep_letters_digits_and_a_few_signs() {
    for (raw, clean) in [
        ("two words", "two_words"),
        ("a \t\u{a0}\u{feff}b", "a_b"),
        ("a \0 b", "a__b"),
        ("a/b", "a-b"),
        ("caf\u{e9}.\u{fc}ber", "caf.ber"),
        ("next\u{85}line", "nextline"),
        ("\u{b5}", ""),
        ("a,b=c#", "ab=c"),
        ("", ""),
    ] {
        assert_eq!(name_of(raw.as_bytes(), None), clean, "{raw:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_dropped_and_part_white_space() {
    assert_eq!(name_of(b"a\xff\xfe.b", None), "a.b");
    assert_eq!(name_of(b"a \xff b", None), "a__b");
}

#[test]
fn tags_follow_the_name_as_graphite_writes_them() {
    for (tags, name) in [
        ("plan:pro", "k;plan=pro"),
        ("plan:pro,prod", "k;plan=pro;prod"),
        (",", "k;;"),
        ("f,,", "k;f;;"),
        ("a:b:c:d", "k;a=bcd"),
        ("a;b;c:d", "k;a_b;c=d"),
        ("a b:c/d", "k;a_b=c-d"),
    ] {
        assert_eq!(name_of(b"k", Some(tags.as_bytes())), name, "{tags:?}");
    }
}
