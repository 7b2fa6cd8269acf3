use super::AggregationMethod;
use crate::ErrorKind;

fn aggregate(method: &str, known: &[f64], slots: usize) -> Option<f64> {
    method.parse::<AggregationMethod>().unwrap().aggregate(known, slots)
}

#[test]
fn each_method_makes_one_value_of_the_known_ones() {
    let known = [1.0, -7.0, 3.5, 2.0];
    for (method, expected) in [
        ("average", -0.125),
        ("sum", -0.5),
        ("last", 2.0),
        ("max", 3.5),
        ("min", -7.0),
        ("avg_zero", -0.0625),
        ("absmax", -7.0),
        ("absmin", 1.0),
    ] {
        assert_eq!(aggregate(method, &known, 8), Some(expected), "{method}");
    }
}

#[test]
fn nothing_known_makes_no_value() {
    for method in AggregationMethod::ALL {
        assert_eq!(method.aggregate(&[], 6), None, "{method}");
    }
}

#[test]
fn a_sum_of_negative_zero_is_zero_as_in_python() {
    assert_eq!(aggregate("sum", &[-0.0], 1).map(f64::to_bits), Some(0));
}

#[test]
fn of_two_equally_far_from_zero_the_earlier_is_picked() {
    assert_eq!(aggregate("absmax", &[-3.0, 3.0], 2), Some(-3.0));
    assert_eq!(aggregate("absmin", &[3.0, -3.0], 2), Some(3.0));
}

#[test]
fn names_and_codes_lead_back_to_their_method() {
    for method in AggregationMethod::ALL {
        assert_eq!(method.to_string().parse::<AggregationMethod>().unwrap(), method);
        assert_eq!(AggregationMethod::from_code(method.code()), Some(method));
    }
    assert_eq!(AggregationMethod::from_code(0), None);
    assert_eq!(AggregationMethod::from_code(9), None);
}

#[test]
fn an_unknown_name_is_told_with_those_there_are() {
    let error = "median".parse::<AggregationMethod>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidAggregationMethod);
    assert!(error.to_string().starts_with("\"median\": "), "{error}");
    assert!(error.to_string().contains("avg_zero"), "{error}");
}
