use super::*;
use crate::limits::CONTEXT_NAME_MAX_BYTES;

#[test]
fn names_are_found_where_they_were_put_whatever_is_sealed_between() {
    let mut texts = Texts::default();
    let names: Vec<String> = (0..20_000).map(|n| format!("some.name.{n}")).collect();
    let places: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(n, name)| {
            if n % 777 == 0 {
                texts.seal();
            }
            texts.push(name)
        })
        .collect();
    for (name, place) in names.iter().zip(&places) {
        assert_eq!(texts.name(*place), name);
    }
    assert_eq!(texts.bytes(), names.iter().map(String::len).sum::<usize>());
    let shared = texts.share();
    assert_eq!(places[4].in_str(&shared[places[4].text() as usize]), names[4]);
}

#[test]
fn a_name_as_long_as_may_be_has_a_text_of_its_own() {
    let mut texts = Texts::default();
    let long = "n".repeat(CONTEXT_NAME_MAX_BYTES);
    let places = [texts.push("a"), texts.push(&long), texts.push(""), texts.push("b")];
    assert_eq!(places.map(|place| texts.name(place).len()), [1, CONTEXT_NAME_MAX_BYTES, 0, 1]);
    assert_eq!(places.map(NameRef::text), [0, 1, 1, 2]);
}

#[test]
fn an_empty_name_is_a_name() {
    let mut texts = Texts::default();
    let place = texts.push("");
    assert_eq!(place.in_str(&texts.share()[0]), "");
}

#[test]
fn a_text_of_somebody_else_keeps_its_names() {
    let mut shards = Texts::default();
    let place = shards.push("users.new");
    shards.seal();
    let mut own = Texts::default();
    let first = own.push("first");
    let number = own.adopt(Arc::clone(&shards.sealed_from(0)[0]));
    assert_eq!(own.name(place.in_text(number)), "users.new");
    assert_eq!(own.name(first), "first");
    assert_eq!((own.sealed(), own.bytes()), (2, 14));
}

#[test]
fn lists_are_equal_where_their_names_and_values_are() {
    let (one, other) = (Named::from([("a", 1), ("b", 2)]), Named::from([("a", 1), ("b", 2)]));
    assert_eq!(one, other);
    assert_ne!(one, Named::from([("b", 2), ("a", 1)]));
    assert_ne!(one, Named::default());
    assert_eq!(format!("{one:?}"), r#"{"a": 1, "b": 2}"#);
    let long = "é".repeat(CONTEXT_NAME_MAX_BYTES);
    let cut = Named::from([(long, 1)]);
    assert_eq!(cut.iter().next().unwrap().0.len(), CONTEXT_NAME_MAX_BYTES - 1);
}
