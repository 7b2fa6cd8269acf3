use super::*;

#[test]
fn a_delta_counts_after_a_set_and_not_before() {
    let (gauge, mut sent) = (GaugeCell::new(), 0.0);
    assert_eq!(gauge.read(&mut sent), None);
    gauge.add(5.0);
    gauge.set(10.0);
    gauge.add(-3.0);
    assert_eq!(gauge.read(&mut sent), Some(Number::Float(7.0)));
    assert_eq!(gauge.read(&mut sent), None);
}

#[test]
fn deltas_alone_are_sent_as_their_sum() {
    let (gauge, mut sent) = (GaugeCell::new(), 0.0);
    gauge.add(2.0);
    gauge.add(-5.0);
    assert_eq!(gauge.read(&mut sent), Some(Number::Signed(-3.0)));
    gauge.add(1.0);
    assert_eq!(gauge.read(&mut sent), Some(Number::Signed(1.0)));
    gauge.add(1.0);
    gauge.add(-1.0);
    assert_eq!(gauge.read(&mut sent), None);
}

#[test]
fn no_sum_leaves_the_finite_numbers() {
    let (gauge, mut sent) = (GaugeCell::new(), 0.0);
    gauge.add(f64::MAX);
    gauge.add(f64::MAX);
    assert_eq!(gauge.read(&mut sent), Some(Number::Signed(f64::MAX)));
    assert_eq!(gauge.read(&mut sent), None, "it recovers");
    gauge.add(f64::MIN);
    gauge.add(f64::MIN);
    assert_eq!(gauge.read(&mut sent), Some(Number::Signed(f64::MIN)));
    gauge.set(f64::MAX);
    gauge.add(f64::MAX);
    gauge.add(f64::MAX);
    assert_eq!(gauge.read(&mut sent), Some(Number::Float(f64::MAX)));
}

#[test]
fn a_gauge_exists_only_where_it_was_prepared() {
    let gauges = Gauges::new();
    assert!(gauges.get(3).is_none());
    gauges.prepare(3);
    gauges.get(3).unwrap().set(1.0);
    assert!(gauges.get(u32::MAX).is_none());
}
