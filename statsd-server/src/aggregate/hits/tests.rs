use super::*;

fn hits(packets: &[&str]) -> NameHits {
    let mut hits = NameHits::default();
    for packet in packets {
        hits.add_packet(packet.as_bytes(), Dialect::Etsy, true, &mut String::new());
    }
    hits
}

#[test]
fn a_line_counts_once_whatever_is_in_it() {
    let hits = hits(&["a:1|c:2|c:3|c\nb b:x|c\nb b\n\nb/c:1|g", "a:1|c|#k:v\nb_b:1|ms"]);
    assert_eq!(hits.busiest(100.0), [("b_b", 3), ("a", 1), ("b-c", 1), ("a;k=v", 1)]);
}

#[test]
fn a_part_of_the_names_is_rounded_up() {
    let hits = hits(&["a:1|c\nb:1|c\nb:1|c\nc:1|c"]);
    for (percent, shown) in [(100.0, 3), (67.0, 3), (66.0, 2), (33.0, 1), (1.0, 1)] {
        assert_eq!(hits.busiest(percent).len(), shown, "{percent} %");
    }
    assert_eq!(hits.busiest(34.0), [("b", 2), ("a", 1)]);
    assert_eq!(NameHits::default().busiest(100.0), []);
}

#[test]
fn what_several_counted_is_one_list_in_the_order_of_names() {
    let mut first = hits(&["z:1|c\ny:1|c"]);
    first.append(hits(&["x:1|c\ny:1|c"]));
    assert_eq!(first.busiest(100.0), [("y", 2), ("z", 1), ("x", 1)]);
}

#[test]
fn names_beyond_the_bounds_are_left_out_and_known_ones_still_count() {
    let mut hits = hits(&["known:1|c"]);
    hits.bytes = COUNTED_NAMES_BYTES;
    hits.add_packet(b"known:1|c\nnew:1|c\nnew:1|c", Dialect::Etsy, true, &mut String::new());
    assert_eq!((hits.busiest(100.0), hits.left_out), (vec![("known", 2)], 2));
    let mut full = NameHits::default();
    for n in 0..COUNTED_NAMES_MAX + 5 {
        full.add(&format!("{n}"), 1);
    }
    assert_eq!((full.names.len(), full.left_out), (COUNTED_NAMES_MAX, 5));
}
