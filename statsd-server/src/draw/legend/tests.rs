use super::*;

fn named(names: &[&str]) -> Vec<Series> {
    let one = |name: &&str| {
        let values = vec![Some(1.0), Some(f64::INFINITY), Some(1500.0), Some(2.5), None];
        Series { name: (*name).to_owned(), start: 0, step: 60, values }
    };
    names.iter().map(one).collect()
}

fn drawn(legend: Legend, series: &[Series]) -> String {
    let mut out = String::new();
    legend.draw(&mut out, series, 10.0, 100.0, 320.0);
    out
}

#[test]
fn a_row_tells_the_last_known_value_and_the_largest() {
    let out = drawn(Legend::arrange(1, 320.0, 100.0), &named(&["load"]));
    let texts: Vec<_> = out.split("</text>").filter_map(|part| part.rsplit('>').next()).collect();
    assert_eq!(texts[..5], ["last", "max", "load", "2.5", "1.5k"]);
}

#[test]
fn a_series_of_nulls_has_no_numbers() {
    let mut empty = named(&["load"]);
    empty[0].values = vec![None, Some(f64::NAN)];
    assert_eq!(drawn(Legend::arrange(1, 320.0, 100.0), &empty).matches(">–<").count(), 2);
}

#[test]
fn what_does_not_fit_is_counted() {
    let names: Vec<_> = (0..9).map(|i| format!("s{i}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let legend = Legend::arrange(9, 320.0, 5.0 * ROW);
    let out = drawn(legend, &named(&names));
    assert!(out.contains(">s2<") && !out.contains(">s3<"));
    assert!(out.contains(">and 6 more<"));
}

#[test]
fn columns_are_added_only_where_rows_run_out() {
    assert_eq!(Legend::arrange(4, 900.0, 5.0 * ROW), Legend { columns: 1, rows: 4 });
    assert_eq!(Legend::arrange(7, 900.0, 5.0 * ROW), Legend { columns: 2, rows: 4 });
    assert_eq!(Legend::arrange(99, 900.0, 5.0 * ROW), Legend { columns: 3, rows: 4 });
}

#[test]
fn without_room_there_is_no_legend() {
    let legend = Legend::arrange(3, 320.0, ROW);
    assert!(legend.height().abs() < f64::EPSILON);
    assert_eq!(drawn(legend, &named(&["a", "b", "c"])), "");
}

#[test]
fn long_names_are_cut_and_told_in_full_by_the_tooltip() {
    let name = "servers.web01.some.thing.that.is.very.long.indeed<&>";
    let out = drawn(Legend::arrange(1, 320.0, 100.0), &named(&[name]));
    assert!(
        out.contains(
            "<title>servers.web01.some.thing.that.is.very.long.indeed&lt;&amp;&gt;</title>"
        )
    );
    assert!(out.contains('…'));
}
