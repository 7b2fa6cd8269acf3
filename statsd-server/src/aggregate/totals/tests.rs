use super::*;

fn totals(names: &[&str]) -> (Totals<f64>, Texts) {
    let (mut totals, mut texts) = (Totals::default(), Texts::default());
    for name in names {
        *totals.own(&mut texts, name) += 1.0;
    }
    (totals, texts)
}

fn order((totals, texts): &(Totals<f64>, Texts)) -> Vec<String> {
    totals.in_order(texts).into_iter().map(|(name, _)| name.to_owned()).collect()
}

fn delete((totals, texts): &mut (Totals<f64>, Texts), requests: &[&str]) -> Vec<Vec<String>> {
    let requests: Vec<_> = requests.iter().map(|request| (*request).to_owned()).collect();
    totals.delete(texts, &requests)
}

#[test]
fn names_keep_the_order_in_which_they_came() {
    let mut totals = totals(&["z", "a", "m", "z"]);
    assert_eq!(order(&totals), ["z", "a", "m"]);
    delete(&mut totals, &["z"]);
    totals.0.own(&mut totals.1, "z");
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
fn what_is_not_there_goes_when_room_is_made() {
    let mut all = totals(&["abc", "d.e", "f"]);
    delete(&mut all, &["abc", "d.*"]);
    let (mut totals, old) = all;
    assert_eq!((totals.len(), totals.absent(0)), (1, 2));
    let (mut texts, mut room) = (Texts::default(), Room { names: 10, bytes: 10 });
    totals.compact(&old, &mut texts, &mut room);
    assert_eq!(room, Room { names: 9, bytes: 9 });
    assert_eq!((totals.len(), totals.absent(0), totals.get(&texts, "f")), (1, 0, Some(&1.0)));
}

#[test]
fn silence_is_counted_in_flushes_and_may_end_a_name() {
    let (mut totals, mut texts) = totals(&["a", "b"]);
    for _ in 0..3 {
        *totals.own(&mut texts, "a") += 1.0;
        totals.end_interval(&texts, |_, silent, _| silent < 2);
    }
    assert_eq!((totals.get(&texts, "a"), totals.get(&texts, "b")), (Some(&4.0), None));
    assert_eq!((totals.absent(3), totals.absent(4)), (1, 0));
    *totals.own(&mut texts, "b") += 1.0;
    assert_eq!(totals.get(&texts, "b"), Some(&1.0), "it starts anew");
    totals.end_interval(&texts, |_, _, name| name() == "b");
    assert_eq!((totals.get(&texts, "a"), totals.get(&texts, "b")), (None, Some(&1.0)));
}

#[test]
fn any_number_of_requests_is_one_pass() {
    let names: Vec<String> = (0..20_000).map(|i| format!("n{i}.x")).collect();
    let mut all = totals(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let requests: Vec<String> = (0..20_000).map(|i| format!("n{i}.*")).collect();
    let deleted = all.0.delete(&all.1, &requests);
    assert!(deleted.iter().all(|names| names.len() == 1));
}
