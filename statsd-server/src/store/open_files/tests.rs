use super::*;

fn is_kept(files: &OpenFiles, series: &str) -> bool {
    lock(&files.files).by_series.contains_key(series)
}

#[test]
fn all_who_ask_for_a_series_get_the_same_file() {
    let files = OpenFiles::new(4);
    let (a, b) = (files.get("a"), files.get("b"));
    assert!(Arc::ptr_eq(&a, &files.get("a")));
    assert!(!Arc::ptr_eq(&a, &b));
}

#[test]
fn no_more_than_the_limit_stays_open_and_the_last_used_stay_longest() {
    let files = OpenFiles::new(4);
    for series in ["a", "b", "c", "d", "a", "e"] {
        files.get(series);
        assert!(lock(&files.files).by_series.len() <= 4);
    }
    assert!(is_kept(&files, "a") && is_kept(&files, "e"));
    assert!(!is_kept(&files, "b"));
}

#[test]
fn a_file_in_use_is_never_opened_a_second_time_beside_itself() {
    let files = OpenFiles::new(2);
    let in_use = files.get("a");
    for i in 0..10 {
        files.get(&i.to_string());
    }
    assert!(Arc::ptr_eq(&in_use, &files.get("a")));
}

#[test]
fn a_limit_of_one_is_enough() {
    let files = OpenFiles::new(1);
    files.get("a");
    files.get("b");
    assert!(is_kept(&files, "b") && !is_kept(&files, "a"));
}
