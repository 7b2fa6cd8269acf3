use expect_test::expect;
use quote::quote;

use super::{Mistakes, guarded};

#[test]
fn a_panic_of_ours_becomes_a_message_beside_the_item() {
    let item = quote!(
        fn f() {}
    );
    let output = guarded(&item, || panic!("a bug of ours"));
    expect![[r#":: core :: compile_error ! { "statsd-macros has a bug and cannot expand this attribute; please report it with the function below" } fn f () { }"#]].assert_eq(&output.to_string());
}

#[test]
fn nothing_finished_and_nothing_noted_is_a_mistake_of_ours() {
    assert!(Mistakes::default().or(None::<()>).is_err());
    assert_eq!(Mistakes::default().or(Some(1)).unwrap(), 1);
}
