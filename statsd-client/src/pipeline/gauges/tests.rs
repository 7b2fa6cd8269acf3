use super::*;

fn gauge() -> GaugeCell {
    GaugeTable::leak(1).get(0).unwrap()
}

#[test]
fn a_delta_counts_after_a_set_and_not_before() {
    let (gauge, mut sent) = (gauge(), 0.0);
    assert_eq!(gauge.read(&mut sent), None);
    gauge.add(5.0);
    gauge.set(10.0);
    gauge.add(-3.0);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Value(7.0)));
    assert_eq!(gauge.read(&mut sent), None);
}

#[test]
fn deltas_alone_are_sent_as_their_sum() {
    let (gauge, mut sent) = (gauge(), 0.0);
    gauge.add(2.0);
    gauge.add(-5.0);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Change(-3.0)));
    gauge.add(1.0);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Change(1.0)));
    gauge.add(1.0);
    gauge.add(-1.0);
    assert_eq!(gauge.read(&mut sent), None);
}

#[test]
fn no_sum_leaves_the_finite_numbers() {
    let (gauge, mut sent) = (gauge(), 0.0);
    gauge.add(f64::MAX);
    gauge.add(f64::MAX);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Change(f64::MAX)));
    assert_eq!(gauge.read(&mut sent), None, "it recovers");
    gauge.add(f64::MIN);
    gauge.add(f64::MIN);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Change(f64::MIN)));
    gauge.set(f64::MAX);
    gauge.add(f64::MAX);
    gauge.add(f64::MAX);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Value(f64::MAX)));
}

#[test]
fn a_change_before_a_set_is_superseded_also_where_a_reading_lies_between() {
    let (gauge, mut sent) = (gauge(), 0.0);
    gauge.add(5.0);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Change(5.0)));
    gauge.add(2.0);
    gauge.set(10.0);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Value(10.0)));
    gauge.add(1.0);
    assert_eq!(gauge.read(&mut sent), Some(Reading::Change(1.0)));
}
