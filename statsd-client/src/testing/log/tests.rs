use super::*;
use crate::testing::{Capture, expect_none};

#[test]
fn calls_over_the_bound_are_counted() {
    let capture = Capture::into_log(Log::with_room(2));
    (0..5).for_each(|n| crate::count("orders", n));
    let seen = capture.seen();
    assert_eq!((seen.len(), seen.over()), (2, 3));
    assert_eq!(capture.end(), seen);
    let text = seen.verify(&[expect_none()]).unwrap_err().to_string();
    assert!(
        text.ends_with("3 calls over the 1000000 that a capture keeps are not among them"),
        "{text}"
    );
}
