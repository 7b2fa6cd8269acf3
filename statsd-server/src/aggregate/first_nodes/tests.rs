use super::*;

fn counted(names: impl IntoIterator<Item = String>) -> FirstNodes {
    let mut nodes = FirstNodes::default();
    names.into_iter().for_each(|name| nodes.add(&name));
    nodes
}

#[test]
fn a_few_nodes_are_counted_exactly() {
    let nodes = counted(["shop.a", "shop.b", "cron.a", "alone;tag=x", ""].map(str::to_owned));
    let heaviest: Vec<_> = nodes.heaviest(9);
    let expected = [("shop", 2), ("", 1), ("alone", 1), ("cron", 1)];
    assert_eq!(heaviest, expected.map(|(node, n)| (node.to_owned(), n)));
    assert_eq!(nodes.heaviest(1).len(), 1);
}

#[test]
fn who_floods_stands_first_among_any_number_of_nodes() {
    let noise = (0..100_000).map(|i| {
        let node = if i % 4 == 0 { "flood".to_owned() } else { format!("n{i}") };
        format!("{node}.{i}")
    });
    let nodes = counted(noise);
    assert_eq!(nodes.counts.len(), FIRST_NODES_MAX);
    let (node, n) = nodes.heaviest(1).remove(0);
    assert_eq!(node, "flood");
    assert!((25_000..=25_000 + 100_000 / FIRST_NODES_MAX as u64).contains(&n), "{n}");
}

#[test]
fn a_long_node_is_cut_between_two_characters() {
    let nodes = counted(["é".repeat(FIRST_NODE_MAX_BYTES)]);
    assert_eq!(nodes.heaviest(1)[0].0.len(), FIRST_NODE_MAX_BYTES);
    let nodes = counted([format!("x{}", "é".repeat(FIRST_NODE_MAX_BYTES))]);
    assert_eq!(nodes.heaviest(1)[0].0.len(), FIRST_NODE_MAX_BYTES - 1);
}

#[test]
fn two_add_up() {
    let mut all = counted(["a.1".to_owned()]);
    let mut more = counted(["a.2", "b.1"].map(str::to_owned));
    all.take_over(&mut more);
    assert_eq!(all.heaviest(2), [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    assert!(more.heaviest(9).is_empty());
}
