use proptest::prelude::*;

use super::*;

#[test]
fn what_is_kept_is_not_asked_for_again_until_it_is_cleared() {
    let mut cache = Cache::new();
    let longest = vec![b'x'; RELAY_CACHE_NAME_MAX_BYTES];
    for name in [&b"users.new"[..], b"", &longest] {
        assert_eq!(cache.node_of(name, |_| Some(2)), Some(2));
        assert_eq!(cache.node_of(name, |_| panic!("it is kept")), Some(2));
    }
    cache.clear();
    assert_eq!(cache.node_of(b"users.new", |_| Some(1)), Some(1));
    assert_eq!(cache.node_of(b"", |_| Some(1)), Some(1));
}

#[test]
fn nobody_a_long_name_and_a_high_number_are_asked_for_every_time() {
    let mut cache = Cache::new();
    let long = vec![b'x'; RELAY_CACHE_NAME_MAX_BYTES + 1];
    assert_eq!(cache.node_of(b"a", |_| None), None);
    assert_eq!(cache.node_of(b"a", |_| Some(70_000)), Some(70_000));
    assert_eq!(cache.node_of(b"a", |_| Some(3)), Some(3));
    assert_eq!(cache.node_of(&long, |_| Some(1)), Some(1));
    assert_eq!(cache.node_of(&long, |_| Some(2)), Some(2));
}

proptest! {
    /// Names of one slot take it from each other, and none gets another one's node.
    #[test]
    fn a_name_never_gets_another_ones_node(
        names in prop::collection::vec("[a-c]{0,70}", 1..400),
        rounds in 1_usize..4,
    ) {
        let mut cache = Cache::new();
        let node = |name: &[u8]| {
            Some(name.iter().fold(7_usize, |sum, byte| (sum * 31 + usize::from(*byte)) % 65_521))
        };
        for name in (0..rounds).flat_map(|_| &names) {
            prop_assert_eq!(cache.node_of(name.as_bytes(), node), node(name.as_bytes()));
        }
    }
}

#[test]
fn more_names_than_slots_all_keep_their_nodes() {
    let mut cache = Cache::new();
    for _ in 0..2 {
        for node in 0..3 * RELAY_CACHE_NAMES {
            let name = format!("n{node}");
            assert_eq!(cache.node_of(name.as_bytes(), |_| Some(node)), Some(node));
        }
    }
}
