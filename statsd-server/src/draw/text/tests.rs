use proptest::prelude::*;

use super::*;

#[test]
fn a_name_that_fits_is_left_alone() {
    assert_eq!(fit("servers.web01", 13), "servers.web01");
}

#[test]
fn a_long_name_keeps_its_ends() {
    assert_eq!(fit("servers.web01.cpu.user", 13), "server…u.user");
    assert_eq!(fit("servers", 1), "…");
    assert_eq!(fit("servers", 0), "");
}

#[test]
fn wide_characters_count_double() {
    assert_eq!(columns("東京"), 4);
    assert_eq!(fit("東京東京", 5), "東…京");
}

#[test]
fn markup_and_control_characters_lose_their_meaning() {
    assert_eq!(escape("<a b=\"c\">&'\u{1b}\n"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;\u{fffd} ");
}

proptest! {
    #[test]
    fn never_wider_than_the_room(text in "\\PC{0,40}", room in 0_usize..30) {
        prop_assert!(columns(&fit(&text, room)) <= room);
    }
}
