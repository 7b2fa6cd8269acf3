use super::*;

fn totals(names: &[&str]) -> Totals<f64> {
    let mut totals = Totals::default();
    for name in names {
        *totals.own(name) += 1.0;
    }
    totals
}

fn order(totals: &Totals<f64>) -> Vec<&str> {
    totals.in_order().into_iter().map(|(name, _)| name).collect()
}

fn delete(totals: &mut Totals<f64>, requests: &[&str]) -> Vec<Vec<String>> {
    let requests: Vec<_> = requests.iter().map(|request| (*request).to_owned()).collect();
    totals.delete(&requests, &mut Room { names: 0, bytes: 0 })
}

#[test]
fn names_keep_the_order_in_which_they_came() {
    let mut totals = totals(&["z", "a", "m", "z"]);
    assert_eq!(order(&totals), ["z", "a", "m"]);
    delete(&mut totals, &["z"]);
    totals.own("z");
    assert_eq!(order(&totals), ["a", "m", "z"], "what comes back comes last");
}

#[test]
fn whole_numbers_come_first_by_their_size() {
    let names =
        ["b", "10", "9", "01", "-1", "4294967295", "4294967294", "0", "1.5", "99999999999", ""];
    let expected =
        ["0", "9", "10", "4294967294", "b", "01", "-1", "4294967295", "1.5", "99999999999", ""];
    assert_eq!(order(&totals(&names)), expected);
}

#[test]
fn a_folder_takes_everything_below_it_and_nothing_beside_it() {
    let names = ["a", "a.c", "a.b", "a.b.x", "ab", "b.a.x", ".hidden"];
    let mut all = totals(&names);
    assert_eq!(delete(&mut all, &["a.*"]), [["a.c", "a.b", "a.b.x"]]);
    assert_eq!(order(&all), ["a", "ab", "b.a.x", ".hidden"]);
    for nothing in ["*", "a*", "b*", ".", "", "b.a", "nope.*"] {
        assert_eq!(delete(&mut all, &[nothing]), [[""; 0]], "{nothing:?}");
    }
    assert_eq!(delete(&mut all, &[".*"]), [[".hidden"]]);
}

#[test]
fn the_first_request_that_means_a_name_gets_it() {
    let mut all = totals(&["a", "a.b", "a.c", "q"]);
    let deleted = delete(&mut all, &["q", "q", "a.b", "a.*", "a.c", "nope"]);
    assert_eq!(deleted, [vec!["q"], vec![], vec!["a.b"], vec!["a.c"], vec![], vec![]]);
    assert_eq!(order(&all), ["a"]);
}

#[test]
fn a_deleted_name_gives_its_room_back() {
    let mut room = Room { names: 0, bytes: 0 };
    totals(&["abc", "d.e"]).delete(&["abc".to_owned(), "d.*".to_owned()], &mut room);
    assert_eq!(room, Room { names: 2, bytes: 6 });
}

#[test]
fn any_number_of_requests_is_one_pass() {
    let names: Vec<String> = (0..20_000).map(|i| format!("n{i}.x")).collect();
    let mut all = totals(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let requests: Vec<String> = (0..20_000).map(|i| format!("n{i}.*")).collect();
    let deleted = all.delete(&requests, &mut Room { names: 0, bytes: 0 });
    assert!(deleted.iter().all(|names| names.len() == 1));
}
