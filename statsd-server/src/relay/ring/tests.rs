use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::relay::md5::digest_words;

/// The recorded ring: its nodes, and where etsy's proxy sent some names.
fn recording() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/etsy/proxy-ring.json");
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn ring(nodes: &[impl AsRef<str>]) -> Ring {
    Ring::new(nodes.iter().map(AsRef::as_ref).enumerate())
}

/// The fleet `10.0.0.1:8125`, `10.0.0.2:8125` and so on.
fn fleet(nodes: usize) -> Vec<String> {
    (1..=nodes).map(|node| format!("10.0.0.{node}:8125")).collect()
}

/// The digest of the nodes of `key0` to `key19999`, a line each.
fn digest_of_keys(nodes: &[String]) -> String {
    let ring = ring(nodes);
    let mut lines = String::new();
    for key in 0..20_000 {
        let node = ring.node_of(format!("key{key}").as_bytes()).unwrap();
        lines.extend([&nodes[node], "\n"]);
    }
    let [a, b, c, d] = digest_words(lines.as_bytes()).map(u32::swap_bytes);
    format!("{a:08x}{b:08x}{c:08x}{d:08x}")
}

#[test]
fn every_recorded_name_goes_where_etsys_proxy_sends_it() {
    let recording = recording();
    let nodes: Vec<&str> =
        recording["nodes"].as_array().unwrap().iter().map(|node| node.as_str().unwrap()).collect();
    let ring = ring(&nodes);
    let names = recording["map"].as_object().unwrap();
    assert!(names.len() >= 15);
    for (name, node) in names {
        assert_eq!(nodes[ring.node_of(name.as_bytes()).unwrap()], node, "{name:?}");
    }
    let mut spread = vec![0; nodes.len()];
    for key in 0..30_000 {
        spread[ring.node_of(format!("key{key}").as_bytes()).unwrap()] += 1;
    }
    let recorded = &recording["spread_of_key0_to_key29999"];
    for (node, names) in nodes.iter().zip(spread) {
        assert_eq!(recorded[*node], names, "{node}");
    }
}

#[test]
fn twenty_thousand_names_in_fleets_of_several_sizes_go_where_hashring_says() {
    // With 7 and 14 nodes each has 39 points.
    let recorded = &recording()["fleets"];
    let by_nodes = recorded["digest_by_nodes"].as_object().unwrap();
    assert!(by_nodes.contains_key("7"));
    for (nodes, digest) in by_nodes {
        assert_eq!(digest_of_keys(&fleet(nodes.parse().unwrap())), *digest, "{nodes} nodes");
    }
    let mut without_one = fleet(8);
    without_one.remove(2);
    assert_eq!(digest_of_keys(&without_one), recorded["without_third"]);
}

#[test]
fn a_fleet_of_seven_has_a_point_less() {
    let odd = (1..=300).filter(|&nodes| points_of_each(nodes) != 40);
    let odd: Vec<_> = odd.map(|nodes| (nodes, points_of_each(nodes))).collect();
    let known =
        [7, 14, 28, 49, 56, 98, 103, 112, 141, 147, 161, 196, 206, 224, 253, 269, 281, 282, 294];
    assert_eq!(odd, known.map(|nodes| (nodes, 39)));
    let nodes = fleet(7);
    let ring = ring(&nodes);
    // With 40 points they would be at nodes 5 and 4.
    assert_eq!(ring.node_of(b"key4"), Some(3));
    assert_eq!(ring.node_of(b"key25"), Some(0));
}

#[test]
fn bytes_that_are_no_text_count_as_node_reads_them() {
    let nodes = fleet(7);
    let ring = ring(&nodes);
    for (name, node) in [
        (&b"caf\xc3\xa9"[..], 5),
        (b"sch\xc3\xb6n.z\xc3\xa4hler", 3),
        (b"a\xffb", 5),
        (b"\xe2\x82A", 5),
        (b"\xf0\x90\x80", 3),
    ] {
        assert_eq!(ring.node_of(name), Some(node - 1), "{name:?}");
    }
}

#[test]
fn of_two_nodes_on_one_place_the_first_has_it() {
    // The two names are one, so all of their places are.
    let twice = Ring::new([(4, "a:1"), (2, "a:1")].into_iter());
    for key in 0..100 {
        assert_eq!(twice.node_of(format!("key{key}").as_bytes()), Some(4));
    }
}

proptest! {
    #[test]
    fn removing_a_node_moves_its_own_names_only(
        size in 2_usize..20,
        gone in any::<prop::sample::Index>(),
        names in prop::collection::vec("[ -~]{0,40}", 1..200),
    ) {
        // Where the number of points changes with the size of the fleet, others' names move as well.
        prop_assume!(points_of_each(size) == points_of_each(size - 1));
        let nodes = fleet(size);
        let gone = gone.index(size);
        let before = ring(&nodes);
        let kept = nodes.iter().map(String::as_str).enumerate().filter(|(node, _)| *node != gone);
        let after = Ring::new(kept);
        for name in &names {
            let (old, new) = (before.node_of(name.as_bytes()), after.node_of(name.as_bytes()));
            prop_assert!(new.is_some() && new != Some(gone));
            prop_assert!(old == new || old == Some(gone), "{name:?} moved from {old:?} to {new:?}");
        }
    }

    #[test]
    fn a_fleets_order_does_not_matter(
        order in Just(fleet(9)).prop_shuffle(),
        names in prop::collection::vec("[a-z.]{1,20}", 1..50),
    ) {
        let (straight, shuffled) = (fleet(9), ring(&order));
        let ring = ring(&straight);
        for name in &names {
            let node = |ring: &Ring, nodes: &[String]| {
                nodes[ring.node_of(name.as_bytes()).unwrap()].clone()
            };
            prop_assert_eq!(node(&ring, &straight), node(&shuffled, &order));
        }
    }
}
