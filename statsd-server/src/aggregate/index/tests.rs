use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// What the index does, with the names it needs.
#[derive(Default)]
struct Numbers {
    texts: Texts,
    index: Index,
}

impl Numbers {
    fn number(&mut self, name: &str) -> usize {
        let hash = self.index.hash(name.as_bytes());
        match self.find(name) {
            Some(number) => number,
            None => self.index.add(hash, self.texts.push(name)),
        }
    }

    fn find(&self, name: &str) -> Option<usize> {
        self.index.find(&self.texts, self.index.hash(name.as_bytes()), name.as_bytes())
    }
}

#[test]
fn every_name_keeps_its_number_while_the_table_grows() {
    let mut numbers = Numbers::default();
    let names: Vec<String> = (0..10_000).map(|n| format!("n{n}")).collect();
    for (number, name) in names.iter().enumerate() {
        assert_eq!(numbers.find(name), None);
        assert_eq!(numbers.number(name), number);
    }
    for (number, name) in names.iter().enumerate() {
        assert_eq!(numbers.find(name), Some(number));
    }
    assert_eq!(numbers.find("n"), None);
    let room = numbers.index.slots.len() as f64 / names.len() as f64;
    assert!((1.25..=1.9).contains(&room), "{room} slots a name");
}

#[test]
fn names_of_one_hash_are_told_apart_by_their_bytes() {
    let mut numbers = Numbers::default();
    // At the very end of the table, where probing begins again at its start.
    for hash in [u32::MAX, u32::MAX, u32::MAX, 0] {
        let name = numbers.texts.push(&format!("n{}", numbers.index.names().len()));
        numbers.index.add(hash, name);
    }
    let find = |hash, name: &str| numbers.index.find(&numbers.texts, hash, name.as_bytes());
    assert_eq!(find(u32::MAX, "n0"), Some(0));
    assert_eq!(find(u32::MAX, "n2"), Some(2));
    assert_eq!(find(0, "n3"), Some(3));
    assert_eq!((find(0, "n2"), find(u32::MAX, "n4")), (None, None));
}

#[test]
fn a_name_that_is_added_again_goes_by_its_new_number() {
    let mut numbers = Numbers::default();
    for name in ["a", "b", "c"] {
        numbers.number(name);
    }
    let hash = numbers.index.hash(b"b");
    assert_eq!(numbers.index.add_again(hash, 1), 3);
    assert_eq!(["a", "b", "c"].map(|name| numbers.find(name)), [Some(0), Some(3), Some(2)]);
    assert_eq!(numbers.texts.name(numbers.index.names()[3]), "b");
}

proptest! {
    #[test]
    fn it_is_a_map(names in prop::collection::vec("[ab]{0,6}", 0..300)) {
        let (mut numbers, mut map) = (Numbers::default(), HashMap::new());
        for name in &names {
            let next = map.len();
            prop_assert_eq!(numbers.number(name), *map.entry(name).or_insert(next));
        }
        prop_assert_eq!(numbers.index.names().len(), map.len());
    }
}
