use super::*;

fn id(series: u32) -> SeriesId {
    SeriesId(series)
}

fn is_kept(files: &OpenFiles, series: u32) -> bool {
    lock(&files.files).by_series.contains_key(&id(series))
}

fn kept(files: &OpenFiles) -> usize {
    lock(&files.files).by_series.len()
}

#[test]
fn all_who_ask_for_a_series_get_the_same_file() {
    let files = OpenFiles::new(4);
    let (a, b) = (files.get(id(1)), files.get(id(2)));
    assert!(Arc::ptr_eq(&a, &files.get(id(1))));
    assert!(!Arc::ptr_eq(&a, &b));
    drop(a);
    files.forget(id(1));
    assert!(!is_kept(&files, 1));
}

#[test]
fn of_more_series_than_may_be_open_the_first_stay_open_turn_after_turn() {
    let files = OpenFiles::new(4);
    for _ in 0..3 {
        for series in 0..8 {
            files.get(id(series));
            assert!(kept(&files) <= 5);
        }
    }
    assert!((0..4).all(|series| is_kept(&files, series)));
}

#[test]
fn what_nobody_uses_any_more_makes_room() {
    let files = OpenFiles::new(4);
    for series in 0..4 {
        files.get(id(series));
    }
    for _ in 0..20 {
        files.get(id(3));
        files.get(id(4));
        files.get(id(5));
    }
    assert!(is_kept(&files, 3) && is_kept(&files, 4) && is_kept(&files, 5));
    assert!(!is_kept(&files, 0));
}

#[test]
fn a_file_in_use_is_never_opened_a_second_time_beside_itself() {
    let files = OpenFiles::new(2);
    for series in 0..2 {
        files.get(id(series));
    }
    let in_use = files.get(id(2));
    for series in 10..30 {
        files.get(id(series));
    }
    assert!(Arc::ptr_eq(&in_use, &files.get(id(2))));
    drop(in_use);
    files.get(id(40));
    assert!(!is_kept(&files, 2), "over the bound, and used by nobody");
}
