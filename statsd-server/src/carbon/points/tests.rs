use super::{Point, Points};

fn names(points: &Points) -> Vec<(&str, i64, f64)> {
    points.iter().map(|(name, Point { timestamp, value })| (name, timestamp, value)).collect()
}

#[test]
fn points_come_out_as_they_went_in() {
    let mut points = Points::default();
    points.push("a.b", 10, 1.5);
    points.push("", 11, 2.5);
    points.push("a.b", 12, 3.5);
    points.push_again(13, 4.5);
    let all = [("a.b", 10, 1.5), ("", 11, 2.5), ("a.b", 12, 3.5), ("a.b", 13, 4.5)];
    assert_eq!(names(&points), all);
    assert_eq!(points.writes().len(), 4);
    assert_eq!(points.writes()[3].series, "a.b");
    points.clear();
    assert!(points.is_empty());
    points.push_again(1, 1.0);
    assert!(points.is_empty(), "there is no name to go on with");
}

#[test]
fn a_new_name_is_its_points_own() {
    let mut points = Points::default();
    points.push("a", 1, 1.0);
    points.push_again(2, 2.0);
    points.push("ab", 3, 3.0);
    points.rename_all(|name, new| {
        new.push_str(name);
        new.push('!');
        name == "a"
    });
    assert_eq!(names(&points), [("a!", 1, 1.0), ("a!", 2, 2.0), ("ab", 3, 3.0)]);
    assert_eq!(points.retain(|_, point| point.timestamp != 2), 1);
    let mut twice = points.clone();
    twice.append(&points);
    assert_eq!(names(&twice)[2..], names(&points));
}
